import { merge, mergedVisit } from "./merges.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A39: persons (A39) or patients (A40) are merged, or accounts (A41), or visits (A42). Two resources say so from both sides:
 * the survivor links `replaces`, the prior is inactive and links `replaced-by`. A patient merged with itself is left alone.
 *
 * The guide has no map for merges: as LinuxForHealth's converter, with fixed ids.
 */
export const adtA39: MessageMap = {
  structure: "ADT_A39",
  events: {
    "ADT^A39": {},
    "ADT^A40": {},
    "ADT^A41": { merges: "account" },
    "ADT^A42": { merges: "visit" },
  },
  handlers: { MRG: merge, PV1: mergedVisit },
};
