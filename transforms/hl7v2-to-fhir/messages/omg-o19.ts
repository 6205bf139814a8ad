import type { MessageMap } from "./message-map.ts";

/**
 * OMG_O19: a general clinical order.
 *
 * The guide has no map for it: as its OML_O21.
 */
export const omgO19: MessageMap = {
  structure: "OMG_O19",
  events: {
    "OMG^O19": {},
  },
};
