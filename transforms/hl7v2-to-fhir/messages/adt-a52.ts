import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A52: a leave of absence is cancelled (A52): the visit goes on. A return is cancelled (A53): the patient is still on leave.
 *
 * The guide has no map for it: as its ADT_A09.
 */
export const adtA52: MessageMap = {
  structure: "ADT_A52",
  events: {
    "ADT^A52": { status: "in-progress", operation: "CANCEL" },
    "ADT^A53": { status: "onleave", operation: "CANCEL" },
  },
};
