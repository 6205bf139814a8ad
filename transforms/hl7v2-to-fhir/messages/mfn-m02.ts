import type { MessageMap } from "./message-map.ts";

/**
 * MFN_M02: people of a master file of staff: a Practitioner and a PractitionerRole.
 *
 * The guide has no map for it.
 */
export const mfnM02: MessageMap = {
  structure: "MFN_M02",
  events: {
    "MFN^M02": {},
  },
};
