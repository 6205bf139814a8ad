import type { CarePlan } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { dateTime } from "../datatypes/primitives.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { each, one, rule, kept } = rowsFor<CarePlan>();

/** A pathway. The guide has no map for PTH: a CarePlan. */
export const pthCarePlan = segmentMap<CarePlan>("PTH[CarePlan]", {
  1: rule("status", (field, target) => {
    if (field.value === "DE") target.status = "entered-in-error";
    return field.value !== "";
  }),
  2: each("category", cwe()),
  3: each("identifier", ei()),
  4: one("period.start", dateTime),
  5: rule("status", (field, target, conversion, segment) => {
    const own = cwe()(field.first, conversion, segment, 5);
    if (own)
      (target.extension ??= []).push({ url: "urn:hl7-org:v2xml#PTH.5", valueCodeableConcept: own });
    return own !== undefined;
  }),
  6: kept("valueDateTime", dateTime),
  7: kept("valueCodeableConcept", cwe()),
});

/** Identity: PTH-3, else the patient and the pathway. */
export function pth(segment: Segment, state: State): void {
  const { conversion, patientReference } = state;
  if (!patientReference) return;
  const id = segment.field(3).first;
  const identity =
    id.value === "" ? [patientReference.reference ?? "", segment.field(2).text] : eiIdentity(id);
  const plan = conversion.draft<CarePlan>({
    resourceType: "CarePlan",
    id: conversion.id("CarePlan", ...identity),
    status: "active",
    intent: "plan",
    subject: patientReference,
    ...(state.problem ? { addresses: [referenceTo(state.problem)] } : {}),
    ...(state.goal ? { goal: [referenceTo(state.goal)] } : {}),
  });
  applyMap(pthCarePlan, segment, plan, conversion);
  state.carePlan = plan;
  state.slots = { ...state.slots, owner: plan };
}
