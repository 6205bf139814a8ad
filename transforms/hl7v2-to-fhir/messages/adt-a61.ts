import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A61: the consulting doctor changes (A61), or does not after all (A62).
 *
 * The guide has no map for it: as its ADT_A02.
 */
export const adtA61: MessageMap = {
  structure: "ADT_A61",
  events: {
    "ADT^A61": {},
    "ADT^A62": { operation: "CANCEL" },
  },
};
