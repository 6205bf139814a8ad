import type { MessageMap } from "./message-map.ts";

/**
 * RDE_O01: the same in version 2.2.
 *
 * The guide has no map for it: as Google's map.
 */
export const rdeO01: MessageMap = {
  structure: "RDE_O01",
  events: {
    "RDE^O01": {},
  },
};
