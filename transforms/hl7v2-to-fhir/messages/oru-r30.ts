import type { MessageMap } from "./message-map.ts";

/**
 * ORU_R30: results from the point of care; R30 asks for an order, R31 searches for one, R32 has one.
 *
 * The guide has no map for it: as its ORU_R01.
 */
export const oruR30: MessageMap = {
  structure: "ORU_R30",
  events: {
    "ORU^R30": { hasResults: true },
    "ORU^R31": { hasResults: true },
    "ORU^R32": { hasResults: true },
  },
};
