import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A54: the attending doctor changes (A54), or does not after all (A55).
 *
 * The guide has no map for it: as its ADT_A02.
 */
export const adtA54: MessageMap = {
  structure: "ADT_A54",
  events: {
    "ADT^A54": {},
    "ADT^A55": { operation: "CANCEL" },
  },
};
