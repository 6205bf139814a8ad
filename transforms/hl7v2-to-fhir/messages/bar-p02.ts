import type { MessageMap } from "./message-map.ts";

/**
 * BAR_P02: accounts are purged: they are inactive, and the Provenance says that they were deleted.
 *
 * The guide has no map for it.
 */
export const barP02: MessageMap = {
  structure: "BAR_P02",
  events: {
    "BAR^P02": { operation: "DELETE", account: "inactive" },
  },
};
