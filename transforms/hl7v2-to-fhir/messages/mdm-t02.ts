import { finishDocument, obxToDocument } from "../segments/obx-documentreference.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * MDM_T02: the same with the content: OBX after TXA are parts of the document.
 *
 * Source: HL7 v2-to-FHIR, message map MDM_T02.
 */
export const mdmT02: MessageMap = {
  structure: "MDM_T02",
  events: {
    "MDM^T02": {},
    "MDM^T04": {},
    "MDM^T06": {},
    "MDM^T08": {},
    "MDM^T10": {},
  },
  handlers: { OBX: obxToDocument },
  finish: finishDocument,
};
