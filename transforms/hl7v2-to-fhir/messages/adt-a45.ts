import { merge, mergedVisit } from "./merges.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A45: visits (MRG-5) are moved from the patient of MRG to that of PID; PV1 after each MRG is the visit.
 *
 * The guide has no map for it: as Microsoft's template.
 */
export const adtA45: MessageMap = {
  structure: "ADT_A45",
  events: {
    "ADT^A45": { merges: "move" },
  },
  handlers: { MRG: merge, PV1: mergedVisit },
};
