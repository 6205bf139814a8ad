import type { AllergyIntolerance } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { mapCode } from "../codesystems/concept-maps.ts";
import { alternateCode, codeOf, concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { code, dateTime } from "../datatypes/primitives.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { Row } from "../segment-map.ts";
import type { State } from "../state.ts";

const CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
const VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

const { one, rule, kept } = rowsFor<AllergyIntolerance>();

const keptCode = (table: string): Row<AllergyIntolerance> =>
  kept("valueCodeableConcept", cwe(undefined, table));

/** The severity stands with the reaction where there is one (FHIR demands a manifestation), and as criticality. */
export const severity: Row<AllergyIntolerance> = rule("criticality", (field, target, ...at) => {
  const criticality = mapCode("AllergySeverity[AllergyIntolerance.criticality]", field.value)?.code;
  const own = mapCode("AllergySeverity[AllergyIntolerance.reaction.severity]", field.value)?.code;
  const sent = mapCode("AllergySeverity[AllergyIntolerance.criticality-original]", field.value);
  if (criticality) target.criticality = criticality as "high" | "low";
  if (field.value === "U") target.criticality = "unable-to-assess";
  if (sent) {
    const shadow = { _criticality: alternateCode({ ...sent }) };
    // The element is bound to FHIR's codes: without one of them the sender's is kept under the name of the field.
    if (target.criticality) Object.assign(target, shadow);
    else keptCode("0128").apply(field, target, ...at);
  }
  if (own) Object.assign(target, { severity: own });
  return Boolean(criticality ?? own) || field.value === "U";
});

/** The category, and beside it the code that was sent, which says more. */
export const category: Row<AllergyIntolerance> = rule("category", (field, target, ...at) => {
  const own = mapCode("AllergenType[AllergyIntoleranceOriginalCategory]", field.value);
  const made = mapCode("AllergenType[AllergyIntoleranceCategory]", field.value)?.code;
  if (made) target.category = [made as NonNullable<AllergyIntolerance["category"]>[number]];
  if (own && made) Object.assign(target, { _category: [alternateCode({ ...own })] });
  else if (own) keptCode("0127").apply(field, target, ...at);
  return Boolean(made ?? own);
});

/** Source: HL7 v2-to-FHIR, AL1[AllergyIntolerance]. */
export const al1AllergyIntolerance = segmentMap<AllergyIntolerance>(
  "AL1[AllergyIntolerance]",
  {
    2: [category, one("type", code("AllergyType"))],
    3: one("code", cwe()),
    4: severity,
    5: rule("reaction.manifestation", (field, target) => {
      const manifestation = field.repetitions.flatMap((repetition) => {
        const text = repetition.component(1).value;
        return text === "" ? [] : [{ text }];
      });
      if (manifestation.length === 0) return false;
      (target.reaction ??= []).push({ manifestation });
      return true;
    }),
    6: one("onsetDateTime", dateTime),
  },
  { 1: SET_ID },
);

/** An allergy. Identity: the patient and what the allergy is to. Nothing is made when AL1-3 is empty. */
export function al1(segment: Segment, state: State): void {
  const allergy = startAllergy(segment, state, []);
  if (!allergy) return;
  applyMap(al1AllergyIntolerance, segment, allergy, state.conversion);
  state.slots.owner = allergy;
  finishAllergy(allergy);
}

export function startAllergy(
  segment: Segment,
  { conversion, patientReference, encounterReference }: State,
  identity: readonly string[],
): (AllergyIntolerance & { id: string }) | undefined {
  const to = segment.field(3);
  const allergen = concept(componentsOf(to.first));
  if (!allergen || !patientReference) return undefined;
  const own = identity.some((part) => part !== "")
    ? identity
    : [to.component(3).value, to.component(1).value || to.component(2).value];
  return conversion.draft<AllergyIntolerance>({
    resourceType: "AllergyIntolerance",
    id: conversion.id("AllergyIntolerance", patientReference.reference ?? "", ...own),
    clinicalStatus: codeOf(CLINICAL, "active"),
    patient: patientReference,
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
}

/** Puts the severity to the reaction that it is of. */
export function finishAllergy(allergy: AllergyIntolerance): void {
  const own = allergy as AllergyIntolerance & { severity?: "mild" | "moderate" | "severe" };
  const { severity } = own;
  delete own.severity;
  for (const reaction of allergy.reaction ?? []) if (severity) reaction.severity ??= severity;
  const isWrong = allergy.verificationStatus?.coding?.[0]?.code === "entered-in-error";
  // Invariant ait-2: what was entered in error has no clinical status.
  if (isWrong) delete allergy.clinicalStatus;
}

export { CLINICAL, VERIFICATION };
