import { dayMs, weekdayInMonthMs, weekdayInYearMs } from "./calendar.ts";
import { ERAS, HALVES, MONTHS, SHORT_MONTHS, SHORT_WEEKDAYS, WEEKDAYS, ZONES } from "./names.ts";
import { isNumber } from "./pattern.ts";
import type { PatternPart } from "./pattern.ts";

const MINUTE_MS = 60_000;

/** What was read so far; `minutes` is the zone, east of UTC. */
interface Found {
  readonly fields: Map<string, number>;
  minutes: number;
}

/**
 * Reads text by a pattern as Java does when it is lenient: numbers beyond their range roll over, and what
 * stands behind is not looked at. Returns milliseconds since 1970, NaN for a year that no Date reaches, or
 * undefined when the text does not fit.
 */
export function parseParts(parts: readonly PatternPart[], text: string): number | undefined {
  const found: Found = { fields: new Map(), minutes: 0 };
  let position: number | undefined = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === "text") {
      if (!text.startsWith(part.text, position)) return undefined;
      position += part.text.length;
      continue;
    }
    // Numbers that follow each other without anything between them have as many characters as letters.
    const isFixed = isNumber(part) && isNumber(parts[index + 1]);
    position = readField(part, text, position, isFixed, found);
    if (position === undefined) return undefined;
  }
  return resolve(found.fields) - found.minutes * MINUTE_MS;
}

/** Returns where the next part begins, or undefined when the text does not fit. */
function readField(
  part: PatternPart & { kind: "field" },
  text: string,
  given: number,
  isFixed: boolean,
  found: Found,
): number | undefined {
  const { letter, count } = part;
  let start = given;
  while (text[start] === " " || text[start] === "\t") start += 1;
  if (!isNumber(part)) return readText(letter, count, text, start, found);
  if (isFixed && given + count > text.length) return undefined;
  const digits = /^-?\d+/.exec(text.slice(start, isFixed ? given + count : undefined))?.[0];
  if (digits === undefined) return undefined;
  found.fields.set(letter, valueOf(letter, count, digits));
  return start + digits.length;
}

function valueOf(letter: string, count: number, digits: string): number {
  const number = int32Of(digits);
  if (letter === "y" || letter === "Y") {
    return count <= 2 && /^\d\d$/.test(digits) ? fullYear(number) : number;
  }
  return letter === "M" || letter === "L" ? number - 1 : number;
}

/** Java keeps numbers in 32 bits. */
function int32Of(digits: string): number {
  const number = BigInt(digits);
  if (BigInt.asIntN(64, number) === number) return Number(BigInt.asIntN(32, number));
  return number > 0n ? 2 ** 31 - 1 : -(2 ** 31);
}

/** The year of two digits that is nearest: at most 80 years ago, less than 20 ahead. */
function fullYear(number: number): number {
  const earliest = new Date().getUTCFullYear() - 80;
  const year = Math.floor(earliest / 100) * 100 + number;
  return year < earliest ? year + 100 : year;
}

function readText(
  letter: string,
  count: number,
  text: string,
  start: number,
  found: Found,
): number | undefined {
  switch (letter) {
    case "G":
      return readName("G", [ERAS], text, start, found);
    case "M":
    case "L":
      return readName("M", [MONTHS, SHORT_MONTHS], text, start, found);
    case "E":
      return readName("E", [WEEKDAYS, SHORT_WEEKDAYS], text, start, found);
    case "a":
      return readName("a", [HALVES], text, start, found);
    default:
      return readZone(letter, count, text, start, found);
  }
}

function readName(
  letter: string,
  lists: readonly (readonly string[])[],
  text: string,
  start: number,
  found: Found,
): number | undefined {
  for (const names of lists) {
    const index = names.findIndex(
      (name) => text.slice(start, start + name.length).toLowerCase() === name.toLowerCase(),
    );
    if (index < 0) continue;
    found.fields.set(letter, index);
    return start + (names[index] as string).length;
  }
  return undefined;
}

/** `X`, `XX` and `XXX`: hours, hours and minutes, and both with a colon between them. */
const ISO_OFFSETS: Readonly<Record<number, RegExp>> = {
  1: /^(?:Z|([+-])([01]\d|2[0-3]))/,
  2: /^(?:Z|([+-])([01]\d|2[0-3])([0-5]\d))/,
  3: /^(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))/,
};
/** Four digits, or a colon after GMT. */
const OFFSET = /^(?:([+-])([01]\d|2[0-3])([0-5]\d)|GMT([+-])(\d|[01]\d|2[0-3]):([0-5]\d))/i;

function readZone(
  letter: string,
  count: number,
  text: string,
  start: number,
  found: Found,
): number | undefined {
  const rest = text.slice(start);
  const offset = letter === "X" ? ISO_OFFSETS[count]?.exec(rest) : OFFSET.exec(rest);
  if (offset) {
    const [whole, sign, hours, minutes] = offset.filter((group) => group !== undefined);
    return setZone(found, sign, hours, minutes, start + (whole ?? "").length);
  }
  if (letter === "X") return undefined;
  const zone = ZONES.find(
    ([name]) => rest.slice(0, name.length).toLowerCase() === name.toLowerCase(),
  );
  if (!zone) return undefined;
  found.minutes = zone[1];
  return start + zone[0].length;
}

function setZone(
  found: Found,
  sign: string | undefined,
  hours: string | undefined,
  minutes: string | undefined,
  end: number,
): number {
  const total = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  found.minutes = sign === "-" ? -total : total;
  return end;
}

/** The point in time that the fields name together, in UTC; what is missing is that of 1970-01-01. */
function resolve(fields: ReadonlyMap<string, number>): number {
  return (
    day(fields) +
    (hour(fields) * 60 + (fields.get("m") ?? 0)) * MINUTE_MS +
    (fields.get("s") ?? 0) * 1000 +
    (fields.get("S") ?? 0)
  );
}

function day(fields: ReadonlyMap<string, number>): number {
  const era = fields.get("G") ?? 1;
  const given = fields.get("y") ?? fields.get("Y") ?? 1970;
  const year = era === 0 ? 1 - given : given;
  const month = fields.get("M") ?? fields.get("L") ?? 0;
  const date = fields.get("d");
  if (date !== undefined) return dayMs(year, month, date);
  const dayNumber = fields.get("D");
  if (dayNumber !== undefined) return dayMs(year, 0, dayNumber);
  const iso = fields.get("u");
  const weekday = iso === undefined ? fields.get("E") : iso % 7;
  const week = fields.get("w");
  if (week !== undefined) return weekdayInYearMs(year, week, weekday ?? 0);
  const weekInMonth = fields.get("W");
  if (weekInMonth !== undefined) return weekdayInMonthMs(year, month, weekInMonth, weekday ?? 0);
  const nth = fields.get("F");
  if (nth !== undefined) return nthWeekday(year, month, nth, weekday ?? 0);
  return weekday === undefined ? dayMs(year, month, 1) : weekdayInMonthMs(year, month, 1, weekday);
}

function nthWeekday(year: number, month: number, nth: number, weekday: number): number {
  const first = new Date(dayMs(year, month, 1)).getUTCDay();
  return dayMs(year, month, 1 + ((weekday - first + 7) % 7) + (nth - 1) * 7);
}

function hour(fields: ReadonlyMap<string, number>): number {
  const ofDay = fields.get("H") ?? midnight(fields.get("k"), 24);
  if (ofDay !== undefined) return ofDay;
  const ofHalf = fields.get("K") ?? midnight(fields.get("h"), 12);
  return (ofHalf ?? 0) + (fields.get("a") ?? 0) * 12;
}

/** Hours that are counted from 1 call midnight by their highest number. */
function midnight(hour: number | undefined, highest: number): number | undefined {
  return hour === highest ? 0 : hour;
}
