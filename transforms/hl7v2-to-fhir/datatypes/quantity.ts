import type { Quantity } from "fhir/r4";
import { fhirCode, fhirDecimal } from "#lib/fhir";
import type { Field } from "#lib/hl7v2";
import { codingSystem } from "../codesystems/coding-system.ts";

/** Unit of an OBX-6: its code and system are given only together. Source: CWE[Quantity]. */
export function unitOf(units: Field): Pick<Quantity, "unit" | "code" | "system"> {
  const code = fhirCode(units.component(1).value);
  if (code === "") return {};
  const system = codingSystem(units.component(3).value);
  const unit = units.component(2).value || code;
  return system === undefined ? { unit } : { unit, system, code };
}

/** A number with a unit; undefined when the text is no number. Source: NM[Quantity]. */
export function quantityOf(text: string, units: Field): Quantity | undefined {
  const value = fhirDecimal(text);
  return value === undefined ? undefined : { value, ...unitOf(units) };
}
