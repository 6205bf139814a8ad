import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A05: pre-admit (A05) and pending admit (A14) plan a visit; A28 and A31 tell of a person, with a visit only when
 * PV1 has one.
 *
 * Source: HL7 v2-to-FHIR, message map ADT_A05.
 */
export const adtA05: MessageMap = {
  structure: "ADT_A05",
  events: {
    "ADT^A05": { status: "planned" },
    "ADT^A14": { status: "planned" },
    "ADT^A28": {},
    "ADT^A31": {},
  },
};
