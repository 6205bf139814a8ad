import type { Period } from "fhir/r4";
import type { Conversion } from "../conversion.ts";
import type { ValueOf } from "../segment-map.ts";
import { componentsOf } from "./parts.ts";
import type { Parts } from "./parts.ts";

/** Maps a DR to a Period; undefined when neither end can be read. Source: HL7 v2-to-FHIR, DR[Period]. */
export function drToPeriod(dr: Parts, conversion: Conversion): Period | undefined {
  return periodOf(conversion.dateTime(dr(1)), conversion.dateTime(dr(2)));
}

export const dr: ValueOf<Period> = (repetition, conversion) =>
  drToPeriod(componentsOf(repetition), conversion);

export function periodOf(start: string | undefined, end: string | undefined): Period | undefined {
  if (start === undefined && end === undefined) return undefined;
  // FHIR forbids a period that ends before it begins; what was sent so cannot be told apart from a mistake.
  if (start !== undefined && end !== undefined && isBefore(end, start)) return { start };
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

/** Compares as far as both are precise; times of different zones by their instant. */
export function isBefore(a: string, b: string): boolean {
  if (a.length > 10 && b.length > 10) return Date.parse(a) < Date.parse(b);
  const length = Math.min(a.length, b.length, 10);
  return a.slice(0, length) < b.slice(0, length);
}
