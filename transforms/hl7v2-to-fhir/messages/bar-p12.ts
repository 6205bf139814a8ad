import type { MessageMap } from "./message-map.ts";

/**
 * BAR_P12: diagnoses and procedures of a visit for billing.
 *
 * The guide has no map for it: as Microsoft's template.
 */
export const barP12: MessageMap = {
  structure: "BAR_P12",
  events: {
    "BAR^P12": {},
  },
};
