import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A16: a discharge is planned (PV2-9 says for when); the visit goes on.
 *
 * The guide has no map for it: as its ADT_A01.
 */
export const adtA16: MessageMap = {
  structure: "ADT_A16",
  events: {
    "ADT^A16": { status: "in-progress" },
  },
};
