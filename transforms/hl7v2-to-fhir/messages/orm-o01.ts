import type { MessageMap } from "./message-map.ts";

/**
 * ORM_O01: orders of older versions: a request by OBR, a medication by RXO, a diet by ODS, supplies by RQD.
 *
 * Source: HL7 v2-to-FHIR, message map ORM_O01. It has no rows for RXO's dosage in orders, ODS and RQD.
 */
export const ormO01: MessageMap = {
  structure: "ORM_O01",
  events: {
    "ORM^O01": {},
  },
};
