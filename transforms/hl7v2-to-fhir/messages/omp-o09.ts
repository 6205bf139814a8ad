import type { MessageMap } from "./message-map.ts";

/**
 * OMP_O09: a prescription (RXO): a MedicationRequest.
 *
 * The guide has RXO[MedicationRequest] and no map of this message.
 */
export const ompO09: MessageMap = {
  structure: "OMP_O09",
  events: {
    "OMP^O09": {},
  },
};
