import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A20: the state of a bed. There is no patient; the Location is what it is about.
 *
 * The guide has no map for it.
 */
export const adtA20: MessageMap = {
  structure: "ADT_A20",
  events: {
    "ADT^A20": {},
  },
};
