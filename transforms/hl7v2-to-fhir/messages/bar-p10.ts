import type { MessageMap } from "./message-map.ts";

/**
 * BAR_P10: procedures of an ambulatory visit for billing. GP1 and GP2 are for the payer's grouper.
 *
 * The guide has no map for it.
 */
export const barP10: MessageMap = {
  structure: "BAR_P10",
  events: {
    "BAR^P10": {},
  },
};
