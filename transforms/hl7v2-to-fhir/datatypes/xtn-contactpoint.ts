import type { ContactPoint } from "fhir/r4";
import type { Repetition } from "#lib/hl7v2";
import { telecomSystem, telecomUse } from "../codesystems/tables.ts";

/**
 * Maps an XTN to a ContactPoint.
 *
 *   XTN.1, else XTN.4, else XTN.12, else XTN.5 to XTN.8 joined → value
 *   XTN.3 → system (and use, for a cell phone)
 *   XTN.2 → use; `defaultUse` when it is empty
 *
 * undefined without a value. Source: HL7 v2-to-FHIR, XTN[ContactPoint].
 */
export function xtnToContactPoint(
  xtn: Repetition,
  defaultUse?: "home" | "work",
): ContactPoint | undefined {
  const text = (position: number): string => xtn.component(position).value;
  const parts = [text(5) && `+${text(5).replace("+", "")}`, text(6), text(7)].filter(
    (p) => p !== "",
  );
  const email = text(4);
  const value =
    text(1) ||
    email ||
    text(12) ||
    (text(7) === "" ? "" : parts.join(" ")) + (text(8) && ` x${text(8)}`);
  if (value.trim() === "") return undefined;
  const equipment = text(3);
  const system =
    telecomSystem[equipment] ?? (value === email || value.includes("@") ? "email" : "phone");
  const use =
    equipment === "CP"
      ? "mobile"
      : (telecomUse[text(2)] ?? (text(2) === "" ? defaultUse : undefined));
  return {
    system: system as NonNullable<ContactPoint["system"]>,
    value,
    ...(use === undefined ? {} : { use: use as NonNullable<ContactPoint["use"]> }),
  };
}
