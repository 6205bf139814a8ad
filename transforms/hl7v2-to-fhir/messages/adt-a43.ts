import { merge } from "./merges.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A43: identifiers are moved from the patient of MRG to that of PID, and everything that stands under them. Both live on.
 *
 * The guide has no map for it.
 */
export const adtA43: MessageMap = {
  structure: "ADT_A43",
  events: {
    "ADT^A43": { merges: "move" },
  },
  handlers: { MRG: merge },
};
