import type { AllergyIntolerance, Reference } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import { allergyCategory, allergyCriticality, reactionSeverity } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";

const CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";

/**
 * Maps AL1 to AllergyIntolerance. Identity: the patient and what the allergy is to. undefined when AL1-3 is empty.
 *
 * A severity without a reaction has no element in FHIR (a reaction needs a manifestation), so it counts only
 * for the criticality. Source: HL7 v2-to-FHIR, AL1[AllergyIntolerance].
 */
export function al1ToAllergyIntolerance(
  al1: Segment,
  patient: Reference,
  conversion: Conversion,
): Reference | undefined {
  const code = cweToCodeableConcept(al1.field(3).first);
  if (!code) return undefined;
  const type = al1.field(2).value;
  const category = allergyCategory[type];
  const severity = al1.field(4).value;
  const criticality = allergyCriticality[severity];
  const manifestation = al1
    .field(5)
    .repetitions.map(({ value }) => ({ text: value }))
    .filter(({ text }) => text !== "");
  const reaction = reactionSeverity[severity];
  const allergy: AllergyIntolerance = {
    resourceType: "AllergyIntolerance",
    id: resourceId(
      "AllergyIntolerance",
      patient.reference ?? "",
      al1.field(3).component(3).value,
      al1.field(3).component(1).value || al1.field(3).component(2).value,
    ),
    clinicalStatus: { coding: [{ system: CLINICAL, code: "active" }] },
    ...(category === undefined
      ? {}
      : { category: [category as NonNullable<AllergyIntolerance["category"]>[number]] }),
    ...(criticality === undefined
      ? {}
      : { criticality: criticality as NonNullable<AllergyIntolerance["criticality"]> }),
    code,
    patient,
    onsetDateTime: conversion.dateTime(al1.field(6).value) ?? "",
    ...(manifestation.length === 0
      ? {}
      : {
          reaction: [
            {
              manifestation,
              ...(reaction === undefined
                ? {}
                : { severity: reaction as "mild" | "moderate" | "severe" }),
            },
          ],
        }),
  };
  return conversion.add(allergy);
}
