import type { Basic, Encounter } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf } from "../datatypes/cwe-codeableconcept.ts";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { location } from "../datatypes/pl-location.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { kept } = rowsFor<Basic>();

/** Source: HL7 v2-to-FHIR, PV1[Basic-EncounterHistory]: where the patient stayed for a while before (PV1-43). */
export const pv1EncounterHistory = segmentMap<Basic>("PV1[Basic-EncounterHistory]", {
  43: kept("valueReference", location),
});

/** Identity: the visit. EncounterHistory is a resource of FHIR R5; R4 holds it as a Basic. */
export function pv1ToEncounterHistory(
  pv1: Segment,
  encounter: Draft<Encounter>,
  state: State,
): void {
  const { conversion, patientReference } = state;
  if (pv1.field(43).isEmpty) return;
  const reference = referenceTo(encounter);
  const history = conversion.draft<Basic>({
    resourceType: "Basic",
    id: conversion.id("Basic", "EncounterHistory", reference.reference ?? ""),
    code: codeOf("http://hl7.org/fhir/fhir-types", "EncounterHistory"),
    ...(patientReference ? { subject: patientReference } : {}),
    extension: [{ url: "urn:hl7-org:v2xml#PV1.19", valueReference: reference }],
  });
  if (!applyMap(pv1EncounterHistory, pv1, history, conversion)) conversion.drop(history);
}
