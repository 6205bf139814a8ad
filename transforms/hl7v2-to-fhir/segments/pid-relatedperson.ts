import type { RelatedPerson } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { authorityOf } from "../datatypes/hd-uri.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { each } = rowsFor<RelatedPerson>();

/** Source: HL7 v2-to-FHIR, CX[RelatedPerson-Mother]: PID-21 is the mother's identifier. */
export const pidMother = segmentMap<RelatedPerson>("PID[RelatedPerson-Mother]", {
  21: each("identifier", cxToIdentifier),
});

/** Makes the mother of PID-21. Identity: the patient and her identifier. */
export function motherOf(pid: Segment, state: State): void {
  const { conversion, patientReference } = state;
  const cx = pid.field(21).first;
  if (cx.value === "" || !patientReference) return;
  const mother = conversion.draft<RelatedPerson>({
    resourceType: "RelatedPerson",
    id: conversion.id(
      "RelatedPerson",
      patientReference.reference ?? "",
      "mother",
      authorityOf(cx.component(4), conversion),
      cx.value,
    ),
    patient: patientReference,
    relationship: [codeOf("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MTH")],
  });
  applyMap(pidMother, pid, mother, conversion);
}
