import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A17: two patients change their places. Both are told of, each with the own visit.
 *
 * Source: HL7 v2-to-FHIR, message map ADT_A17.
 */
export const adtA17: MessageMap = {
  structure: "ADT_A17",
  events: {
    "ADT^A17": { status: "in-progress" },
  },
};
