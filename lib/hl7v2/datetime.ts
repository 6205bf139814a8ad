/** A DTM or TS value with exactly the precision that was sent; texts keep their digits. */
export interface DateTimeParts {
  readonly year: string;
  readonly month?: string;
  readonly day?: string;
  readonly hour?: string;
  readonly minute?: string;
  readonly second?: string;
  /** Digits after the point of the seconds. */
  readonly fraction?: string;
  /** `+01:00` or `-05:00`, as an offset from UTC. */
  readonly zone?: string;
}

/**
 * Reads `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`; `+00`, `Z` and an hour of 24 are
 * accepted as senders write them (24 becomes 00 of the next day only when the time is exactly 24:00).
 *
 * Returns undefined for anything else, such as a month of 13. Source: HL7 v2.9 chapter 2A.3.21 "DTM".
 */
export function parseDateTime(text: string): DateTimeParts | undefined {
  const match =
    /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,9}))?)?)?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(
      text.trim(),
    );
  if (!match) return undefined;
  const [, year = "", month, day, hour, minute, second, fraction, zone] = match;
  if (year === "0000" || !inRange(month, 1, 12) || !inRange(minute, 0, 59)) return undefined;
  if (!inRange(second, 0, 59) || !inRange(hour, 0, 24)) return undefined;
  if (day !== undefined && !dayExists(year, month ?? "", day)) return undefined;
  const offset = zone === undefined ? undefined : offsetOf(zone);
  if (zone !== undefined && offset === undefined) return undefined;
  const parts: DateTimeParts = {
    year,
    ...(month === undefined ? {} : { month }),
    ...(day === undefined ? {} : { day }),
    ...(hour === undefined ? {} : { hour }),
    ...(minute === undefined ? {} : { minute }),
    ...(second === undefined ? {} : { second }),
    ...(fraction === undefined ? {} : { fraction }),
    ...(offset === undefined ? {} : { zone: offset }),
  };
  return hour === "24" ? midnightAfter(parts) : parts;
}

function inRange(text: string | undefined, min: number, max: number): boolean {
  return text === undefined || (Number(text) >= min && Number(text) <= max);
}

function dayExists(year: string, month: string, day: string): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function offsetOf(zone: string): string | undefined {
  if (zone === "Z") return "+00:00";
  const hours = zone.slice(1, 3);
  const minutes = zone.slice(3).replace(":", "") || "00";
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return `${zone[0]}${hours}:${minutes}`;
}

function midnightAfter(parts: DateTimeParts): DateTimeParts | undefined {
  if (Number(parts.minute ?? 0) !== 0 || Number(parts.second ?? 0) !== 0) return undefined;
  const date = new Date(
    Date.UTC(Number(parts.year), Number(parts.month) - 1, Number(parts.day) + 1),
  );
  const iso = date.toISOString();
  return {
    ...parts,
    year: iso.slice(0, 4),
    month: iso.slice(5, 7),
    day: iso.slice(8, 10),
    hour: "00",
  };
}

/** ISO 8601 with the same precision and zone: `2026-01-01T00:00:57+01:00`, `2026-01`. */
export function isoDateTime(parts: DateTimeParts): string {
  const { year, month, day, hour, minute, second, fraction, zone } = parts;
  let text = year;
  if (month !== undefined) text += `-${month}`;
  if (day !== undefined) text += `-${day}`;
  if (hour !== undefined) text += `T${hour}:${minute ?? "00"}`;
  if (second !== undefined) text += `:${second}`;
  if (fraction !== undefined) text += `.${fraction}`;
  return hour === undefined ? text : text + (zone ?? "");
}
