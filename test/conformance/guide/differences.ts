import type { MapRow } from "./map-row.ts";

/**
 * Where the product does something else than a row of the guide says, on purpose. A row that is listed here and turns
 * out right is a mistake of this list, and the suite says so.
 */
interface Difference {
  /** The map's name, or a pattern of names. */
  readonly map: string | RegExp;
  /** `PID-19`; all of the map's rows when left out. */
  readonly source?: string | RegExp;
  /** The element as the table writes it. */
  readonly target?: string | RegExp;
  readonly why: string;
}

const differences: readonly Difference[] = [];

const fits = (wanted: string | RegExp | undefined, text: string): boolean =>
  wanted === undefined || (typeof wanted === "string" ? wanted === text : wanted.test(text));

/** Why a row is different on purpose; undefined when it is not. */
export function whyDifferent({ map, source, rawTarget }: MapRow): string | undefined {
  return differences.find(
    (each) => fits(each.map, map) && fits(each.source, source) && fits(each.target, rawTarget),
  )?.why;
}
