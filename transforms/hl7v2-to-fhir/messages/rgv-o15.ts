import type { MessageMap } from "./message-map.ts";

/**
 * RGV_O15: a medication is to be given: a MedicationAdministration whose status is not known.
 *
 * The guide has no map for it.
 */
export const rgvO15: MessageMap = {
  structure: "RGV_O15",
  events: {
    "RGV^O15": {},
    "RGV^O01": {},
  },
};
