import type { MessageMap } from "./message-map.ts";

/**
 * ADT_A21: leave of absence (A21) and return (A22); a visit is deleted (A23); a pending discharge (A25), transfer (A26) or
 * admission (A27) is cancelled; a person is deleted (A29); tracking is cancelled (A32, A33).
 *
 * A deleted visit was entered in error, a deleted person is inactive: resources that others may refer to are not
 * taken away. The Provenance says that they were deleted. Microsoft's template answers A29 with a DELETE.
 * The guide has no map for these: as its ADT_A09.
 */
export const adtA21: MessageMap = {
  structure: "ADT_A21",
  events: {
    "ADT^A21": { status: "onleave" },
    "ADT^A22": { status: "in-progress" },
    "ADT^A23": { status: "entered-in-error", operation: "DELETE" },
    "ADT^A25": { status: "in-progress", operation: "CANCEL" },
    "ADT^A26": { status: "in-progress", operation: "CANCEL" },
    "ADT^A27": { status: "cancelled", operation: "CANCEL" },
    "ADT^A29": { deletesPatient: true, operation: "DELETE" },
    "ADT^A32": { status: "in-progress", operation: "CANCEL" },
    "ADT^A33": { status: "in-progress", operation: "CANCEL" },
  },
};
