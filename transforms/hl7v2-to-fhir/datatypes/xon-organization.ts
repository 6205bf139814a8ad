import type { Organization, Reference } from "fhir/r4";
import { fhirCode } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import { codingSystem, hl7Table } from "../codesystems/coding-system.ts";
import type { Conversion, Draft } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { assignedBy, checkDigit, identifierType } from "./cx-identifier.ts";
import { authorityOf } from "./hd-uri.ts";

/**
 * Makes an Organization of an XON: XON.1 name (XON.2 its kind), XON.10 (else XON.3) identifier with XON.6 as system or
 * assigner, XON.4 and XON.5 check digit, XON.7 type.
 *
 * Identity: identifier and authority, else the name. undefined when both are empty.
 * Source: HL7 v2-to-FHIR, XON[Organization].
 */
export function xonToOrganization(
  xon: Repetition,
  conversion: Conversion,
): Draft<Organization> | undefined {
  // A name of blanks is none.
  const name = xon.component(1).value.trim();
  const value = xon.component(10).value.trim() || xon.component(3).value.trim();
  if (name === "" && value === "") return undefined;
  const identity =
    value === "" ? ["name", name] : [authorityOf(xon.component(6), conversion), value];
  const type = fhirCode(xon.component(7).value);
  const nameType = fhirCode(xon.component(2).value);
  const extension = checkDigit(xon.component(4).value, xon.component(5).value);
  return conversion.draft<Organization>({
    resourceType: "Organization",
    id: conversion.id("Organization", ...identity),
    ...(nameType === ""
      ? {}
      : {
          extension: [
            {
              url: "urn:hl7-org:v2xml#XON.2",
              valueCoding: { system: hl7Table("0204"), code: nameType },
            },
          ],
        }),
    ...(value === ""
      ? {}
      : {
          identifier: [
            {
              ...(extension ? { extension } : {}),
              ...(type === "" ? {} : { type: identifierType(type) }),
              ...assignedBy(xon, 6, conversion),
              value,
            },
          ],
        }),
    ...(name === "" ? {} : { name }),
  });
}

export const organization: ValueOf<Reference> = (xon, conversion) =>
  conversion.remember(`XON ${xon.text}`, () => {
    const made = xonToOrganization(xon, conversion);
    return made && { reference: `Organization/${made.id}` };
  });

/** XON.1, else XON.10. Source: XON[string]. */
export const xonText: ValueOf<string> = (xon) =>
  xon.component(1).value || xon.component(10).value || xon.component(3).value || undefined;

/** Makes an Organization of a CWE: CWE.1 identifier, CWE.2 or CWE.9 name. Source: CWE[Organization]. */
export const organizationOfCwe: ValueOf<Reference> = (cwe, conversion) =>
  conversion.remember(`CWE ${cwe.text}`, () => {
    const value = cwe.component(1).value.trim();
    const name = (cwe.component(9).value || cwe.component(2).value).trim();
    if (value === "" && name === "") return undefined;
    const system = codingSystem(cwe.component(3).value);
    return conversion.add({
      resourceType: "Organization",
      id: conversion.id("Organization", "CWE", system ?? cwe.component(3).value, value || name),
      ...(value === ""
        ? {}
        : { identifier: [{ ...(system === undefined ? {} : { system }), value }] }),
      name: name || value,
    });
  });
