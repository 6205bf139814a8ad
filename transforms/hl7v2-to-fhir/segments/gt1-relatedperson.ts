import type { Organization, Reference, RelatedPerson } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import type { Draft } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier, identifierType } from "../datatypes/cx-identifier.ts";
import { authorityOf } from "../datatypes/hd-uri.ts";
import { code, date, decimal, positiveInt, text, yesOrNo } from "../datatypes/primitives.ts";
import { money } from "../datatypes/quantities.ts";
import { xadToAddress, xadToOrganizationAddress } from "../datatypes/xad-address.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { xpnToHumanName, xpnToString } from "../datatypes/xpn-humanname.ts";
import { organizationXtn, xtn } from "../datatypes/xtn-contactpoint.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { language as spoken } from "../datatypes/cwe-language.ts";

const { each, one, rule, kept } = rowsFor<RelatedPerson>();

/**
 * Who pays. The guide has no map for GT1: as in Microsoft's template a RelatedPerson (or, by GT1-21, an Organization)
 * that the patient's Account names as guarantor. What FHIR has no element for is kept under the name of the field.
 */
export const gt1RelatedPerson = segmentMap<RelatedPerson>(
  "GT1[RelatedPerson]",
  {
    2: each("identifier", cxToIdentifier),
    3: each("name", xpnToHumanName),
    4: kept("valueString", xpnToString),
    5: each("address", xadToAddress),
    6: each("telecom", xtn("home")),
    7: each("telecom", xtn("work")),
    8: one("birthDate", date),
    9: one("gender", code("AdministrativeSex")),
    10: kept("valueCodeableConcept", cwe(undefined, "0068")),
    11: each("relationship", cwe("Relationship", "0063")),
    12: each("identifier", ({ value }) =>
      value === ""
        ? undefined
        : { type: identifierType("SS"), system: "http://hl7.org/fhir/sid/us-ssn", value },
    ),
    13: one("period.start", date),
    14: kept("valueDate", date),
    15: kept("valuePositiveInt", positiveInt),
    16: kept("valueString", xpnToString),
    17: kept("valueAddress", xadToAddress),
    18: kept("valueContactPoint", xtn("work")),
    19: each("identifier", cxToIdentifier),
    20: kept("valueCodeableConcept", cwe(undefined, "0066")),
    21: kept("valueReference", organization),
    22: kept("valueBoolean", yesOrNo),
    23: kept("valueCodeableConcept", cwe(undefined, "0341")),
    24: kept("valueDate", date),
    25: kept("valueBoolean", yesOrNo),
    26: kept("valueCodeableConcept", cwe()),
    27: kept("valueMoney", money),
    28: kept("valueDecimal", decimal),
    29: kept("valueIdentifier", cxToIdentifier),
    30: kept("valueCodeableConcept", cwe("MaritalStatus", "0002")),
    31: kept("valueDate", date),
    32: kept("valueDate", date),
    33: kept("valueCodeableConcept", cwe(undefined, "0223")),
    34: kept("valueCodeableConcept", cwe(undefined, "0009")),
    35: kept("valueCodeableConcept", cwe(undefined, "0171")),
    36: rule("communication.language", (field, target) => {
      const language = spoken(field.first);
      if (!language) return false;
      (target.communication ??= []).push({ language });
      return true;
    }),
    37: kept("valueCodeableConcept", cwe(undefined, "0220")),
    38: kept("valueCodeableConcept", cwe("PublicityCode", "0215")),
    39: kept("valueBoolean", yesOrNo),
    40: kept("valueCodeableConcept", cwe(undefined, "0231")),
    41: kept("valueCodeableConcept", cwe("Religion", "0006")),
    42: kept("valueString", xpnToString),
    43: kept("valueCodeableConcept", cwe(undefined, "0212")),
    44: kept("valueCodeableConcept", cwe(undefined, "0189")),
    45: kept("valueString", xpnToString),
    46: kept("valueContactPoint", xtn()),
    47: kept("valueCodeableConcept", cwe(undefined, "0222")),
    48: kept("valueCodeableConcept", cwe("Relationship", "0063")),
    49: kept("valueString", text),
    50: kept("valueCodeableConcept", cwe(undefined, "0327")),
    51: kept("valueReference", organization),
    52: kept("valueCodeableConcept", cwe(undefined, "0295")),
    53: kept("valueCodeableConcept", cwe(undefined, "0311")),
    54: kept("valueCodeableConcept", cwe(undefined, "0139")),
    55: kept("valueCodeableConcept", cwe(undefined, "0005")),
    56: kept("valueString", text),
    57: kept("valueCodeableConcept", cwe(undefined, "0099")),
  },
  { 1: SET_ID },
);

const organizationRows = rowsFor<Organization>();

/** The guarantor as an organization. */
export const gt1Organization = segmentMap<Organization>("GT1[Organization]", {
  2: organizationRows.each("identifier", cxToIdentifier),
  5: organizationRows.each("address", xadToOrganizationAddress),
  6: organizationRows.each("telecom", organizationXtn),
  7: organizationRows.each("telecom", organizationXtn),
  21: organizationRows.one("name", text),
});

/** Identity: the patient and the guarantor's number, else the name. */
export function gt1(segment: Segment, state: State): void {
  const { patientReference, account } = state;
  if (!patientReference) return;
  const guarantor = guarantorOf(segment, state);
  if (!guarantor) return;
  if (!account) return;
  const onHold = segment.field(25).value === "Y";
  (account.guarantor ??= []).push({ party: guarantor, ...(onHold ? { onHold } : {}) });
}

function guarantorOf(gt1: Segment, state: State): Reference | undefined {
  const { conversion, patientReference } = state;
  const cx = gt1.field(2).first;
  if (gt1.field(3).isEmpty) {
    const party = organization(gt1.field(21).first, conversion, gt1, 21);
    const made = conversion.find("Organization", party) as Draft<Organization> | undefined;
    if (made) applyMap(gt1Organization, gt1, made, conversion);
    return party;
  }
  const { reference = "" } = patientReference ?? {};
  const identity =
    cx.value === ""
      ? [gt1.field(3).text, gt1.field(11).value]
      : [authorityOf(cx.component(4), conversion), cx.value];
  const person = conversion.draft<RelatedPerson>({
    resourceType: "RelatedPerson",
    id: conversion.id("RelatedPerson", reference, ...identity),
    patient: patientReference as Reference,
  });
  applyMap(gt1RelatedPerson, gt1, person, conversion);
  return { reference: `RelatedPerson/${person.id}` };
}
