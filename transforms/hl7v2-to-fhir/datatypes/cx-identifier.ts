import type { Identifier } from "fhir/r4";
import { fhirCode, fhirDate } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { hdToSystem } from "./hd-system.ts";

/**
 * Maps a CX, such as one PID-3, to an Identifier.
 *
 *   CX.1  → value (text: leading zeros are part of it)
 *   CX.4  → system, or the assigner's name when it names no URI
 *   CX.5  → type.coding (table 0203)
 *   CX.7, CX.8 → period
 *
 * undefined when CX.1 is empty: an identifier without a value identifies nobody.
 * Source: HL7 v2-to-FHIR, CX[Identifier].
 */
export function cxToIdentifier(cx: Repetition): Identifier | undefined {
  const value = cx.component(1).value;
  if (value === "") return undefined;
  const system = hdToSystem(cx.component(4));
  const type = fhirCode(cx.component(5).value);
  return {
    ...(type === "" ? {} : { type: { coding: [{ system: hl7Table("0203"), code: type }] } }),
    ...(system === undefined ? {} : { system }),
    value,
    period: {
      start: fhirDate(cx.component(7).value) ?? "",
      end: fhirDate(cx.component(8).value) ?? "",
    },
    assigner: { display: system === undefined ? cx.component(4).value : "" },
  };
}
