import type { Condition } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { dateTime, decimal, positiveInt, text, wholeText } from "../datatypes/primitives.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { codeTable } from "../codesystems/code-table.ts";

const CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category";
const CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const { each, one, rule, kept } = rowsFor<Condition>();

const VERIFIED: Readonly<Record<string, string>> = codeTable({
  C: "confirmed",
  CONFIRMED: "confirmed",
  P: "provisional",
  PROVISIONAL: "provisional",
  D: "differential",
  DIFFERENTIAL: "differential",
  R: "refuted",
  "RULED OUT": "refuted",
  U: "unconfirmed",
  UNCONFIRMED: "unconfirmed",
});
const LIFE: Readonly<Record<string, string>> = codeTable({
  A: "active",
  ACTIVE: "active",
  I: "inactive",
  INACTIVE: "inactive",
  R: "resolved",
  RESOLVED: "resolved",
  RECURRENCE: "recurrence",
  REMISSION: "remission",
});

/** A problem. The guide has no map for PRB: a Condition of the problem list, as Google's map; the rest is kept. */
export const prbCondition = segmentMap<Condition>("PRB[Condition]", {
  1: rule("verificationStatus", (field, target) => {
    if (field.value === "DE") target.verificationStatus = codeOf(VERIFICATION, "entered-in-error");
    return field.value !== "";
  }),
  2: one("recordedDate", dateTime),
  3: one("code", cwe()),
  4: each("identifier", ei()),
  5: kept("valueIdentifier", ei()),
  6: kept("valueString", text),
  7: one("onsetDateTime", dateTime),
  8: kept("valueDateTime", dateTime),
  9: one("abatementDateTime", dateTime),
  10: kept("valueCodeableConcept", cwe()),
  11: kept("valueCodeableConcept", cwe()),
  12: kept("valueCodeableConcept", cwe()),
  13: rule("verificationStatus", (field, target, conversion, segment) => {
    const known =
      VERIFIED[field.value.toUpperCase()] ?? VERIFIED[field.component(2).value.toUpperCase()];
    if (known) target.verificationStatus ??= codeOf(VERIFICATION, known);
    const own = cwe()(field.first, conversion, segment, 13);
    if (!known && own) {
      (target.extension ??= []).push({
        url: "urn:hl7-org:v2xml#PRB.13",
        valueCodeableConcept: own,
      });
    }
    return Boolean(known) || own !== undefined;
  }),
  14: rule("clinicalStatus", (field, target, conversion, segment) => {
    const known = LIFE[field.value.toUpperCase()] ?? LIFE[field.component(2).value.toUpperCase()];
    if (known) target.clinicalStatus = codeOf(CLINICAL, known);
    const own = cwe()(field.first, conversion, segment, 14);
    if (!known && own) {
      (target.extension ??= []).push({
        url: "urn:hl7-org:v2xml#PRB.14",
        valueCodeableConcept: own,
      });
    }
    return Boolean(known) || own !== undefined;
  }),
  15: kept("valueDecimal", decimal),
  16: rule("onset[x]", (field, target) => {
    if (field.value === "") return false;
    if (!target.onsetDateTime) target.onsetString ??= field.value;
    else (target.note ??= []).push({ text: field.value });
    return true;
  }),
  17: kept("valueString", text),
  18: kept("valueCodeableConcept", cwe()),
  19: kept("valueDecimal", decimal),
  20: kept("valueCodeableConcept", cwe()),
  21: kept("valueCodeableConcept", cwe()),
  22: kept("valueString", wholeText),
  23: kept("valueCodeableConcept", cwe()),
  24: kept("valueCodeableConcept", cwe()),
  25: one("severity", cwe()),
  26: kept("valueCodeableConcept", cwe()),
  27: kept("valueCodeableConcept", cwe()),
  28: kept("valuePositiveInt", positiveInt),
});

/** Identity: PRB-4, else the patient and the code. PRB-1 DE (delete) becomes entered-in-error. */
export function prb(segment: Segment, state: State): void {
  const { conversion, patientReference, encounterReference } = state;
  if (!patientReference) return;
  const id = segment.field(4).first;
  const code = segment.field(3);
  const identity =
    id.value === ""
      ? [
          patientReference.reference ?? "",
          "problem",
          code.component(3).value,
          code.value || code.text,
        ]
      : eiIdentity(id);
  const condition = conversion.draft<Condition>({
    resourceType: "Condition",
    id: conversion.id("Condition", ...identity),
    category: [codeOf(CATEGORY, "problem-list-item")],
    subject: patientReference,
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
  applyMap(prbCondition, segment, condition, conversion);
  if (state.event.problems) {
    condition.verificationStatus = codeOf(VERIFICATION, state.event.problems);
  }
  const isWrong = condition.verificationStatus?.coding?.[0]?.code === "entered-in-error";
  // Invariants con-3 to con-5: a problem has a clinical status unless it was entered in error; what ended is not active.
  if (isWrong) delete condition.clinicalStatus;
  else if (condition.abatementDateTime && !isOver(condition)) {
    condition.clinicalStatus = codeOf(CLINICAL, "resolved");
  } else condition.clinicalStatus ??= codeOf(CLINICAL, "active");
  state.problem = condition;
  state.slots = { ...state.slots, order: undefined, owner: condition };
}

function isOver({ clinicalStatus }: Condition): boolean {
  return ["inactive", "resolved", "remission"].includes(clinicalStatus?.coding?.[0]?.code ?? "");
}
