import type { MessageMap } from "./message-map.ts";

/**
 * OUL_R23: results by container of a specimen.
 *
 * The guide has no map for it: as its ORU_R01.
 */
export const oulR23: MessageMap = {
  structure: "OUL_R23",
  events: {
    "OUL^R23": { hasResults: true },
  },
};
