import type { MessageMap } from "./message-map.ts";

/**
 * RDS_O13: a medication was handed out: a MedicationDispense.
 *
 * The guide has no map for it: as Microsoft's template.
 */
export const rdsO13: MessageMap = {
  structure: "RDS_O13",
  events: {
    "RDS^O13": {},
    "RDS^O01": {},
  },
};
