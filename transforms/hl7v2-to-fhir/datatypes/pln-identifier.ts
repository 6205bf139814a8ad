import type { Identifier } from "fhir/r4";
import { mapCode } from "../codesystems/concept-maps.ts";
import { hl7Table } from "../codesystems/coding-system.ts";
import type { ValueOf } from "../segment-map.ts";

/**
 * Maps a PLN (a practitioner's licence or number) to an Identifier: PLN.1 value, PLN.2 type, PLN.3 state or other
 * qualification as the assigner, PLN.4 end. Source: HL7 v2-to-FHIR, PLN[Identifier].
 */
export const pln: ValueOf<Identifier> = (repetition, conversion) => {
  const value = repetition.component(1).value;
  if (value === "") return undefined;
  const type = repetition.component(2).value;
  const mapped = mapCode("PractitionerIDNumberType", type);
  const end = conversion.date(repetition.component(4).value);
  const assigner = repetition.component(3).value;
  return {
    ...(type === ""
      ? {}
      : {
          type: {
            coding: [mapped ? { ...mapped } : { system: hl7Table("0338"), code: type }],
          },
        }),
    value,
    ...(end === undefined ? {} : { period: { end } }),
    ...(assigner === "" ? {} : { assigner: { display: assigner } }),
  };
};
