import type { MessageMap } from "./message-map.ts";

/**
 * BAR_P01: an account is opened.
 *
 * The guide has no map for it: as Microsoft's template, visits as its ADT_A01.
 */
export const barP01: MessageMap = {
  structure: "BAR_P01",
  events: {
    "BAR^P01": {},
  },
};
