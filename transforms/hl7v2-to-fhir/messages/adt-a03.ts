import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A03: discharge. The visit is finished at PV1-45, or else when the event happened.
 *
 * The guide has no map for it: as its ADT_A01; Microsoft's template does the same.
 */
export const adtA03: MessageMap = {
  structure: "ADT_A03",
  events: {
    "ADT^A03": { status: "finished", ends: true },
  },
};
