import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A01: admit (A01), register (A04), update (A08) and cancel a discharge (A13). A08 says how the visit stands only by PV1; after
 * A13 the visit goes on, whatever PV1-45 still holds.
 *
 * Source: HL7 v2-to-FHIR, message map ADT_A01.
 */
export const adtA01: MessageMap = {
  structure: "ADT_A01",
  events: {
    "ADT^A01": { status: "in-progress" },
    "ADT^A04": {},
    "ADT^A08": {},
    "ADT^A13": { status: "in-progress", undo: "end" },
  },
};
