import type { Duration, Quantity, Range } from "fhir/r4";
import { isExactNumber } from "#lib/exact-json";
import { fhirCode, fhirDecimal } from "#lib/fhir";
import type { Field } from "#lib/hl7v2";
import { codingSystem } from "../codesystems/coding-system.ts";
import type { ValueOf } from "../segment-map.ts";
import { componentsOf, subcomponentsOf } from "./parts.ts";
import type { Parts } from "./parts.ts";

type Unit = Pick<Quantity, "unit" | "code" | "system">;

/**
 * A unit from a CWE: its code and system are given only together. The alternate (CWE.4 to CWE.6) counts where CWE.1 is
 * empty. Source: CWE[Quantity], CWE[code], CWE[string].
 */
export function unitOf(cwe: Parts): Unit {
  const first = cwe(1) === "" && cwe(4) !== "" ? 4 : 1;
  const code = fhirCode(cwe(first));
  const unit = cwe(2) || cwe(9) || cwe(first + 1) || code;
  if (unit === "") return {};
  const system = code === "" ? undefined : codingSystem(cwe(first + 2));
  return system === undefined ? { unit } : { unit, system, code };
}

/** A number with the unit that stands in another field; undefined when the text is no number. Source: NM[Quantity]. */
export function quantityOf(text: string, units: Field): Quantity | undefined {
  const value = fhirDecimal(text);
  return value === undefined ? undefined : { value, ...unitOf(componentsOf(units.first)) };
}

/** CQ: a number and its unit. Source: CQ[Quantity]. */
export const cq: ValueOf<Quantity> = (repetition) => {
  const value = fhirDecimal(repetition.value);
  if (value === undefined) return undefined;
  return { value, ...unitOf(subcomponentsOf(repetition.component(2))) };
};

/** NM with the unit of another field. */
export const quantityWith =
  (unitField: number): ValueOf<Quantity> =>
  (repetition, _conversion, segment) =>
    quantityOf(repetition.value, segment.field(unitField));

/** A number of days. Source: NM[Quantity-LengthOfStay]. */
export const days: ValueOf<Duration> = (repetition) => ucum(repetition.value, "days", "d");

/** A number of minutes. */
export const minutes: ValueOf<Duration> = (repetition) => ucum(repetition.value, "minutes", "min");

function ucum(text: string, unit: string, code: string): Duration | undefined {
  const value = fhirDecimal(text);
  return value === undefined || text.startsWith("-")
    ? undefined
    : { value, unit, system: "http://unitsofmeasure.org", code };
}

/** The boundaries of an NR. Source: NR[Range]. */
export function rangeOf(parts: Parts, units: Field): Range | undefined {
  const low = quantityOf(parts(1), units);
  const high = quantityOf(parts(2), units);
  if (low && high && !isAscending(low, high)) return undefined;
  return low || high ? { ...(low ? { low } : {}), ...(high ? { high } : {}) } : undefined;
}

/** Invariant rng-2: a range whose low end is above its high end is none. */
export function isAscending({ value: low }: Quantity, { value: high }: Quantity): boolean {
  return numberOf(low) <= numberOf(high);
}

function numberOf(value: unknown): number {
  return isExactNumber(value) ? Number(value.rawJSON) : Number(value);
}

/** Money: MO.1 with MO.2, or CP.1. FHIR demands a currency code of three letters. */
export const money: ValueOf<{ value: number; currency?: string }> = (repetition) => {
  const first = subcomponentsOf(repetition.component(1));
  const value = fhirDecimal(first(1));
  if (value === undefined) return undefined;
  const currency = first(2) || repetition.component(2).value;
  return /^[A-Z]{3}$/.test(currency) ? { value, currency } : { value };
};
