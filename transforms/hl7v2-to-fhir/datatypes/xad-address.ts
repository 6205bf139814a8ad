import type { Address } from "fhir/r4";
import { fhirDate } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import { addressType, addressUse } from "../codesystems/tables.ts";

/**
 * Maps an XAD to an Address: XAD.1, XAD.2 and XAD.19 line, XAD.3 city, XAD.4 state, XAD.5 postalCode, XAD.6
 * country, XAD.7 use and type, XAD.9 district, XAD.13 and XAD.14 period. Source: HL7 v2-to-FHIR, XAD[Address].
 */
export function xadToAddress(xad: Repetition): Address | undefined {
  if (xad.isEmpty || xad.isNull) return undefined;
  const use = addressUse[xad.component(7).value];
  const type = addressType[xad.component(7).value];
  const lines = [1, 2, 19].map((position) => xad.component(position).value);
  return {
    ...(use === undefined ? {} : { use: use as NonNullable<Address["use"]> }),
    ...(type === undefined ? {} : { type: type as NonNullable<Address["type"]> }),
    line: lines.filter((line) => line !== ""),
    city: xad.component(3).value,
    district: xad.component(9).value,
    state: xad.component(4).value,
    postalCode: xad.component(5).value,
    country: xad.component(6).value,
    period: {
      start: fhirDate(xad.component(13).value) ?? "",
      end: fhirDate(xad.component(14).value) ?? "",
    },
  };
}
