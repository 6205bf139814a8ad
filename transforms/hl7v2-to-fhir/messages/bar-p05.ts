import type { MessageMap } from "./message-map.ts";

/**
 * BAR_P05: an account is changed.
 *
 * The guide has no map for it: as BAR_P01.
 */
export const barP05: MessageMap = {
  structure: "BAR_P05",
  events: {
    "BAR^P05": {},
  },
};
