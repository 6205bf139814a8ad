import { segmentInfo } from "../dictionary/dictionary.ts";
import type { Message } from "../message.ts";
import type { Part } from "../structure/definition.ts";
import type { Group } from "../structure/group.ts";
import { groupMessage } from "../structure/group-message.ts";
import type { GroupedMessage, Misplacement } from "../structure/group-message.ts";
import type { Findings, Severity } from "./finding.ts";
import { placesOf } from "./place.ts";

/** Segments that say whom or what the message is about: without one there is nothing to take from it. */
const MAINSTAYS: ReadonlySet<string> = new Set(["PID", "MRG", "TXA", "SCH"]);
/** Those that begin a group of orders: an error only when the group is missing, not when it begins without one. */
const OPENERS: ReadonlySet<string> = new Set(["OBR", "ORC"]);

/** Structures whose whole point is where the patient is. */
const ABOUT_VISIT: ReadonlySet<string> = new Set([
  "ADT_A02",
  "ADT_A03",
  "ADT_A09",
  "ADT_A12",
  "ADT_A21",
]);

/** Message codes whose structures have an optional patient group, and that are worth nothing without it. */
const ABOUT_PATIENT: ReadonlySet<string> = new Set(
  "ADT BAR DFT MDM OMD OMG OMI OML OMN OMP OMS ORM ORU OUL PPR RAS RDE RDS REF RGV VXU".split(" "),
);

/** The segments have to be those of the message's structure, and in their places. */
export function checkStructure(message: Message, findings: Findings): void {
  const grouped = groupMessage(message);
  if (!grouped.structure) {
    findings.add({
      code: "HL7_TYPE_UNKNOWN",
      severity: "warning",
      position: "MSH-9",
      meaning: "The structure of this message type is not known here",
      suggestion: "The order of its segments was not checked",
    });
    return;
  }
  checkPresence(grouped.root, grouped, findings);
  checkPatient(message, grouped, findings);
  const places = placesOf(message);
  for (const misplacement of grouped.misplacements) {
    if (findings.hasRoom()) findings.add(findingOf(misplacement, places(misplacement.segment)));
  }
}

function checkPresence(group: Group, grouped: GroupedMessage, findings: Findings): void {
  for (const part of group.definition?.parts ?? []) {
    if (!part.isRequired || isThere(part, group)) continue;
    const segment = firstRequired(part);
    if (segment === undefined) continue;
    const name = grouped.structure?.name ?? "";
    const inside = group.definition === grouped.structure?.definition ? "" : ` in ${group.name}`;
    findings.add({
      code: "HL7_SEGMENT_MISSING",
      severity: severityOf(segment, part, grouped),
      position: segment,
      meaning: `${name} requires a ${segment} segment${inside}`,
      suggestion: `Ask the sender to add ${segment}`,
    });
  }
  for (const inner of group.groups()) checkPresence(inner, grouped, findings);
}

function isThere(part: Part, group: Group): boolean {
  switch (part.kind) {
    case "segment":
      return part.name === "ANY" || group.segment(part.name) !== undefined;
    case "group":
      return group.lastGroup(part.name) !== undefined;
    case "choice":
      return part.parts.some((one) => isThere(one, group));
  }
}

/** The segment whose absence shows that a part is missing. */
function firstRequired(part: Part): string | undefined {
  if (part.kind === "segment") return part.name === "ANY" ? undefined : part.name;
  if (part.kind === "choice") return part.parts[0] && firstRequired(part.parts[0]);
  for (const child of part.parts) {
    const found = child.isRequired ? firstRequired(child) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function severityOf(segment: string, part: Part, { root, structure }: GroupedMessage): Severity {
  if (segment === "PV1") return ABOUT_VISIT.has(structure?.name ?? "") ? "error" : "warning";
  const isMainstay = MAINSTAYS.has(segment) || (OPENERS.has(segment) && part.kind !== "segment");
  return isMainstay && root.find(segment) === undefined ? "error" : "warning";
}

function checkPatient(
  message: Message,
  { structure, root }: GroupedMessage,
  findings: Findings,
): void {
  if (!structure?.segments.has("PID") || !ABOUT_PATIENT.has(message.header.messageCode)) return;
  // A structure that requires it has been answered already.
  const isRequired = structure.definition.parts.some(
    (part) =>
      part.isRequired &&
      (part.kind === "segment" ? part.name === "PID" : firstRequired(part) === "PID"),
  );
  if (isRequired || root.find("PID")) return;
  findings.add({
    code: "HL7_SEGMENT_MISSING",
    severity: "error",
    position: "PID",
    meaning: `A ${structure.name} without a PID segment is about nobody`,
    suggestion: "Ask the sender to add PID",
  });
}

function findingOf({ kind, segment, group }: Misplacement, position: string) {
  const isKnown = segmentInfo(segment.name) !== undefined;
  switch (kind) {
    case "out-of-order":
      return {
        code: "HL7_SEGMENT_UNEXPECTED",
        severity: "warning",
        position,
        meaning: `The segment stands later than its structure says; it was read as part of ${group.name}`,
        suggestion: "Ask the sender to keep the order of segments",
      } as const;
    case "repeated":
      return {
        code: "HL7_SEGMENT_REPEATED",
        severity: "warning",
        position,
        meaning: `${group.name} has more of these segments than its structure allows`,
        suggestion: "Ask the sender which of them holds",
      } as const;
    case "unknown":
      return {
        code: "HL7_SEGMENT_UNKNOWN",
        severity: isKnown ? "warning" : "info",
        position,
        meaning: isKnown
          ? "The structure of this message has no such segment"
          : "The standard has no such segment; it is the sender's own",
        suggestion: `It is kept where it stands, in ${group.name}`,
      } as const;
  }
}
