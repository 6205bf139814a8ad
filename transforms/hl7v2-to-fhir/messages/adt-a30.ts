import { merge } from "./merges.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A30: older merges and changes of identifiers. A30, A34 and A36 merge the patient of MRG into that of PID; A35 merges the
 * account alone, and A36 too; A46 to A49 change an identifier of the patient, who stays the same.
 *
 * The guide has no map for merges: as LinuxForHealth's converter (A34), with fixed ids.
 */
export const adtA30: MessageMap = {
  structure: "ADT_A30",
  events: {
    "ADT^A30": {},
    "ADT^A34": {},
    "ADT^A35": { merges: "account" },
    "ADT^A36": { merges: "both" },
    "ADT^A46": { merges: "identifier" },
    "ADT^A47": { merges: "identifier" },
    "ADT^A48": { merges: "identifier" },
    "ADT^A49": { merges: "account" },
  },
  handlers: { MRG: merge },
};
