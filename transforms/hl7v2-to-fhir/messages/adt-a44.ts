import { merge } from "./merges.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A44: an account (MRG-3) is moved from the patient of MRG to that of PID.
 *
 * The guide has no map for it.
 */
export const adtA44: MessageMap = {
  structure: "ADT_A44",
  events: {
    "ADT^A44": { merges: "move" },
  },
  handlers: { MRG: merge },
};
