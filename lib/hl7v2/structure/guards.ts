import type { Segment } from "../segment.ts";
import type { Part } from "./definition.ts";
import type { Group } from "./group.ts";

/*
 * The standard's grammar is ambiguous in three places; here is what decides.
 *
 * - ORDER_DOCUMENT is an OBX and a TXA. Results follow an ORC as well (OUL_R22: OBR, ORC, OBX), so an OBX opens
 *   the group only when a TXA follows it.
 * - PRIOR_RESULT may begin with an ORC or OBR in 2.5.1, as the next ORDER does: only a PID or PV1 opens one.
 * - ORDER_PRIOR begins with an ORC, and so does the next ORDER. After a prior order that calls itself one (ORC-1
 *   is PR, table 0119), an ORC with another order control is a new order: read as a prior result it would
 *   not be carried out.
 */

export const NO_PRIOR: ReadonlySet<string> = new Set(["PRIOR_RESULT"]);
const NO_PRIOR_NO_DOCUMENT: ReadonlySet<string> = new Set(["PRIOR_RESULT", "ORDER_DOCUMENT"]);
const NOTHING: ReadonlySet<string> = new Set();

/** The groups that a segment does not open, whatever the notation says. */
export function avoidedBy(segment: Segment, segments: readonly Segment[]): ReadonlySet<string> {
  switch (segment.name) {
    case "PID":
    case "PV1":
      return NOTHING;
    case "OBX":
      return isDocument(segment, segments) ? NO_PRIOR : NO_PRIOR_NO_DOCUMENT;
    default:
      return NO_PRIOR;
  }
}

function isDocument(obx: Segment, segments: readonly Segment[]): boolean {
  let next = obx.position + 1;
  while (segments[next]?.name === "PRT") next += 1;
  return segments[next]?.name === "TXA";
}

/** Whether an ORC after prior orders begins a new order instead of one more prior one. */
export function endsPriorOrders(part: Part, segment: Segment, parent: Group): boolean {
  if (segment.name !== "ORC" || part.kind !== "group" || part.name !== "ORDER_PRIOR") return false;
  const before = parent.lastGroup("ORDER_PRIOR")?.segment("ORC");
  return before?.field(1).value === "PR" && segment.field(1).value !== "PR";
}
