import type { Reference } from "fhir/r4";
import { fhirCode, resourceId } from "#lib/fhir";
import type { Field } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { hl7Table } from "../codesystems/coding-system.ts";
import { nameUse } from "../codesystems/tables.ts";
import { authorityOf, hdToSystem } from "./hd-system.ts";
import { humanName } from "./xpn-humanname.ts";

/**
 * Makes a Practitioner of each XCN of a field: XCN.1 identifier (XCN.9 system, XCN.13 type), XCN.2 to XCN.6 name,
 * XCN.10 use, XCN.21 credential. Returns references.
 *
 * Identity: XCN.1 and its authority; without XCN.1 the name within this sender's facility.
 * Source: HL7 v2-to-FHIR, XCN[Practitioner].
 */
export function xcnToPractitioners(field: Field, conversion: Conversion): Reference[] {
  const { sendingFacility } = conversion.message.header;
  return field.repetitions.flatMap((xcn) => {
    const id = xcn.component(1).value;
    const name = humanName({
      family: xcn.component(2).value,
      given: [xcn.component(3).value, xcn.component(4).value],
      suffix: [xcn.component(5).value, xcn.component(21).value],
      prefix: [xcn.component(6).value],
      use: nameUse[xcn.component(10).value],
    });
    if (id === "" && !name) return [];
    const system = hdToSystem(xcn.component(9));
    const type = fhirCode(xcn.component(13).value);
    const identity =
      id === ""
        ? ["name", sendingFacility, name?.family ?? "", ...(name?.given ?? [])]
        : [authorityOf(xcn.component(9)) || sendingFacility, id];
    return conversion.add({
      resourceType: "Practitioner",
      id: resourceId("Practitioner", ...identity),
      identifier: [
        {
          ...(system === undefined ? {} : { system }),
          value: id,
          ...(type === "" || id === ""
            ? {}
            : { type: { coding: [{ system: hl7Table("0203"), code: type }] } }),
        },
      ],
      ...(name ? { name: [name] } : {}),
    });
  });
}
