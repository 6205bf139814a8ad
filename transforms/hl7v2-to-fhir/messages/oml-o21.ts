import type { MessageMap } from "./message-map.ts";

/**
 * OML_O21: an order of a laboratory: a request, its specimens, and what else came with it.
 *
 * Source: HL7 v2-to-FHIR, message map OML_O21.
 */
export const omlO21: MessageMap = {
  structure: "OML_O21",
  events: {
    "OML^O21": {},
  },
};
