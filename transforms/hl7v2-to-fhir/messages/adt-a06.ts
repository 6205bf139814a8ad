import { mergeAccount } from "../segments/mrg-patient.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A06: an outpatient becomes an inpatient (A06), or the other way round (A07). MRG-3 is the account that was used before.
 *
 * Source: HL7 v2-to-FHIR, message map ADT_A06.
 */
export const adtA06: MessageMap = {
  structure: "ADT_A06",
  events: {
    "ADT^A06": { status: "in-progress" },
    "ADT^A07": { status: "in-progress" },
  },
  handlers: {
    MRG: (segment, state) => {
      mergeAccount(segment, state);
    },
  },
};
