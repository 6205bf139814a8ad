import type { Reference, RelatedPerson } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { administrativeSex } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { xpnToHumanName } from "../datatypes/xpn-humanname.ts";
import { xtnToContactPoint } from "../datatypes/xtn-contactpoint.ts";

/**
 * Maps NK1 to RelatedPerson. Identity: the patient, the name and the relationship. undefined when NK1 names
 * nobody. Source: HL7 v2-to-FHIR, NK1[RelatedPerson].
 */
export function nk1ToRelatedPerson(
  nk1: Segment,
  patient: Reference,
  conversion: Conversion,
): Reference | undefined {
  const names = [...nk1.field(2).repetitions, ...nk1.field(30).repetitions].flatMap(
    (xpn) => xpnToHumanName(xpn) ?? [],
  );
  if (names.length === 0 && nk1.field(13).value === "") return undefined;
  const telecom = (position: number, use?: "work") =>
    nk1.field(position).repetitions.flatMap((xtn) => xtnToContactPoint(xtn, use) ?? []);
  const gender = administrativeSex[nk1.field(15).value.toUpperCase()];
  const language = cweToCodeableConcept(nk1.field(20).first);
  const person: RelatedPerson = {
    resourceType: "RelatedPerson",
    id: resourceId(
      "RelatedPerson",
      patient.reference ?? "",
      nk1.field(2).text || nk1.field(13).text,
      nk1.field(3).component(1).value,
    ),
    identifier: [...nk1.field(12).repetitions, ...nk1.field(33).repetitions].flatMap(
      (cx) => cxToIdentifier(cx) ?? [],
    ),
    patient,
    relationship: [
      cweToCodeableConcept(nk1.field(3).first, hl7Table("0063")),
      cweToCodeableConcept(nk1.field(7).first, hl7Table("0131")),
    ].filter((concept) => concept !== undefined),
    name: names,
    telecom: [...telecom(5), ...telecom(6, "work"), ...telecom(40), ...telecom(41)],
    ...(gender === undefined ? {} : { gender: gender as NonNullable<RelatedPerson["gender"]> }),
    birthDate: conversion.date(nk1.field(16).value) ?? "",
    address: [...nk1.field(4).repetitions, ...nk1.field(32).repetitions].flatMap(
      (xad) => xadToAddress(xad) ?? [],
    ),
    period: {
      start: conversion.date(nk1.field(8).value) ?? "",
      end: conversion.date(nk1.field(9).value) ?? "",
    },
    ...(language ? { communication: [{ language }] } : {}),
  };
  return conversion.add(person);
}
