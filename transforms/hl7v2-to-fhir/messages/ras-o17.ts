import type { MessageMap } from "./message-map.ts";

/**
 * RAS_O17: a medication was given: a MedicationAdministration.
 *
 * The guide has no map for it: as Google's map.
 */
export const rasO17: MessageMap = {
  structure: "RAS_O17",
  events: {
    "RAS^O17": { administered: "MedicationAdministration" },
    "RAS^O01": { administered: "MedicationAdministration" },
  },
};
