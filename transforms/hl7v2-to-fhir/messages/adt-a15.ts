import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A15: a transfer is planned: the place of PV1-42 is reserved.
 *
 * The guide has no map for it: as its ADT_A02.
 */
export const adtA15: MessageMap = {
  structure: "ADT_A15",
  events: {
    "ADT^A15": { status: "in-progress" },
  },
};
