import type { MessageMap } from "./message-map.ts";

/**
 * OMN_O07: an order of non-stock supplies (RQD): a SupplyRequest.
 *
 * The guide has no map for it.
 */
export const omnO07: MessageMap = {
  structure: "OMN_O07",
  events: {
    "OMN^O07": {},
  },
};
