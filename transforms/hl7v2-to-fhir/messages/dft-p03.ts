import type { MessageMap } from "./message-map.ts";

/**
 * DFT_P03: financial transactions: a ChargeItem for each FT1.
 *
 * The guide has no map for it: as Microsoft's template.
 */
export const dftP03: MessageMap = {
  structure: "DFT_P03",
  events: {
    "DFT^P03": {},
  },
};
