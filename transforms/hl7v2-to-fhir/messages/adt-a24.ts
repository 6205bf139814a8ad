import { linkPatients } from "./linked-patients.ts";
import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A24: two records may be of one person: each links to the other with `seealso`. Both live on.
 *
 * The guide has no map for it.
 */
export const adtA24: MessageMap = {
  structure: "ADT_A24",
  events: {
    "ADT^A24": {},
  },
  handlers: { PID: linkPatients },
};
