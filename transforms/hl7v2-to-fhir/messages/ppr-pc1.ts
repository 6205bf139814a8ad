import type { MessageMap } from "./message-map.ts";

/**
 * PPR_PC1: problems are added (PC1), changed (PC2) or deleted (PC3), with goals, observations and orders.
 *
 * The guide has no map for it: as Google's map.
 */
export const pprPc1: MessageMap = {
  structure: "PPR_PC1",
  events: {
    "PPR^PC1": {},
    "PPR^PC2": {},
    "PPR^PC3": { operation: "DELETE", problems: "entered-in-error" },
  },
};
