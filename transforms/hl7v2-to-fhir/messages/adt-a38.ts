import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A38: a pre-admission is cancelled: the visit will not take place.
 *
 * The guide has no map for it: as its ADT_A11.
 */
export const adtA38: MessageMap = {
  structure: "ADT_A38",
  events: {
    "ADT^A38": { status: "cancelled", operation: "CANCEL" },
  },
};
