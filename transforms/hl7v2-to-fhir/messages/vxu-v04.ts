import type { MessageMap } from "./message-map.ts";

/**
 * VXU_V04: vaccinations of a patient: an Immunization for each RXA.
 *
 * Source: HL7 v2-to-FHIR, message map VXU_V04.
 */
export const vxuV04: MessageMap = {
  structure: "VXU_V04",
  events: {
    "VXU^V04": { administered: "Immunization" },
  },
};
