import type { Identifier, Practitioner, Reference, RelatedPerson } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import { fhirCode } from "#lib/fhir";
import type { Conversion } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { concept } from "./cwe-codeableconcept.ts";
import { assigningFacility, assignedBy, checkDigit, identifierType } from "./cx-identifier.ts";
import { drToPeriod, periodOf } from "./dr-period.ts";
import { authorityOf } from "./hd-uri.ts";
import { subcomponentsOf } from "./parts.ts";
import { humanName } from "./xpn-humanname.ts";

type Person = Pick<Practitioner, "identifier" | "name" | "qualification">;

/**
 * Makes a Practitioner of an XCN: XCN.1 identifier (XCN.9 system or assigner, XCN.11 and XCN.12 check digit, XCN.13
 * type), XCN.2 to XCN.6 and XCN.21 name, XCN.7 qualification, XCN.10 use, XCN.17, XCN.19 and XCN.20 period of the name.
 *
 * Identity: XCN.1 and its authority (this sender's facility without one); without XCN.1 the name within the facility.
 * undefined when there is neither. Source: HL7 v2-to-FHIR, XCN[Practitioner].
 */
export const practitioner: ValueOf<Reference> = (xcn, conversion) =>
  conversion.remember(`XCN ${xcn.text}`, () => {
    const person = personOf(xcn, conversion);
    return (
      person &&
      conversion.add({
        resourceType: "Practitioner",
        id: conversion.id("Practitioner", ...xcnIdentity(xcn, conversion)),
        ...person,
      })
    );
  });

/** What tells a person from all others. */
export function xcnIdentity(xcn: Repetition, conversion: Conversion): readonly string[] {
  const id = xcn.component(1).value;
  if (id !== "") return [authorityOf(xcn.component(9), conversion), id];
  const names = [2, 3, 4].map((position) => xcn.component(position).value);
  return ["name", conversion.message.header.sendingFacility, ...names];
}

/** The same parts for a RelatedPerson, who has no qualification: a degree is a suffix. Source: XCN[RelatedPerson]. */
export function xcnToPerson(
  xcn: Repetition,
  conversion: Conversion,
): Pick<RelatedPerson, "identifier" | "name"> | undefined {
  const person = personOf(xcn, conversion);
  if (!person) return undefined;
  const { identifier, name, qualification } = person;
  const degree = xcn.component(7).value;
  const [only] = name ?? [];
  if (only && qualification) only.suffix = [...(only.suffix ?? []), degree];
  return { identifier, name };
}

function personOf(xcn: Repetition, conversion: Conversion): Person | undefined {
  const text = (position: number): string => xcn.component(position).value;
  const identifier = identifierOf(xcn, conversion);
  const start = conversion.dateTime(text(19));
  const end = conversion.dateTime(text(20));
  const name = humanName({
    family: subcomponentsOf(xcn.component(2)),
    given: [text(3), ...text(4).split(" ")],
    suffix: [text(5), text(21)],
    prefix: text(6),
    use: text(10),
    period:
      start || end
        ? periodOf(start, end)
        : drToPeriod(subcomponentsOf(xcn.component(17)), conversion),
    assemblyOrder: text(18),
  });
  if (!identifier && !name) return undefined;
  const degree = concept(subcomponentsOf(xcn.component(7)), "DegreeLicenseCertificate", "0360");
  return {
    ...(identifier ? { identifier: [identifier] } : {}),
    ...(name ? { name: [name] } : {}),
    ...(degree ? { qualification: [{ code: degree }] } : {}),
  };
}

function identifierOf(xcn: Repetition, conversion: Conversion): Identifier | undefined {
  const value = xcn.component(1).value;
  if (value === "") return undefined;
  const type = fhirCode(xcn.component(13).value);
  const extension = [
    ...(checkDigit(xcn.component(11).value, xcn.component(12).value) ?? []),
    ...assigningFacility(xcn, 14, conversion),
  ];
  return {
    ...(extension.length > 0 ? { extension } : {}),
    ...(type === "" ? {} : { type: identifierType(type) }),
    ...assignedBy(xcn, 9, conversion),
    value,
  };
}
