import type { MessageMap } from "./message-map.ts";

/**
 * RDE_O11: an encoded order of the pharmacy (O11, O25 a refill): a MedicationRequest of the RXE, based on that of the RXO.
 *
 * The guide has no map for it: as Microsoft's template.
 */
export const rdeO11: MessageMap = {
  structure: "RDE_O11",
  events: {
    "RDE^O11": {},
    "RDE^O25": {},
  },
};
