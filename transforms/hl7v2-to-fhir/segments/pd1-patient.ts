import type { Observation, Patient } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf, cwe, cweCoding } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { date, yesOrNo } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization, xonText } from "../datatypes/xon-organization.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const EXTENSION = "http://hl7.org/fhir/StructureDefinition";
const { each, extension, kept } = rowsFor<Patient>();
const observation = rowsFor<Observation>();

/** Source: HL7 v2-to-FHIR, PD1[Patient]; what it leaves open is kept under the name of the field. */
export const pd1Patient = segmentMap<Patient>("PD1[Patient]", {
  1: kept("valueCodeableConcept", cwe(undefined, "0223")),
  2: kept("valueCodeableConcept", cwe(undefined, "0220")),
  3: each("generalPractitioner", organization),
  4: each("generalPractitioner", practitioner),
  5: kept("valueCodeableConcept", cwe(undefined, "0231")),
  6: extension(`${EXTENSION}/patient-disability`, "valueCodeableConcept", cwe(undefined, "0295")),
  8: kept("valueCodeableConcept", cwe(undefined, "0316")),
  9: kept("valueBoolean", yesOrNo),
  10: each("identifier", cxToIdentifier),
  11: kept("valueCodeableConcept", cwe("PublicityCode", "0215")),
  12: kept("valueBoolean", yesOrNo),
  13: kept("valueDate", date),
  14: extension(`${EXTENSION}/patient-congregation`, "valueString", xonText),
  15: kept("valueCodeableConcept", cwe(undefined, "0435")),
  16: kept("valueCodeableConcept", cwe(undefined, "0441")),
  17: kept("valueDate", date),
  18: kept("valueDate", date),
  19: kept("valueCodeableConcept", cwe(undefined, "0140")),
  20: kept("valueCodeableConcept", cwe(undefined, "0141")),
  21: kept("valueCodeableConcept", cwe(undefined, "0142")),
  22: each("meta.security", cweCoding()),
});

/** Source: HL7 v2-to-FHIR, PD1[Observation-LivingWill]. */
export const pd1LivingWill = segmentMap<Observation>("PD1[Observation-LivingWill]", {
  7: observation.one("valueCodeableConcept", cwe("LivingWillCode", "0315")),
});

/** Adds to the patient, and makes an Observation of a living will. */
export function pd1(segment: Segment, state: State): void {
  const { conversion, patient, patientReference } = state;
  if (!patient || !patientReference) return;
  applyMap(pd1Patient, segment, patient, conversion);
  if (segment.field(7).value === "") return;
  const livingWill = conversion.draft<Observation>({
    resourceType: "Observation",
    id: conversion.id("Observation", patientReference.reference ?? "", "living-will"),
    status: "final",
    code: codeOf("http://loinc.org", "75320-2"),
    subject: patientReference,
  });
  applyMap(pd1LivingWill, segment, livingWill, conversion);
}
