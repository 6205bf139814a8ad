import { merge, mergedVisit } from "./merges.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A50: a visit gets another number (A50) or another alternate one (A51): the old one was entered in error and points to
 * the new one.
 *
 * The guide has no map for it.
 */
export const adtA50: MessageMap = {
  structure: "ADT_A50",
  events: {
    "ADT^A50": { merges: "visit" },
    "ADT^A51": { merges: "visit" },
  },
  handlers: { MRG: merge, PV1: mergedVisit },
};
