import type { MessageMap } from "./message-map.ts";

/**
 * OMI_O23: an order of imaging. IPC is left to the imaging system.
 *
 * The guide has no map for it: as its OML_O21.
 */
export const omiO23: MessageMap = {
  structure: "OMI_O23",
  events: {
    "OMI^O23": {},
  },
};
