import type { MessageMap } from "./message-map.ts";

/**
 * ORU_R01: for each patient the patient, the visit, and for each order a request, its observations and a report; R40 tells of
 * an alert that was delivered. An OBX belongs to the OBR under which its group stands.
 *
 * Source: HL7 v2-to-FHIR, message map ORU_R01.
 */
export const oruR01: MessageMap = {
  structure: "ORU_R01",
  events: {
    "ORU^R01": { hasResults: true },
    "ORU^R40": { hasResults: true },
    "OUR^R01": { hasResults: true },
  },
};
