import type { Procedure, ProcedurePerformer } from "fhir/r4";
import { fhirDecimal } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity, eiReference } from "../datatypes/ei-identifier.ts";
import { location } from "../datatypes/pl-location.ts";
import { decimal, positiveInt } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { ACTION_ONLY, SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { ValueOf } from "../segment-map.ts";
import type { State } from "../state.ts";
import { minutesAfter } from "./end-time.ts";

const SNOMED = "http://snomed.info/sct";
const { each, one, rule, kept } = rowsFor<Procedure>();

const performer =
  (code?: string): ValueOf<ProcedurePerformer> =>
  (xcn, conversion, segment, position) => {
    const actor = practitioner(xcn, conversion, segment, position);
    return actor && { ...(code ? { function: codeOf(SNOMED, code) } : {}), actor };
  };

/** Source: HL7 v2-to-FHIR, PR1[Procedure]; what it leaves open is kept under the name of the field. */
export const pr1Procedure = segmentMap<Procedure>(
  "PR1[Procedure]",
  {
    2: kept("valueCodeableConcept", cwe(undefined, "0089")),
    3: one("code", cwe()),
    4: rule("code.text", (field, target) => {
      if (field.decoded === "") return false;
      (target.code ??= {}).text ??= field.decoded;
      return true;
    }),
    5: rule("performed[x]", (field, target, conversion, segment) => {
      const start = conversion.dateTime(field.value);
      if (start === undefined) return false;
      const minutes = segment.field(7).value;
      const end = start.length > 10 ? minutesAfter(start, minutes) : undefined;
      if (end === undefined) target.performedDateTime = start;
      else target.performedPeriod = { start, end };
      return true;
    }),
    6: one("category", cwe(undefined, "0230")),
    7: rule("performedPeriod.end", (field) => fhirDecimal(field.value) !== undefined),
    8: each("performer", performer("88189002")),
    9: kept("valueCodeableConcept", cwe(undefined, "0019")),
    10: kept("valueDecimal", decimal),
    11: each("performer", performer("304292004")),
    12: each("performer", performer()),
    13: kept("valueCodeableConcept", cwe(undefined, "0059")),
    14: kept("valuePositiveInt", positiveInt),
    15: each("reasonCode", cwe()),
    16: rule("code.coding", (field, target, conversion, segment) => {
      const modifiers = field.repetitions.flatMap(
        (each) => cwe(undefined, "0340")(each, conversion, segment, 16) ?? [],
      );
      const codings = modifiers.flatMap(({ coding = [] }) => coding);
      if (codings.length === 0) return false;
      ((target.code ??= {}).coding ??= []).push(...codings);
      return true;
    }),
    17: kept("valueCodeableConcept", cwe(undefined, "0416")),
    18: kept("valueCodeableConcept", cwe(undefined, "0417")),
    19: each("identifier", ei()),
    21: kept("valueCodeableConcept", cwe(undefined, "0418")),
    22: kept("valueReference", organization),
    23: one("location", location),
    24: kept("valueCodeableConcept", cwe(undefined, "0761")),
    25: each("partOf", eiReference("Procedure")),
  },
  { 1: SET_ID, 20: ACTION_ONLY },
);

/** A procedure that was done. Identity: PR1-19, else the patient, the visit, the code and when it was done. */
export function pr1(segment: Segment, state: State): void {
  const { conversion, patientReference, encounterReference } = state;
  if (!patientReference || (segment.field(3).isEmpty && segment.field(4).isEmpty)) return;
  const identifier = segment.field(19).first;
  const code = segment.field(3);
  const identity =
    identifier.value === ""
      ? [
          patientReference.reference ?? "",
          encounterReference?.reference ?? "",
          code.component(3).value,
          code.component(1).value || segment.field(4).decoded || code.component(2).value,
          segment.field(5).value,
        ]
      : eiIdentity(identifier);
  const procedure = conversion.draft<Procedure>({
    resourceType: "Procedure",
    id: conversion.distinctId("Procedure", ...identity),
    status: segment.field(20).value === "D" ? "entered-in-error" : "completed",
    subject: patientReference,
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
  applyMap(pr1Procedure, segment, procedure, conversion);
  state.slots.owner = procedure;
  const { order } = state.slots;
  if (order) order.procedures.push(referenceTo(procedure));
}
