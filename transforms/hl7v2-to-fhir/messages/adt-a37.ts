import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A37: two records are of two persons after all. Each is told of without the link that A24 made.
 *
 * The guide has no map for it.
 */
export const adtA37: MessageMap = {
  structure: "ADT_A37",
  events: {
    "ADT^A37": {},
  },
};
