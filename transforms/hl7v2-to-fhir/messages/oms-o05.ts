import type { MessageMap } from "./message-map.ts";

/**
 * OMS_O05: an order of stock supplies (RQD): a SupplyRequest.
 *
 * The guide has no map for it.
 */
export const omsO05: MessageMap = {
  structure: "OMS_O05",
  events: {
    "OMS^O05": {},
  },
};
