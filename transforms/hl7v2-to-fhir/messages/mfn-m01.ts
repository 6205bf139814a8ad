import type { MessageMap } from "./message-map.ts";

/**
 * MFN_M01: a master file of any kind: people (STF) and places (LOC) of it are read.
 *
 * The guide has no map for it.
 */
export const mfnM01: MessageMap = {
  structure: "MFN_M01",
  events: {
    "MFN^M01": {},
  },
};
