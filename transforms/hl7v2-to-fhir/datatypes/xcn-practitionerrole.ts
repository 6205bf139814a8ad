import type { CodeableConcept, PractitionerRole, Reference } from "fhir/r4";
import type { Conversion } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { practitioner } from "./xcn-practitioner.ts";

/**
 * Makes a PractitionerRole of an XCN: the Practitioner in the role that the field gives him.
 *
 * Identity: the practitioner, the code of the role and the organization.
 * Source: HL7 v2-to-FHIR, XCN[PractitionerRole].
 */
export const practitionerIn =
  (role: CodeableConcept): ValueOf<Reference> =>
  (xcn, conversion, segment, position) => {
    const who = practitioner(xcn, conversion, segment, position);
    return who && practitionerRole(who, role, conversion);
  };

/** The role of somebody, perhaps in an organization. */
export function practitionerRole(
  who: Reference,
  role: CodeableConcept | undefined,
  conversion: Conversion,
  more: Partial<PractitionerRole> = {},
): Reference {
  const code: string = role?.coding?.[0]?.code ?? role?.text ?? "";
  const { organization, location, period } = more;
  return conversion.add({
    resourceType: "PractitionerRole",
    id: conversion.id(
      "PractitionerRole",
      who.reference ?? "",
      code,
      organization?.reference ?? "",
      location?.[0]?.reference ?? "",
      period?.start ?? "",
    ),
    practitioner: who,
    ...(role ? { code: [role] } : {}),
    ...(more as object),
  });
}
