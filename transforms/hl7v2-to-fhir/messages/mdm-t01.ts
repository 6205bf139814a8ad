import { finishDocument } from "../segments/obx-documentreference.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * MDM_T01: a document is announced (T01), its status changes (T03), it is amended (T05), edited (T07), replaced (T09) or
 * cancelled (T11); its content is not in the message.
 *
 * The guide has no map for it: as its MDM_T02.
 */
export const mdmT01: MessageMap = {
  structure: "MDM_T01",
  events: {
    "MDM^T01": {},
    "MDM^T03": {},
    "MDM^T05": {},
    "MDM^T07": {},
    "MDM^T09": {},
    "MDM^T11": { document: "entered-in-error", operation: "CANCEL" },
  },
  finish: finishDocument,
};
