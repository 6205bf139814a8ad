import { Hl7ParseError } from "./hl7-parse-error.ts";

/**
 * The separators of one message: MSH-1 and the characters of MSH-2, one character each.
 *
 * Source: HL7 v2.9 chapter 2.5.4 "Message delimiters".
 */
export interface Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
  /** The fifth character of MSH-2, from version 2.7. */
  readonly truncation: string | undefined;
}

export const DEFAULT_DELIMITERS: Delimiters = {
  field: "|",
  component: "^",
  repetition: "~",
  escape: "\\",
  subcomponent: "&",
  truncation: undefined,
};

/** Letters, digits, blanks, the quote of a null, a byte that is no character, and what is more than one or none. */
const NO_DELIMITER = /[\uFFFD\p{L}\p{N}\s"\p{Cc}\p{Cs}\p{M}]|[\u{10000}-\u{10FFFF}]/u;

/**
 * Reads the delimiters from the text of an MSH, FHS or BHS segment.
 *
 * MSH-2 may be shorter than four characters: what is missing takes its default, as long as that is not
 * in use already. Throws Hl7ParseError when two delimiters are the same or one is a letter, a digit, a quote
 * or a control character.
 */
export function readDelimiters(segment: string): Delimiters {
  if (segment.startsWith("|^~\\&|", 3)) return DEFAULT_DELIMITERS;
  const name = segment.slice(0, 3);
  const field = segment[3];
  if (field === undefined || NO_DELIMITER.test(field)) {
    throw new Hl7ParseError(
      "HL7_DELIMITERS_INVALID",
      `${name}-1 is not a field separator`,
      `${name}-1`,
    );
  }
  const end = segment.indexOf(field, 4);
  const encoding = segment.slice(4, end < 0 ? undefined : end).trimEnd();
  const key = field + encoding;
  const known = read.get(key);
  if (known) return known;
  const [component, repetition, escape, subcomponent, truncation] = encoding.split("");
  const delimiters: Delimiters = {
    field,
    component: component ?? DEFAULT_DELIMITERS.component,
    repetition: repetition ?? DEFAULT_DELIMITERS.repetition,
    escape: escape ?? DEFAULT_DELIMITERS.escape,
    subcomponent: subcomponent ?? DEFAULT_DELIMITERS.subcomponent,
    truncation,
  };
  const used = Object.values(delimiters).filter((value) => value !== undefined);
  const isDistinct = new Set(used).size === used.length;
  if (!isDistinct || encoding.length > 5 || NO_DELIMITER.test(encoding)) {
    throw new Hl7ParseError(
      "HL7_DELIMITERS_INVALID",
      `${name}-2 does not name distinct encoding characters`,
      `${name}-2`,
    );
  }
  // Bounded: senders use one or two sets, an attacker could use any number.
  if (read.size < 100) read.set(key, delimiters);
  return delimiters;
}

/** Delimiters by MSH-1 and MSH-2 that could be used. */
const read = new Map<string, Delimiters>();
