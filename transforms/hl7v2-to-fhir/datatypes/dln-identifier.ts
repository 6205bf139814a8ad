import type { Identifier } from "fhir/r4";
import type { ValueOf } from "../segment-map.ts";
import { identifierType } from "./cx-identifier.ts";
import { universalIdToUri } from "./hd-uri.ts";

/**
 * Maps a DLN (driver's licence) to an Identifier: DLN.1 value, DLN.2 who issued it, DLN.3 end of validity.
 * Source: HL7 v2-to-FHIR, DLN[Identifier].
 */
export const dln: ValueOf<Identifier> = (repetition, conversion) => {
  const value = repetition.component(1).value;
  if (value === "") return undefined;
  const issuer = repetition.component(2).value;
  const system = universalIdToUri(issuer, "");
  const end = conversion.date(repetition.component(3).value);
  return {
    type: identifierType("DL"),
    ...(system === undefined ? {} : { system }),
    value,
    ...(end === undefined ? {} : { period: { end } }),
    ...(system === undefined && issuer !== "" ? { assigner: { display: issuer } } : {}),
  };
};
