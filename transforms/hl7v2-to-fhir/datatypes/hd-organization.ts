import type { Identifier, Reference } from "fhir/r4";
import { hl7Table } from "../codesystems/coding-system.ts";
import { mapCode } from "../codesystems/concept-maps.ts";
import type { Conversion } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { hdToUri, universalIdToUri } from "./hd-uri.ts";
import { componentsOf } from "./parts.ts";
import type { Parts } from "./parts.ts";

/**
 * Makes an Organization of an HD: HD.1 name and identifier, HD.2 identifier with HD.3 as type.
 *
 * Identity: the universal id with the name space. undefined when both are empty.
 * Source: HL7 v2-to-FHIR, HD[Organization].
 */
export function hdToOrganization(hd: Parts, conversion: Conversion): Reference | undefined {
  const identifier = hdIdentifiers(hd);
  const name = hd(1);
  if (identifier.length === 0) return undefined;
  const uri = hdToUri(hd) ?? hd(2);
  return conversion.remember(`HD ${name} ${uri}`, () =>
    conversion.add({
      resourceType: "Organization",
      id: conversion.id("Organization", "HD", uri, name),
      identifier,
      name: name || hd(2),
    }),
  );
}

export const organizationOfHd: ValueOf<Reference> = (repetition, conversion) =>
  hdToOrganization(componentsOf(repetition), conversion);

/** HD.1 and HD.2 as identifiers. Source: HD[Identifier], HD[Organization], HD[Device]. */
export function hdIdentifiers(hd: Parts): Identifier[] {
  const identifiers: Identifier[] = [];
  if (hd(1) !== "") identifiers.push({ value: hd(1) });
  const universalId = hd(2);
  if (universalId === "") return identifiers;
  const type = mapCode("UniversalIDType", hd(3));
  const uri = universalIdToUri(universalId, hd(3));
  identifiers.push({
    ...(type ? { type: { coding: [{ system: hl7Table("0301"), code: type.code }] } } : {}),
    ...(uri === undefined ? { value: universalId } : { system: "urn:ietf:rfc:3986", value: uri }),
  });
  return identifiers;
}
