import type { MessageMap } from "./message-map.ts";

/**
 * OML_O39: an order of a laboratory with its shipment: a request, its specimens, and what else came with it.
 *
 * The guide has no map for it: as its OML_O21.
 */
export const omlO39: MessageMap = {
  structure: "OML_O39",
  events: {
    "OML^O39": {},
  },
};
