import type { Goal } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { date, dateTime, positiveInt, text, wholeText } from "../datatypes/primitives.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { each, one, rule, kept } = rowsFor<Goal>();
const ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement";

const LIFE: Readonly<Record<string, Goal["lifecycleStatus"]>> = codeTable({
  ACTIVE: "active",
  A: "active",
  INACTIVE: "on-hold",
  I: "on-hold",
  COMPLETED: "completed",
  C: "completed",
  CANCELLED: "cancelled",
  PROPOSED: "proposed",
  P: "planned",
  PLANNED: "planned",
});

/** A goal. The guide has no map for GOL: a Goal, as the union of the other converters has none. */
export const golGoal = segmentMap<Goal>("GOL[Goal]", {
  1: rule("lifecycleStatus", (field, target) => {
    if (field.value === "DE") target.lifecycleStatus = "entered-in-error";
    return field.value !== "";
  }),
  2: one("statusDate", date),
  3: one("description", cwe()),
  4: each("identifier", ei()),
  5: kept("valueIdentifier", ei()),
  6: rule("priority", (field, target) => {
    if (field.value === "") return false;
    target.priority ??= { text: field.value };
    return true;
  }),
  7: one("startDate", date),
  8: rule("target.dueDate", (field, target, conversion) => {
    const dueDate = conversion.date(field.value);
    if (dueDate !== undefined) target.target = [{ dueDate }];
    return dueDate !== undefined;
  }),
  9: kept("valueCodeableConcept", cwe()),
  10: kept("valueCodeableConcept", cwe()),
  11: kept("valueCodeableConcept", cwe()),
  12: kept("valueDateTime", dateTime),
  13: kept("valueDateTime", dateTime),
  14: kept("valueDateTime", dateTime),
  15: kept("valueString", wholeText),
  16: kept("valueCodeableConcept", cwe()),
  17: each("note", ({ value }) => (value === "" ? undefined : { text: value })),
  18: rule("lifecycleStatus", (field, target, conversion, segment) => {
    const known = LIFE[field.value.toUpperCase()] ?? LIFE[field.component(2).value.toUpperCase()];
    if (known) target.lifecycleStatus = known;
    const own = cwe()(field.first, conversion, segment, 18);
    if (own)
      (target.extension ??= []).push({
        url: "urn:hl7-org:v2xml#GOL.18",
        valueCodeableConcept: own,
      });
    return own !== undefined;
  }),
  19: one("statusReason", text),
  20: kept("valueDateTime", dateTime),
  21: kept("valueString", wholeText),
  22: kept("valuePositiveInt", positiveInt),
});

/** Identity: GOL-4, else the patient and what the goal is. */
export function gol(segment: Segment, state: State): void {
  const { conversion, patientReference } = state;
  if (!patientReference) return;
  const id = segment.field(4).first;
  const identity =
    id.value === "" ? [patientReference.reference ?? "", segment.field(3).text] : eiIdentity(id);
  const goal = conversion.draft<Goal>({
    resourceType: "Goal",
    id: conversion.id("Goal", ...identity),
    lifecycleStatus: "active",
    ...({} as { description: Goal["description"] }),
    subject: patientReference,
  });
  applyMap(golGoal, segment, goal, conversion);
  goal.description ??= { text: "unknown" };
  if (goal.lifecycleStatus === "completed")
    goal.achievementStatus ??= codeOf(ACHIEVEMENT, "achieved");
  if (state.problem) goal.addresses = [referenceTo(state.problem)];
  state.goal = goal;
  state.slots = { ...state.slots, owner: goal };
}
