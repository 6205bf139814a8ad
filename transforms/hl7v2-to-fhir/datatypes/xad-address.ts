import type { Address, Extension } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { mapCode } from "../codesystems/concept-maps.ts";
import type { Conversion } from "../conversion.ts";
import { drToPeriod, periodOf } from "./dr-period.ts";
import { subcomponentsOf } from "./parts.ts";

const EXTENSION = "http://hl7.org/fhir/StructureDefinition";

/**
 * Maps an XAD to an Address: XAD.1 (SAD), XAD.2 and XAD.19 line, XAD.3 city, XAD.4 state, XAD.5 postalCode, XAD.6
 * country, XAD.7 use and type, XAD.9 district, XAD.10 census tract, XAD.12 to XAD.14 period.
 *
 * An address type that FHIR has no use or type for (birth, vacation home, residence at birth …) is kept as a code of
 * table 0190. undefined when nothing of a place is filled. Source: HL7 v2-to-FHIR, XAD[Address], SAD[Address].
 */
export function xadToAddress(xad: Repetition, conversion: Conversion): Address | undefined {
  if (xad.isEmpty || xad.isNull) return undefined;
  const text = (position: number): string => xad.component(position).value;
  const street = subcomponentsOf(xad.component(1));
  const line = [street(1), street(2), street(3), text(2), text(19)].filter(
    (each) => each.trim() !== "",
  );
  const address: Address = {};
  const extension = extensions(text(7), text(10));
  if (extension.length > 0) address.extension = extension;
  const use = mapCode("AddressType[Use]", text(7))?.code as Address["use"];
  const type = mapCode("AddressType[Type]", text(7))?.code as Address["type"];
  if (use) address.use = use;
  if (type) address.type = type;
  if (line.length > 0) address.line = line;
  if (text(3)) address.city = text(3);
  if (text(9)) address.district = text(9);
  if (text(4)) address.state = text(4);
  if (text(5)) address.postalCode = text(5);
  if (text(6)) address.country = text(6);
  const hasPlace = Object.keys(address).some((key) => !NO_PLACE.has(key));
  if (!hasPlace) return undefined;
  const start = conversion.dateTime(text(13));
  const end = conversion.dateTime(text(14));
  const period =
    start || end
      ? periodOf(start, end)
      : drToPeriod(subcomponentsOf(xad.component(12)), conversion);
  if (period) address.period = period;
  return address;
}

/** The address of an organization: none is a home's (invariant org-2). */
export function xadToOrganizationAddress(
  xad: Repetition,
  conversion: Conversion,
): Address | undefined {
  const address = xadToAddress(xad, conversion);
  if (address?.use === "home") delete address.use;
  return address;
}

const NO_PLACE: ReadonlySet<string> = new Set(["extension", "use", "type"]);
/** Codes of table 0190 that the use and type of an Address say already. */
const SAID: ReadonlySet<string> = new Set(["BA", "BI", "C", "B", "H", "O", "M", "SH", ""]);

function extensions(type: string, censusTract: string): Extension[] {
  const list: Extension[] = [];
  if (type === "HV") list.push({ url: `${EXTENSION}/iso21090-AD-use`, valueCode: "HV" });
  else if (!SAID.has(type)) {
    list.push({
      url: "urn:hl7-org:v2xml#XAD.7",
      valueCodeableConcept: { coding: [{ system: hl7Table("0190"), code: type }] },
    });
  }
  // HL7's own extension for it stands at a line of the address, and the tract belongs to none.
  if (censusTract !== "") {
    list.push({ url: "urn:hl7-org:v2xml#XAD.10", valueString: censusTract });
  }
  return list;
}
