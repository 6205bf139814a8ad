import type { MessageMap } from "./message-map.ts";

/**
 * OUL_R21: results of a laboratory's visit.
 *
 * The guide has no map for it: as its ORU_R01.
 */
export const oulR21: MessageMap = {
  structure: "OUL_R21",
  events: {
    "OUL^R21": { hasResults: true },
  },
};
