import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A60: a patient's allergies with their history (IAM).
 *
 * The guide has IAM[AllergyIntolerance] and no message map that uses it.
 */
export const adtA60: MessageMap = {
  structure: "ADT_A60",
  events: {
    "ADT^A60": {},
  },
};
