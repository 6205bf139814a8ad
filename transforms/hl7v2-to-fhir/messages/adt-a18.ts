import { mergePatient } from "../segments/mrg-patient.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A18: patients are merged, by an older structure; as A40.
 *
 * The guide has no map for merges: as LinuxForHealth's converter, with fixed ids.
 */
export const adtA18: MessageMap = {
  structure: "ADT_A18",
  events: {
    "ADT^A18": {},
  },
  handlers: { MRG: mergePatient },
};
