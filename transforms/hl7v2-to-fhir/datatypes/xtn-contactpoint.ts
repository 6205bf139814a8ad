import type { ContactPoint, Extension } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { telecomSystem, telecomUse } from "../codesystems/tables.ts";
import type { ValueOf } from "../segment-map.ts";
import { periodOf } from "./dr-period.ts";
import { wholeNumber } from "./primitives.ts";

const EXTENSION = "http://hl7.org/fhir/StructureDefinition/contactpoint";

/**
 * Maps an XTN to a ContactPoint.
 *
 *   XTN.7 with XTN.5, XTN.6 and XTN.8, else XTN.12, else XTN.1 → value of a number
 *   XTN.4, else XTN.1 → value of an e-mail address
 *   XTN.2 → use, XTN.3 → system (CP gives the use mobile), XTN.13 and XTN.14 → period, XTN.18 → rank
 *   XTN.5 to XTN.8 → extensions for country, area, local number and extension; what else it holds is kept
 *
 * Without XTN.3 a value with an @ is an e-mail address and any other a phone number, because the field says so; the
 * guide leaves the system unknown there. undefined without a value. Source: HL7 v2-to-FHIR, XTN[ContactPoint].
 */
export function xtnToContactPoint(
  xtn: Repetition,
  conversion: Conversion,
  defaultUse?: "home" | "work",
): ContactPoint | undefined {
  const text = (position: number): string => xtn.component(position).value;
  const equipment = text(3);
  const isMail = equipment === "Internet" || equipment === "X.400";
  const value = isMail ? text(4) || text(1) : numberOf(text) || text(12) || text(1) || text(4);
  if (value.trim() === "") return undefined;
  const system = (telecomSystem[equipment] ??
    (value === text(4) || value.includes("@") ? "email" : "phone")) as ContactPoint["system"];
  const use = useOf(equipment, text(2), defaultUse);
  const start = conversion.dateTime(text(13));
  const end = conversion.dateTime(text(14));
  const rank = wholeNumber(text(18), 1);
  const extension = isMail ? [] : partsOf(text);
  // A ContactPoint has one value, and an XTN may hold an address and a number in two forms, with a remark.
  for (const position of [4, 9, 12]) {
    const valueString = text(position);
    if (valueString === "" || valueString === value) continue;
    extension.push({ url: `urn:hl7-org:v2xml#XTN.${position}`, valueString });
  }
  return {
    ...(extension.length > 0 ? { extension } : {}),
    system,
    value,
    ...(use ? { use } : {}),
    ...(rank === undefined ? {} : { rank }),
    ...(start || end ? { period: periodOf(start, end) } : {}),
  };
}

/** A field as contact points of a use that an empty XTN.2 stands for. */
export const xtn =
  (defaultUse?: "home" | "work"): ValueOf<ContactPoint> =>
  (repetition, conversion) =>
    xtnToContactPoint(repetition, conversion, defaultUse);

/** The telecoms of an organization: none is a home's (invariant org-3). */
export const organizationXtn: ValueOf<ContactPoint> = (repetition, conversion) => {
  const point = xtnToContactPoint(repetition, conversion, "work");
  if (point?.use === "home") delete point.use;
  return point;
};

function useOf(
  equipment: string,
  use: string,
  defaultUse: "home" | "work" | undefined,
): ContactPoint["use"] {
  if (equipment === "CP") return "mobile";
  return (telecomUse[use] ?? (use === "" ? defaultUse : undefined)) as ContactPoint["use"];
}

/** `+1 555 1234567 X99`; "" without a local number. */
function numberOf(text: (position: number) => string): string {
  const local = text(7);
  if (local === "") return "";
  const country = text(5) === "" ? "" : `+${text(5).replace("+", "")}`;
  const number = [country, text(6), local].filter((part) => part !== "").join(" ");
  return text(8) === "" ? number : `${number} X${text(8)}`;
}

function partsOf(text: (position: number) => string): Extension[] {
  return (["country", "area", "local", "extension"] as const).flatMap((name, index) => {
    const valueString = text(index + 5);
    return valueString === "" ? [] : [{ url: `${EXTENSION}-${name}`, valueString }];
  });
}
