import type { MessageMap } from "./message-map.ts";

/**
 * REF_I12: a referral (I12) is changed (I13), cancelled (I14), or asked about (I15): a ServiceRequest with its two parties.
 *
 * The guide has no map for it: as Microsoft's template.
 */
export const refI12: MessageMap = {
  structure: "REF_I12",
  events: {
    "REF^I12": {},
    "REF^I13": {},
    "REF^I14": { operation: "CANCEL" },
    "REF^I15": {},
  },
};
