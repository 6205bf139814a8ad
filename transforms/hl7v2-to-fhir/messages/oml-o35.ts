import type { MessageMap } from "./message-map.ts";

/**
 * OML_O35: orders of a laboratory by container: a request, its specimens, and what else came with it.
 *
 * The guide has no map for it: as its OML_O21.
 */
export const omlO35: MessageMap = {
  structure: "OML_O35",
  events: {
    "OML^O35": {},
  },
};
