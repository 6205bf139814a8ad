import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A09: the patient departs (A09) or arrives (A10) between two places; A11 cancels an admission: the visit never
 * took place.
 *
 * Source: HL7 v2-to-FHIR, message map ADT_A09 and ADT_A11.
 */
export const adtA09: MessageMap = {
  structure: "ADT_A09",
  events: {
    "ADT^A09": { status: "in-progress" },
    "ADT^A10": { status: "arrived" },
    "ADT^A11": { status: "cancelled", operation: "CANCEL" },
  },
};
