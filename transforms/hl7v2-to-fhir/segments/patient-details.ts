import type { AllergyIntolerance, Patient } from "fhir/r4";
import { mapCode } from "../codesystems/concept-maps.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { dr } from "../datatypes/dr-period.ts";
import { location } from "../datatypes/pl-location.ts";
import { date, dateTime, text, yesOrNo } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { Handler } from "../state.ts";

const { kept } = rowsFor<Patient>();
const allergyRows = rowsFor<AllergyIntolerance>();

/** A disability. The guide has no map for DB1. */
export const db1Patient = segmentMap<Patient>(
  "DB1[Patient]",
  {
    2: kept("valueCodeableConcept", cwe(undefined, "0334")),
    3: kept("valueIdentifier", cxToIdentifier),
    4: kept("valueBoolean", yesOrNo),
    5: kept("valueDate", date),
    6: kept("valueDate", date),
    7: kept("valueDate", date),
    8: kept("valueDate", date),
  },
  { 1: SET_ID },
);

/** Death and autopsy. The guide has no map for PDA; when the patient died is in PID-29. */
export const pdaPatient = segmentMap<Patient>("PDA[Patient]", {
  1: kept("valueCodeableConcept", cwe()),
  2: kept("valueReference", location),
  3: kept("valueBoolean", yesOrNo),
  4: kept("valueDateTime", dateTime),
  5: kept("valueReference", practitioner),
  6: kept("valueBoolean", yesOrNo),
  7: kept("valuePeriod", dr),
  8: kept("valueReference", practitioner),
  9: kept("valueBoolean", yesOrNo),
});

/** Access restrictions. The guide announces ARV and has no map. */
export const arvPatient = segmentMap<Patient>(
  "ARV[Patient]",
  {
    2: kept("valueCodeableConcept", cwe(undefined, "0206")),
    3: kept("valueCodeableConcept", cwe(undefined, "0717")),
    4: kept("valueCodeableConcept", cwe(undefined, "0719")),
    5: kept("valueString", text),
    6: kept("valuePeriod", dr),
    7: kept("valueCodeableConcept", cwe(undefined, "0518")),
    8: kept("valueCodeableConcept", cwe(undefined, "0719")),
  },
  { 1: SET_ID },
);

/** A reaction to an allergy, under its IAM. The guide has no map for IAR. */
export const iarAllergyIntolerance = segmentMap<AllergyIntolerance>("IAR[AllergyIntolerance]", {
  1: allergyRows.rule("reaction.manifestation", (field, target, conversion, segment) => {
    const manifestation = cwe()(field.first, conversion, segment, 1);
    if (!manifestation) return false;
    (target.reaction ??= []).push({ manifestation: [manifestation] });
    return true;
  }),
  2: allergyRows.rule("reaction.severity", (field, target) => {
    const severity = mapCode("AllergySeverity[AllergyIntolerance.reaction.severity]", field.value);
    const reaction = target.reaction?.at(-1);
    if (!severity || !reaction) return false;
    reaction.severity = severity.code as "mild" | "moderate" | "severe";
    return true;
  }),
  3: allergyRows.kept("valueCodeableConcept", cwe(undefined, "0436")),
  4: allergyRows.rule("reaction.note", (field, target) => {
    const reaction = target.reaction?.at(-1);
    if (field.value === "" || !reaction) return false;
    (reaction.note ??= []).push({ text: field.value });
    return true;
  }),
});

export const db1: Handler = (segment, { conversion, patient }) => {
  if (patient) applyMap(db1Patient, segment, patient, conversion);
};
export const pda: Handler = (segment, { conversion, patient }) => {
  if (patient) applyMap(pdaPatient, segment, patient, conversion);
};
export const arv: Handler = (segment, { conversion, patient }) => {
  if (patient) applyMap(arvPatient, segment, patient, conversion);
};
export const iar: Handler = (segment, { conversion, slots }) => {
  const { owner } = slots;
  if (owner?.resourceType !== "AllergyIntolerance") return;
  applyMap(iarAllergyIntolerance, segment, owner, conversion);
};
