import type { Organization, Practitioner, PractitionerRole } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, text } from "../datatypes/primitives.ts";
import { pln } from "../datatypes/pln-identifier.ts";
import { xadToAddress, xadToOrganizationAddress } from "../datatypes/xad-address.ts";
import { xpnToHumanName } from "../datatypes/xpn-humanname.ts";
import { xonToOrganization } from "../datatypes/xon-organization.ts";
import { organizationXtn, xtn } from "../datatypes/xtn-contactpoint.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const roles = rowsFor<PractitionerRole>();
const people = rowsFor<Practitioner>();
const contacts = rowsFor<NonNullable<Organization["contact"]>[number]>();

/** Who refers and to whom. The guide has no map for PRD: a PractitionerRole, as Microsoft's template. */
export const prdPractitionerRole = segmentMap<PractitionerRole>("PRD[PractitionerRole]", {
  1: roles.each("code", cwe(undefined, "0286")),
  4: roles.each("location", location),
  5: roles.each("telecom", xtn("work")),
  6: roles.kept("valueCodeableConcept", cwe(undefined, "0185")),
  7: roles.each("identifier", pln),
  8: roles.one("period.start", dateTime),
  9: roles.one("period.end", dateTime),
  13: roles.kept("valueContactPoint", xtn()),
});

export const prdPractitioner = segmentMap<Practitioner>("PRD[Practitioner]", {
  2: people.each("name", xpnToHumanName),
  3: people.each("address", xadToAddress),
  7: people.each("identifier", pln),
  14: people.kept("valueCodeableConcept", cwe()),
});

/** Identity: PRD-7, else the name. */
export function prd(segment: Segment, state: State): void {
  const { conversion, referral } = state;
  const number = segment.field(7).value;
  const name = segment.field(2).text;
  const facility = xonToOrganization(segment.field(10).first, conversion);
  if (facility) conversion.marks.mapped(segment, 10, "organization", facility);
  let who: Draft<Practitioner> | undefined;
  if (number !== "" || name !== "") {
    who = conversion.draft<Practitioner>({
      resourceType: "Practitioner",
      id: conversion.id("Practitioner", conversion.message.header.sendingFacility, number || name),
    });
    applyMap(prdPractitioner, segment, who, conversion);
  }
  const role = conversion.draft<PractitionerRole>({
    resourceType: "PractitionerRole",
    id: conversion.id(
      "PractitionerRole",
      "PRD",
      who?.id ?? "",
      facility?.id ?? "",
      segment.field(1).value,
    ),
    ...(who ? { practitioner: referenceTo(who) } : {}),
    ...(facility ? { organization: referenceTo(facility) } : {}),
  });
  if (!applyMap(prdPractitionerRole, segment, role, conversion) && !who && !facility) {
    conversion.drop(role);
    return;
  }
  const reference = referenceTo(role);
  // RP refers, RT is referred to (table 0286).
  if (segment.field(1).value === "RP" && referral) referral.requester ??= reference;
  if (segment.field(1).value === "RT" && referral) (referral.performer ??= []).push(reference);
  state.contactOf = role;
}

/** A contact person. The guide has no map for CTD: telecoms of the role that it stands under. */
export const ctdContact = segmentMap<NonNullable<Organization["contact"]>[number]>(
  "CTD[Organization]",
  {
    1: contacts.one("purpose", cwe(undefined, "0131")),
    2: contacts.one("name", xpnToHumanName),
    3: contacts.one("address", xadToOrganizationAddress),
    4: contacts.kept("valueReference", location),
    5: contacts.each("telecom", organizationXtn),
    6: contacts.kept("valueCodeableConcept", cwe(undefined, "0185")),
    7: contacts.kept("valueString", text),
  },
);

/** Adds the contact to the organization of the role, else to an organization of the sender. */
export function ctd(segment: Segment, state: State): void {
  const { conversion, contactOf } = state;
  const { sendingFacility } = conversion.message.header;
  const owner =
    conversion.find("Organization", contactOf?.organization) ??
    conversion.draft<Organization>({
      resourceType: "Organization",
      id: conversion.id("Organization", sendingFacility, "contacts"),
      name: sendingFacility || "unknown",
    });
  const contact = {};
  applyMap(ctdContact, segment, contact, conversion, { resource: owner, element: "contact" });
  (owner.contact ??= []).push(contact);
}
