import type { MessageMap } from "./message-map.ts";

/**
 * MFN_M05: places of a master file: a Location.
 *
 * The guide has no map for it.
 */
export const mfnM05: MessageMap = {
  structure: "MFN_M05",
  events: {
    "MFN^M05": {},
  },
};
