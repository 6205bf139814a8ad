import type { ResearchStudy, ResearchSubject } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { text } from "../datatypes/primitives.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const study = rowsFor<ResearchStudy>();
const subject = rowsFor<ResearchSubject>();

/** A clinical trial. The guide has no map for CTI: a ResearchStudy, of which the patient is a subject. */
export const ctiResearchStudy = segmentMap<ResearchStudy>("CTI[ResearchStudy]", {
  1: study.each("identifier", ei()),
});

/** In which phase of the trial, and at which of its times. */
export const ctiResearchSubject = segmentMap<ResearchSubject>("CTI[ResearchSubject]", {
  2: subject.kept("valueCodeableConcept", cwe()),
  3: subject.kept("valueCodeableConcept", cwe()),
  4: subject.one("assignedArm", text),
});

/** Identity: the study by CTI-1, the subject by study and patient. */
export function cti(segment: Segment, { conversion, patientReference }: State): void {
  const id = segment.field(1).first;
  if (id.value === "" || !patientReference) return;
  const made = conversion.draft<ResearchStudy>({
    resourceType: "ResearchStudy",
    id: conversion.id("ResearchStudy", ...eiIdentity(id)),
    status: "active",
  });
  applyMap(ctiResearchStudy, segment, made, conversion);
  const participant = conversion.draft<ResearchSubject>({
    resourceType: "ResearchSubject",
    id: conversion.id("ResearchSubject", made.id, patientReference.reference ?? ""),
    status: "on-study",
    study: referenceTo(made),
    individual: patientReference,
  });
  applyMap(ctiResearchSubject, segment, participant, conversion);
}
