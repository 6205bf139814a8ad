import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A12: a transfer is cancelled. PV1-3 is where the patient stays, PV1-6 where the transfer would have gone.
 *
 * The guide has no map for it: as its ADT_A09.
 */
export const adtA12: MessageMap = {
  structure: "ADT_A12",
  events: {
    "ADT^A12": { status: "in-progress", operation: "CANCEL" },
  },
};
