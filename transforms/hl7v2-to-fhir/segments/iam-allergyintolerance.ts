import type { AllergyIntolerance, Reference } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { code, dateTime, text } from "../datatypes/primitives.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { xpnToHumanName } from "../datatypes/xpn-humanname.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import type { Conversion } from "../conversion.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import {
  CLINICAL,
  VERIFICATION,
  category,
  finishAllergy,
  severity,
  startAllergy,
} from "./al1-allergyintolerance.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { each, one, rule, when, kept } = rowsFor<AllergyIntolerance>();

/** Table 0438 to the clinical and the verification status. */
const STATUS: Readonly<Record<string, readonly [clinical: string, verification: string]>> =
  codeTable({
    U: ["active", "unconfirmed"],
    P: ["active", "unconfirmed"],
    S: ["active", "unconfirmed"],
    C: ["active", "confirmed"],
    I: ["inactive", "confirmed"],
    E: ["", "entered-in-error"],
    D: ["inactive", "refuted"],
  });

/** Source: HL7 v2-to-FHIR, IAM[AllergyIntolerance]; what it leaves open is kept under the name of the field. */
export const iamAllergyIntolerance = segmentMap<AllergyIntolerance>(
  "IAM[AllergyIntolerance]",
  {
    2: [category, one("type", code("AllergyType"))],
    3: one("code", cwe()),
    4: severity,
    5: rule("reaction.manifestation", (field, target) => {
      const manifestation = field.repetitions.flatMap(({ value }) =>
        value === "" ? [] : [{ text: value }],
      );
      if (manifestation.length === 0) return false;
      (target.reaction ??= []).push({ manifestation });
      return true;
    }),
    6: rule("verificationStatus", (field, target) => {
      if (field.value === "D") target.verificationStatus = codeOf(VERIFICATION, "entered-in-error");
      return field.value !== "";
    }),
    7: each("identifier", ei()),
    8: kept("valueString", text),
    9: kept("valueCodeableConcept", cwe(undefined, "0436")),
    11: one("onsetDateTime", dateTime),
    12: when((iam) => iam.field(11).isEmpty, one("onsetString", text)),
    13: one("recordedDate", dateTime),
    14: rule("recorder", (_field, target, conversion, segment) => {
      const recorder = recorderOf(segment, target, conversion);
      if (recorder) target.recorder ??= recorder;
      return recorder !== undefined;
    }),
    15: kept("valueCodeableConcept", cwe("Relationship", "0063")),
    16: kept("valueCodeableConcept", cwe(undefined, "0437")),
    17: rule("clinicalStatus", (field, target) => {
      const [clinical, verification] =
        (Object.hasOwn(STATUS, field.value) ? STATUS[field.value] : undefined) ?? [];
      if (clinical === undefined || verification === undefined) return false;
      if (clinical !== "") target.clinicalStatus = codeOf(CLINICAL, clinical);
      target.verificationStatus ??= codeOf(VERIFICATION, verification);
      return true;
    }),
    18: one("asserter", practitioner),
    19: kept("valueReference", organization),
    20: kept("valueDateTime", dateTime),
    21: kept("valueContactPoint", xtn()),
    22: kept("valueAddress", xadToAddress),
    23: one("lastOccurrence", dateTime),
    24: kept("valueString", text),
    25: kept("valueDateTime", dateTime),
    26: kept("valueCodeableConcept", cwe()),
    27: rule("code.coding", (field, target, conversion, segment) => {
      const inactive = cwe()(field.first, conversion, segment, 27);
      if (!inactive) return false;
      ((target.code ??= {}).coding ??= []).push(...(inactive.coding ?? []));
      return true;
    }),
    28: kept("valueCodeableConcept", cwe()),
    29: kept("valueString", text),
    30: kept("valueString", text),
  },
  { 1: SET_ID },
);

/** A person's allergy with its history. Identity: IAM-7, else the patient and what the allergy is to. */
export function iam(segment: Segment, state: State): void {
  const identifier = segment.field(7).first;
  const identity = identifier.value === "" ? [] : eiIdentity(identifier);
  const allergy = startAllergy(segment, state, identity);
  if (!allergy) return;
  applyMap(iamAllergyIntolerance, segment, allergy, state.conversion);
  state.slots.owner = allergy;
  finishAllergy(allergy);
}

/** Who told: the patient (SEL), a related person (another code), or somebody of the house. */
function recorderOf(
  iam: Segment,
  { patient }: AllergyIntolerance,
  conversion: Conversion,
): Reference | undefined {
  const relationship = iam.field(15);
  if (relationship.value === "SEL") return patient;
  const name = xpnToHumanName(iam.field(14).first, conversion);
  if (!name) return undefined;
  if (relationship.isEmpty) {
    const { sendingFacility } = conversion.message.header;
    const given = name.given ?? [];
    return conversion.add({
      resourceType: "Practitioner",
      id: conversion.id("Practitioner", "name", sendingFacility, name.family ?? "", ...given),
      name: [name],
    });
  }
  return conversion.add({
    resourceType: "RelatedPerson",
    id: conversion.id(
      "RelatedPerson",
      patient.reference ?? "",
      iam.field(14).text,
      relationship.value,
    ),
    patient,
    name: [name],
    relationship: [cwe("Relationship", "0063")(relationship.first, conversion, iam, 15) ?? {}],
  });
}
