import type { MessageMap } from "./message-map.ts";

/**
 * DFT_P11: the same, with diagnoses and insurances for each transaction.
 *
 * The guide has no map for it: as Microsoft's template.
 */
export const dftP11: MessageMap = {
  structure: "DFT_P11",
  events: {
    "DFT^P11": {},
  },
};
