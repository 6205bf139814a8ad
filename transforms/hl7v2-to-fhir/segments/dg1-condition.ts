import type { Condition, Coding, Reference } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { eiIdentity, eiToIdentifier } from "../datatypes/ei-identifier.ts";
import { xcnToPractitioners } from "../datatypes/xcn-practitioner.ts";

const CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category";
const VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const ROLE = "http://terminology.hl7.org/CodeSystem/diagnosis-role";
const ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate";

/** A diagnosis of an encounter. */
export interface Diagnosis {
  readonly condition: Reference;
  readonly use: Coding | undefined;
  readonly rank: number | undefined;
}

/**
 * Maps DG1 to Condition, and to what the encounter says of it. Identity: DG1-20, else the patient, the visit and
 * the code. undefined when neither DG1-3 nor DG1-4 says anything.
 *
 * Source: HL7 v2-to-FHIR, DG1[Condition] and DG1[Encounter]. DG1-21 D (delete) becomes entered-in-error.
 */
export function dg1ToCondition(
  dg1: Segment,
  patient: Reference,
  encounter: Reference | undefined,
  conversion: Conversion,
): Diagnosis | undefined {
  const coded = cweToCodeableConcept(dg1.field(3).first);
  const description = dg1.field(4).decoded;
  if (!coded && description === "") return undefined;
  const identifier = eiToIdentifier(dg1.field(20).first);
  const [asserter] = xcnToPractitioners(dg1.field(16), conversion);
  const assertedAt = conversion.dateTime(dg1.field(19).value);
  const condition: Condition = {
    resourceType: "Condition",
    id: identifier
      ? resourceId("Condition", ...eiIdentity(dg1.field(20).first))
      : resourceId(
          "Condition",
          patient.reference ?? "",
          encounter?.reference ?? "",
          dg1.field(3).component(3).value,
          dg1.field(3).component(1).value || description,
        ),
    ...(identifier ? { identifier: [identifier] } : {}),
    ...(dg1.field(21).value === "D"
      ? { verificationStatus: { coding: [{ system: VERIFICATION, code: "entered-in-error" }] } }
      : {}),
    category: [{ coding: [{ system: CATEGORY, code: "encounter-diagnosis" }] }],
    code: { ...coded, text: coded?.text || description },
    subject: patient,
    ...(encounter ? { encounter } : {}),
    onsetDateTime: conversion.dateTime(dg1.field(5).value) ?? "",
    recordedDate: assertedAt ?? "",
    ...(assertedAt ? { extension: [{ url: ASSERTED, valueDateTime: assertedAt }] } : {}),
    ...(asserter ? { asserter } : {}),
  };
  const rank = dg1.field(15).value;
  return {
    condition: conversion.add(condition),
    use: dg1.field(6).value === "A" ? { system: ROLE, code: "AD" } : undefined,
    rank: /^[1-9]\d{0,3}$/.test(rank) ? Number(rank) : undefined,
  };
}
