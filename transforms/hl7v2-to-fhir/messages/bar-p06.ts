import type { MessageMap } from "./message-map.ts";

/**
 * BAR_P06: accounts end: they are inactive.
 *
 * The guide has no map for it.
 */
export const barP06: MessageMap = {
  structure: "BAR_P06",
  events: {
    "BAR^P06": { account: "inactive" },
  },
};
