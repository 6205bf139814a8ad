import type { MessageMap } from "./message-map.ts";

/**
 * OML_O33: orders of a laboratory by specimen: a request, its specimens, and what else came with it.
 *
 * The guide has no map for it: as its OML_O21.
 */
export const omlO33: MessageMap = {
  structure: "OML_O33",
  events: {
    "OML^O33": {},
  },
};
