import { formatParts } from "./format.ts";
import { parseParts } from "./parse.ts";
import { parsePattern } from "./pattern.ts";
import type { PatternPart } from "./pattern.ts";

/**
 * Dates by a pattern of Java's SimpleDateFormat, in UTC and with English names.
 *
 * Left out: zones by other names than the usual ones.
 * Source: java.text.SimpleDateFormat.
 */
export class SimpleDateFormat {
  readonly pattern: string;
  readonly #parts: readonly PatternPart[];

  /** Throws RangeError for a pattern that is none. */
  constructor(pattern: string) {
    this.pattern = pattern;
    this.#parts = parsePattern(pattern);
  }

  /** `ms`: milliseconds since 1970. */
  format(ms: number): string {
    return formatParts(this.#parts, ms);
  }

  /** Milliseconds since 1970, NaN beyond the year 275760, or undefined for text that does not fit the pattern. */
  parse(text: string): number | undefined {
    return parseParts(this.#parts, text);
  }
}
