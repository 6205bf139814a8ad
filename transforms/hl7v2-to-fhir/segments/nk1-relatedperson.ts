import type { OrganizationContact, PatientContact, RelatedPerson } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier, identifierType } from "../datatypes/cx-identifier.ts";
import { periodOf } from "../datatypes/dr-period.ts";
import { code, date, text, yesOrNo } from "../datatypes/primitives.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { xpnToHumanName, xpnToString } from "../datatypes/xpn-humanname.ts";
import { xtn, xtnToContactPoint } from "../datatypes/xtn-contactpoint.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { SET_ID, addUnlessSame, applyMap, isSame, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { language as spoken } from "../datatypes/cwe-language.ts";

const { each, one, rule, kept } = rowsFor<RelatedPerson>();
const contact = rowsFor<PatientContact>();

/** Source: HL7 v2-to-FHIR, NK1[RelatedPerson]; what it leaves open is kept under the name of the field. */
export const nk1RelatedPerson = segmentMap<RelatedPerson>(
  "NK1[RelatedPerson]",
  {
    2: each("name", xpnToHumanName),
    3: each("relationship", cwe("Relationship", "0063")),
    4: each("address", xadToAddress),
    5: each("telecom", xtn()),
    6: each("telecom", xtn("work")),
    7: each("relationship", cwe("ContactRole", "0131")),
    8: one("period.start", date),
    9: rule("period.end", (field, target, conversion) => {
      const period = periodOf(target.period?.start, conversion.date(field.value));
      if (!period?.end) return false;
      target.period = period;
      return true;
    }),
    10: kept("valueString", text),
    11: kept("valueCodeableConcept", cwe(undefined, "0327")),
    12: each("identifier", cxToIdentifier),
    13: kept("valueReference", organization),
    14: kept("valueCodeableConcept", cwe("MaritalStatus", "0002")),
    15: one("gender", code("AdministrativeSex")),
    16: one("birthDate", date),
    17: kept("valueCodeableConcept", cwe(undefined, "0223")),
    18: kept("valueCodeableConcept", cwe(undefined, "0009")),
    19: kept("valueCodeableConcept", cwe(undefined, "0171")),
    20: rule("communication.language", (field, target) => {
      const language = spoken(field.first);
      if (!language) return false;
      (target.communication ??= []).push({ language });
      return true;
    }),
    21: kept("valueCodeableConcept", cwe(undefined, "0220")),
    22: kept("valueCodeableConcept", cwe("PublicityCode", "0215")),
    23: kept("valueBoolean", yesOrNo),
    24: kept("valueCodeableConcept", cwe(undefined, "0231")),
    25: kept("valueCodeableConcept", cwe("Religion", "0006")),
    26: kept("valueString", xpnToString),
    27: kept("valueCodeableConcept", cwe(undefined, "0212")),
    28: kept("valueCodeableConcept", cwe(undefined, "0189")),
    29: kept("valueCodeableConcept", cwe(undefined, "0222")),
    30: each("name", xpnToHumanName),
    31: each("telecom", xtn()),
    32: each("address", xadToAddress),
    33: each("identifier", cxToIdentifier),
    34: kept("valueCodeableConcept", cwe(undefined, "0311")),
    35: kept("valueCodeableConcept", cwe(undefined, "0005")),
    36: kept("valueCodeableConcept", cwe(undefined, "0295")),
    37: each("identifier", ({ value }) =>
      value === ""
        ? undefined
        : {
            type: identifierType("SS"),
            system: "http://hl7.org/fhir/sid/us-ssn",
            value,
          },
    ),
    38: kept("valueString", text),
    39: kept("valueCodeableConcept", cwe(undefined, "0099")),
    40: each("telecom", xtn()),
    41: each("telecom", xtn()),
  },
  { 1: SET_ID },
);

/** Source: HL7 v2-to-FHIR, NK1[Patient]. */
export const nk1Patient = segmentMap<PatientContact>("NK1[Patient]", {
  2: contact.one("name", xpnToHumanName),
  3: contact.each("relationship", cwe("Relationship", "0063")),
  4: contact.one("address", xadToAddress),
  5: contact.each("telecom", xtn()),
  6: contact.each("telecom", xtn("work")),
  7: contact.each("relationship", cwe("ContactRole", "0131")),
  8: contact.one("period.start", date),
  9: contact.rule("period.end", (field, target, conversion) => {
    const period = periodOf(target.period?.start, conversion.date(field.value));
    if (!period?.end) return false;
    target.period = period;
    return true;
  }),
  13: contact.one("organization", organization),
  15: contact.one("gender", code("AdministrativeSex")),
  30: contact.rule("name", (field, target, conversion) => {
    const name = xpnToHumanName(field.first, conversion);
    if (!name) return false;
    const firm = contactOf(target, conversion);
    if (firm) firm.name ??= name;
    else target.name ??= name;
    return true;
  }),
  31: contact.rule("telecom", (field, target, conversion) => {
    const points = field.repetitions.flatMap((each) => xtnToContactPoint(each, conversion) ?? []);
    const holder = contactOf(target, conversion) ?? target;
    for (const point of points) {
      if (!holder.telecom?.some((other) => isSame(other, point)))
        (holder.telecom ??= []).push(point);
    }
    return points.length > 0;
  }),
  32: contact.rule("address", (field, target, conversion) => {
    const address = xadToAddress(field.first, conversion);
    if (!address) return false;
    const holder = contactOf(target, conversion) ?? target;
    holder.address ??= address;
    return true;
  }),
  40: contact.each("telecom", xtn()),
  41: contact.each("telecom", xtn()),
});

/** NK1-30 to NK1-32 tell of the contact person of the organization, where there is one (NK1-13). */
function contactOf(
  { organization: reference }: PatientContact,
  conversion: State["conversion"],
): OrganizationContact | undefined {
  const firm = conversion.find("Organization", reference);
  if (!firm) return undefined;
  const list = (firm.contact ??= []);
  list[0] ??= {};
  return list[0];
}

/** Roles of NK1-3 that are contacts of the patient and no related persons. Source: message map ADT_A01. */
const CONTACT_ONLY: ReadonlySet<string> = new Set(["EMR", "E", "F", "I", "S"]);

/**
 * Next of kin: a RelatedPerson and a contact of the patient. Identity: the patient, the name and the relationship.
 */
export function nk1(segment: Segment, state: State): void {
  const { conversion, patient, patientReference } = state;
  if (!patient || !patientReference) return;
  const contact: PatientContact = {};
  if (
    applyMap(nk1Patient, segment, contact, conversion, { resource: patient, element: "contact" })
  ) {
    // Invariant pat-1: a contact has at least a name, a telecom, an address or an organization.
    if (contact.name || contact.telecom || contact.address || contact.organization) {
      const list = (patient.contact ??= []);
      addUnlessSame(list, [contact]);
    }
  }
  if (CONTACT_ONLY.has(segment.field(3).value)) return;
  const name = segment.field(2).text || segment.field(30).text || segment.field(13).text;
  const person = conversion.draft<RelatedPerson>({
    resourceType: "RelatedPerson",
    id: conversion.id(
      "RelatedPerson",
      patientReference.reference ?? "",
      name || segment.field(33).text || segment.field(12).text,
      segment.field(3).component(1).value,
    ),
    patient: patientReference,
  });
  applyMap(nk1RelatedPerson, segment, person, conversion);
  if (
    !person.name &&
    !person.identifier &&
    !person.telecom &&
    !person.address &&
    !person.relationship
  ) {
    conversion.drop(person);
  }
}
