import type { Condition, EncounterDiagnosis, EpisodeOfCareDiagnosis } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity, eiReference } from "../datatypes/ei-identifier.ts";
import { dateTime, decimal, positiveInt, text, yesOrNo } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { money } from "../datatypes/quantities.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category";
const CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const EXTENSION = "http://hl7.org/fhir/StructureDefinition";

const { each, one, rule, extension, kept } = rowsFor<Condition>();
const encounterRows = rowsFor<EncounterDiagnosis>();
const episodeRows = rowsFor<EpisodeOfCareDiagnosis>();

/** Source: HL7 v2-to-FHIR, DG1[Condition]; what it leaves open is kept under the name of the field. */
export const dg1Condition = segmentMap<Condition>(
  "DG1[Condition]",
  {
    2: kept("valueCodeableConcept", cwe(undefined, "0053")),
    3: one("code", cwe()),
    4: rule("code.text", (field, target) => {
      const description = field.decoded;
      if (description === "") return false;
      (target.code ??= {}).text ??= description;
      return true;
    }),
    5: one("onsetDateTime", dateTime),
    7: kept("valueCodeableConcept", cwe(undefined, "0118")),
    8: kept("valueCodeableConcept", cwe()),
    9: kept("valueBoolean", yesOrNo),
    10: kept("valueCodeableConcept", cwe(undefined, "0056")),
    11: kept("valueCodeableConcept", cwe(undefined, "0083")),
    12: kept("valueDecimal", decimal),
    13: kept("valueMoney", money),
    14: kept("valueString", text),
    16: one("asserter", practitioner),
    17: kept("valueCodeableConcept", cwe(undefined, "0228")),
    18: kept("valueBoolean", yesOrNo),
    19: [
      extension(`${EXTENSION}/condition-assertedDate`, "valueDateTime", dateTime),
      one("recordedDate", dateTime),
    ],
    20: each("identifier", ei()),
    21: rule("verificationStatus", (field, target) => {
      if (field.value === "D") target.verificationStatus = codeOf(VERIFICATION, "entered-in-error");
      return field.value !== "";
    }),
    22: extension(`${EXTENSION}/condition-dueTo`, "valueReference", eiReference("Condition")),
    23: kept("valueCodeableConcept", cwe(undefined, "0895")),
    24: kept("valueCodeableConcept", cwe(undefined, "0895")),
    25: kept("valueString", text),
    26: kept("valueCodeableConcept", cwe(undefined, "0895")),
  },
  { 1: SET_ID },
);

/** Source: HL7 v2-to-FHIR, DG1[Encounter]. */
export const dg1Encounter = segmentMap<EncounterDiagnosis>("DG1[Encounter]", {
  6: encounterRows.one("use", cwe("DiagnosisType", "0052")),
  15: encounterRows.one("rank", positiveInt),
});

/** Source: HL7 v2-to-FHIR, DG1[EpisodeOfCare]. */
export const dg1EpisodeOfCare = segmentMap<EpisodeOfCareDiagnosis>("DG1[EpisodeOfCare]", {
  6: episodeRows.one("role", cwe("DiagnosisType", "0052")),
  15: episodeRows.one("rank", positiveInt),
});

/**
 * A diagnosis: a Condition; of the order, when it stands under one (its reason), else of the visit.
 *
 * Identity: DG1-20, else the patient, the visit and the code. DG1-21 D (delete) becomes entered-in-error.
 */
export function dg1(segment: Segment, state: State): void {
  const { conversion, encounter, patientReference, encounterReference } = state;
  if (!patientReference || (segment.field(3).isEmpty && segment.field(4).isEmpty)) return;
  const condition = conversion.draft<Condition>({
    resourceType: "Condition",
    id: conditionId(segment, state),
    category: [codeOf(CATEGORY, "encounter-diagnosis")],
    subject: patientReference,
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
  applyMap(dg1Condition, segment, condition, conversion);
  const isDeleted = segment.field(21).value === "D";
  // Invariant con-5: what was entered in error has no clinical status.
  if (isDeleted) delete condition.clinicalStatus;
  else condition.clinicalStatus ??= codeOf(CLINICAL, "active");
  const reference = referenceTo(condition);
  const { order } = state.slots;
  if (order) {
    order.reasons.push(reference);
    return;
  }
  if (!encounter || isDeleted) return;
  const diagnosis: EncounterDiagnosis = { condition: reference };
  applyMap(dg1Encounter, segment, diagnosis, conversion, {
    resource: encounter,
    element: "diagnosis",
  });
  (encounter.diagnosis ??= []).push(diagnosis);
  const { episode } = state;
  if (!episode) return;
  const ofEpisode: EpisodeOfCareDiagnosis = { condition: reference };
  applyMap(dg1EpisodeOfCare, segment, ofEpisode, conversion, {
    resource: episode,
    element: "diagnosis",
  });
  (episode.diagnosis ??= []).push(ofEpisode);
}

function conditionId(dg1: Segment, state: State): string {
  const { conversion, patientReference, encounterReference } = state;
  const identifier = dg1.field(20).first;
  if (identifier.value !== "") return conversion.id("Condition", ...eiIdentity(identifier));
  const code = dg1.field(3);
  return conversion.id(
    "Condition",
    patientReference?.reference ?? "",
    encounterReference?.reference ?? "",
    code.component(3).value,
    code.component(1).value || dg1.field(4).decoded || code.component(2).value,
  );
}
