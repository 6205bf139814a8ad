import type { Reference } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Address, Identifier } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { authorityOf, hdToSystem, universalIdToSystem } from "./hd-system.ts";

/**
 * Makes an Organization of an XON: XON.1 name, XON.10 (else XON.3) identifier with XON.6 as system.
 * undefined when both are empty. Source: HL7 v2-to-FHIR, XON[Organization].
 */
export function xonToOrganization(
  xon: Repetition,
  conversion: Conversion,
  more: {
    readonly identifiers?: readonly Identifier[];
    readonly address?: Address | undefined;
  } = {},
): Reference | undefined {
  const name = xon.component(1).value;
  const value = xon.component(10).value || xon.component(3).value;
  const [first] = more.identifiers ?? [];
  if (name === "" && value === "" && !first) return undefined;
  const system = hdToSystem(xon.component(6));
  const identity =
    value !== ""
      ? [authorityOf(xon.component(6)), value]
      : first
        ? [first.system ?? first.assigner?.display ?? "", first.value ?? ""]
        : ["name", name];
  return conversion.add({
    resourceType: "Organization",
    id: resourceId("Organization", ...identity),
    identifier: [
      { ...(system === undefined ? {} : { system }), value },
      ...(more.identifiers ?? []),
    ],
    name,
    ...(more.address ? { address: [more.address] } : {}),
  });
}

/** Makes an Organization of an HD that is a whole field, such as MSH-4. Source: HD[Organization]. */
export function hdToOrganization(hd: Repetition, conversion: Conversion): Reference | undefined {
  const name = hd.component(1).value;
  const universalId = hd.component(2).value;
  if (name === "" && universalId === "") return undefined;
  const system = universalIdToSystem(universalId, hd.component(3).value);
  return conversion.add({
    resourceType: "Organization",
    id: resourceId("Organization", "HD", system ?? "", name),
    identifier: [{ value: name }, { system: "urn:ietf:rfc:3986", value: system ?? "" }].filter(
      (identifier) => identifier.value !== "",
    ),
    name,
  });
}
