import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A02: transfer. PV1-3 is where the patient is now, PV1-6 where the patient was.
 *
 * Source: HL7 v2-to-FHIR, message map ADT_A02.
 */
export const adtA02: MessageMap = {
  structure: "ADT_A02",
  events: {
    "ADT^A02": { status: "in-progress" },
  },
};
