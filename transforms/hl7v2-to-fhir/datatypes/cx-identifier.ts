import type { Element, Extension, Identifier } from "fhir/r4";
import { fhirCode, fhirDate } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import type { Conversion } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { periodOf } from "./dr-period.ts";
import { hdToOrganization } from "./hd-organization.ts";
import { hdToUri } from "./hd-uri.ts";
import { subcomponentsOf } from "./parts.ts";

const CHECK_DIGIT = "http://hl7.org/fhir/StructureDefinition/identifier-checkDigit";
const CHECK_SCHEME = "http://hl7.org/fhir/StructureDefinition/namingsystem-checkDigit";

/**
 * Maps a CX, such as one PID-3, to an Identifier.
 *
 *   CX.1  → value (text: leading zeros are part of it)
 *   CX.2, CX.3 → extensions for the check digit and its scheme
 *   CX.4  → system when it names a URI, else the Organization that assigned it
 *   CX.5  → type.coding (table 0203)
 *   CX.6 → extension with the Organization
 *   CX.7, CX.8 → period
 *
 * undefined when CX.1 is empty: an identifier without a value identifies nobody.
 * Source: HL7 v2-to-FHIR, CX[Identifier].
 */
export function cxToIdentifier(cx: Repetition, conversion: Conversion): Identifier | undefined {
  const value = cx.component(1).value;
  if (value === "") return undefined;
  const type = fhirCode(cx.component(5).value);
  const period = periodOf(fhirDate(cx.component(7).value), fhirDate(cx.component(8).value));
  const extension = [
    ...(checkDigit(cx.component(2).value, cx.component(3).value) ?? []),
    ...assigningFacility(cx, 6, conversion),
  ];
  return {
    ...(extension.length > 0 ? { extension } : {}),
    ...(type === "" ? {} : { type: identifierType(type) }),
    ...assignedBy(cx, 4, conversion),
    value,
    ...(period ? { period } : {}),
  };
}

/** CX as the identifier of a given type of table 0203, unless CX.5 says another. */
export const cxOfType =
  (type: string, text?: string): ValueOf<Identifier> =>
  (cx, conversion) => {
    const identifier = cxToIdentifier(cx, conversion);
    const named = { ...identifierType(type), ...(text === undefined ? {} : { text }) };
    return identifier && { type: named, ...identifier };
  };

/** CX.1 alone. Source: CX[string]. */
export const cxToString: ValueOf<string> = (cx) => cx.value || undefined;

export function identifierType(type: string): NonNullable<Identifier["type"]> {
  return { coding: [{ system: hl7Table("0203"), code: type }] };
}

/** System of an identifier when its authority is a URI, else the assigning Organization. */
export function assignedBy(
  repetition: Repetition,
  position: number,
  conversion: Conversion,
): Pick<Identifier, "system" | "assigner"> {
  const component = repetition.component(position);
  if (component.isEmpty || component.isNull) return {};
  const hd = subcomponentsOf(component);
  const configured = conversion.systemOf(hd(1));
  if (configured !== undefined) return { system: configured };
  const system = hdToUri(hd);
  // The system says it to machines, the name to people.
  if (system !== undefined) {
    return hd(1) === "" || hd(2) === "" ? { system } : { system, assigner: { display: hd(1) } };
  }
  const assigner = hdToOrganization(hd, conversion);
  return assigner ? { assigner: { ...assigner, display: hd(1) || hd(2) } } : {};
}

/** CX.6 and the like: where an identifier was assigned. FHIR has no element and the guide no URL for it. */
export function assigningFacility(
  repetition: Repetition,
  position: number,
  conversion: Conversion,
): Extension[] {
  const component = repetition.component(position);
  if (component.isEmpty || component.isNull) return [];
  const hd = subcomponentsOf(component);
  const facility = hdToOrganization(hd, conversion);
  if (!facility) return [];
  return [
    {
      url: "urn:hl7-org:v2xml#CX.6",
      valueReference: { ...facility, display: hd(1) || hd(2) },
    },
  ];
}

export function checkDigit(digit: string, scheme: string): Extension[] | undefined {
  if (digit === "" && scheme === "") return undefined;
  return [
    ...(digit === "" ? [] : [{ url: CHECK_DIGIT, valueString: digit }]),
    ...(scheme === "" ? [] : [{ url: CHECK_SCHEME, valueString: scheme }]),
  ];
}

/** A data-absent-reason for an element that FHIR demands and the message does not say. */
export function absent(reason = "unknown"): Element {
  return {
    extension: [
      { url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", valueCode: reason },
    ],
  };
}
