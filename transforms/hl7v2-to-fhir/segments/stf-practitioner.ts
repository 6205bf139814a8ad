import type { Practitioner, PractitionerRole } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { language } from "../datatypes/cwe-language.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { code, date, dateTime, text, yesOrNo } from "../datatypes/primitives.ts";
import { pln } from "../datatypes/pln-identifier.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { xpnToHumanName } from "../datatypes/xpn-humanname.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { ACTION_ONLY, SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { each, one, rule, kept } = rowsFor<Practitioner>();
const roles = rowsFor<PractitionerRole>();

/** Somebody of the staff. The guide has no map for STF: a Practitioner, as the master file of staff (MFN_M02) tells. */
export const stfPractitioner = segmentMap<Practitioner>("STF[Practitioner]", {
  1: each("identifier", (repetition) => {
    const value = repetition.value;
    return value === "" ? undefined : { value };
  }),
  2: each("identifier", cxToIdentifier),
  3: each("name", xpnToHumanName),
  4: kept("valueCodeableConcept", cwe(undefined, "0182")),
  5: one("gender", code("AdministrativeSex")),
  6: one("birthDate", date),
  7: rule("active", (field, target) => {
    if (field.value === "A") target.active = true;
    if (field.value === "I") target.active = false;
    return ["A", "I"].includes(field.value);
  }),
  8: kept("valueCodeableConcept", cwe(undefined, "0184")),
  9: kept("valueCodeableConcept", cwe(undefined, "0069")),
  10: each("telecom", xtn("work")),
  11: each("address", xadToAddress),
  12: kept("valueDateTime", dateTime),
  13: kept("valueDateTime", dateTime),
  14: kept("valueCodeableConcept", cwe()),
  15: each("telecom", ({ value }) => (value === "" ? undefined : { system: "email", value })),
  16: kept("valueCodeableConcept", cwe(undefined, "0185")),
  17: kept("valueCodeableConcept", cwe(undefined, "0002")),
  18: kept("valueString", text),
  19: kept("valueCodeableConcept", cwe()),
  20: kept("valueCodeableConcept", cwe(undefined, "0066")),
  21: kept("valueBoolean", yesOrNo),
  22: each("identifier", ({ value }) => (value === "" ? undefined : { value })),
  24: kept("valueDate", date),
  25: kept("valueDate", date),
  26: kept("valueDate", date),
  27: each("communication", language),
  28: kept("valueCodeableConcept", cwe("Religion", "0006")),
  29: kept("valueDate", date),
  30: kept("valueBoolean", yesOrNo),
  31: kept("valueDateTime", dateTime),
  32: kept("valueBoolean", yesOrNo),
});

/** What somebody of the staff does. The guide has no map for PRA. */
export const praPractitionerRole = segmentMap<PractitionerRole>(
  "PRA[PractitionerRole]",
  {
    2: roles.kept("valueCodeableConcept", cwe(undefined, "0358")),
    3: roles.each("code", cwe(undefined, "0186")),
    4: roles.kept("valueCode", text),
    5: roles.each("specialty", (repetition) => {
      const name = repetition.value;
      return name === "" ? undefined : { text: name };
    }),
    6: roles.each("identifier", pln),
    7: roles.kept("valueString", text),
    8: roles.one("period.start", date),
    9: roles.each("specialty", cwe()),
    11: roles.kept("valueDate", date),
  },
  { 1: "the key of the master file, which STF-1 says", 10: ACTION_ONLY, 12: SET_ID },
);

/** Identity: the primary key of the master file (STF-1), with the sender's facility. */
export function stf(segment: Segment, state: State): void {
  const { conversion } = state;
  const key = segment.field(1).value || segment.field(2).value;
  const who = conversion.draft<Practitioner>({
    resourceType: "Practitioner",
    id: conversion.id(
      "Practitioner",
      conversion.message.header.sendingFacility,
      key || segment.field(3).text,
    ),
  });
  applyMap(stfPractitioner, segment, who, conversion);
  state.staff = who;
}

export function pra(segment: Segment, { conversion, staff }: State): void {
  if (!staff) return;
  const role = conversion.draft<PractitionerRole>({
    resourceType: "PractitionerRole",
    id: conversion.id("PractitionerRole", "PRA", staff.id),
    practitioner: referenceTo(staff),
  });
  applyMap(praPractitionerRole, segment, role, conversion);
}
