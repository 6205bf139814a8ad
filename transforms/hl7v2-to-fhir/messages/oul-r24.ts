import type { MessageMap } from "./message-map.ts";

/**
 * OUL_R24: results by order, with their specimens.
 *
 * The guide has no map for it: as its ORU_R01.
 */
export const oulR24: MessageMap = {
  structure: "OUL_R24",
  events: {
    "OUL^R24": { hasResults: true },
  },
};
