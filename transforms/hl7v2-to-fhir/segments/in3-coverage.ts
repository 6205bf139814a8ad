import type { CareTeam, Coverage } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { ei } from "../datatypes/ei-identifier.ts";
import { date, dateTime, text, wholeText, yesOrNo } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { kept } = rowsFor<Coverage>();
const team = rowsFor<CareTeam>();

/** Certification of an insurance. The guide maps the case manager alone; the rest is kept with the coverage. */
export const in3Coverage = segmentMap<Coverage>(
  "IN3[Coverage]",
  {
    2: kept("valueIdentifier", cxToIdentifier),
    3: kept("valueReference", practitioner),
    4: kept("valueBoolean", yesOrNo),
    5: kept("valueString", wholeText),
    6: kept("valueDateTime", dateTime),
    7: kept("valueDateTime", dateTime),
    8: kept("valueReference", practitioner),
    9: kept("valueDate", date),
    10: kept("valueDate", date),
    11: kept("valueString", wholeText),
    12: kept("valueCodeableConcept", cwe()),
    13: kept("valueDate", date),
    14: kept("valueReference", practitioner),
    15: kept("valueString", text),
    16: kept("valueContactPoint", xtn()),
    17: kept("valueString", wholeText),
    18: kept("valueContactPoint", xtn()),
    19: kept("valueContactPoint", xtn()),
    20: kept("valueString", wholeText),
    22: kept("valueDate", date),
    23: kept("valueCodeableConcept", cwe(undefined, "0136")),
    24: kept("valueCodeableConcept", cwe(undefined, "0137")),
    25: kept("valueReference", practitioner),
    26: kept("valueIdentifier", ei()),
    27: kept("valueString", wholeText),
    28: kept("valueReference", organization),
  },
  { 1: SET_ID },
);

/** Source: HL7 v2-to-FHIR, IN3[CareTeam]. */
export const in3CareTeam = segmentMap<CareTeam>("IN3[CareTeam]", {
  21: team.each("participant", ({ value }) =>
    value === ""
      ? undefined
      : {
          role: [{ ...codeOf("http://snomed.info/sct", "768832004"), text: "case manager" }],
          member: { display: value },
        },
  ),
});

/** Adds to the insurance of the IN1 before it; IN3-21 makes the patient's care team. */
export function in3(segment: Segment, { conversion, slots, patientReference }: State): void {
  if (slots.coverage) applyMap(in3Coverage, segment, slots.coverage, conversion);
  if (segment.field(21).value === "" || !patientReference) return;
  const careTeam = conversion.draft<CareTeam>({
    resourceType: "CareTeam",
    id: conversion.id("CareTeam", patientReference.reference ?? "", "case-manager"),
    status: "active",
    subject: patientReference,
  });
  applyMap(in3CareTeam, segment, careTeam, conversion);
}
