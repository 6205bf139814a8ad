import type { MessageMap } from "./message-map.ts";

/**
 * OUL_R22: results by specimen: every order under a specimen has it.
 *
 * The guide has no map for it: as its ORU_R01.
 */
export const oulR22: MessageMap = {
  structure: "OUL_R22",
  events: {
    "OUL^R22": { hasResults: true },
  },
};
