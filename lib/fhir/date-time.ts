import { isoDateTime, parseDateTime } from "#lib/hl7v2";
import type { DateTimeParts } from "#lib/hl7v2";

/**
 * HL7 v2 times as FHIR writes them. FHIR demands a zone with every time of day; a message's own is kept
 * as it is, and only where it has none does `defaultZone` say what its clocks show.
 */

/** A FHIR dateTime of the same precision; undefined for what is no time. Seconds that are missing become 00. */
export function fhirDateTime(text: string, defaultZone: string): string | undefined {
  const parts = parseDateTime(text);
  if (!parts) return undefined;
  if (parts.hour === undefined) return isoDateTime({ ...parts });
  return isoDateTime({
    ...parts,
    minute: parts.minute ?? "00",
    second: parts.second ?? "00",
    zone: parts.zone ?? offsetAt(defaultZone, parts),
  });
}

/** A FHIR instant: undefined unless the time is known to the second at least to the day. */
export function fhirInstant(text: string, defaultZone: string): string | undefined {
  const parts = parseDateTime(text);
  if (parts?.day === undefined) return undefined;
  const { hour = "00", minute = "00", second = "00" } = parts;
  const whole = { ...parts, hour, minute, second };
  return isoDateTime({ ...whole, zone: parts.zone ?? offsetAt(defaultZone, whole) });
}

/** A FHIR date of the same precision, without any time of day. */
export function fhirDate(text: string): string | undefined {
  const parts = parseDateTime(text);
  if (!parts) return undefined;
  const { year, month, day } = parts;
  return [year, month, day].filter((part) => part !== undefined).join("-");
}

/** A FHIR time of an HL7 TM (`HHMM[SS]`). */
export function fhirTime(text: string): string | undefined {
  const match = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)?(\.\d+)?/.exec(text);
  if (!match) return undefined;
  // A fraction of zeros says nothing, and HAPI's validator takes none at all.
  const fraction = (match[4] ?? "").replace(/^\.0+$/, "");
  return `${match[1]}:${match[2]}:${match[3] ?? "00"}${fraction}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether a text names a time zone: an offset (`+01:00`), or a name that this machine knows. */
export function isTimeZone(zone: string): boolean {
  if (/^[+-]\d{2}:\d{2}$/.test(zone)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone }).format();
    return true;
  } catch {
    return false;
  }
}

/** The offset of a zone at a wall-clock time. In the hour that daylight saving skips, that before it. */
function offsetAt(zone: string, parts: DateTimeParts): string {
  if (/^[+-]\d{2}:\d{2}$/.test(zone)) return zone;
  if (zone === "UTC") return "+00:00";
  const wallClock = Date.parse(
    `${parts.year}-${parts.month ?? "01"}-${parts.day ?? "01"}T${parts.hour ?? "00"}:${parts.minute ?? "00"}:${parts.second ?? "00"}Z`,
  );
  const first = offsetMinutes(zone, wallClock);
  const second = offsetMinutes(zone, wallClock - first * 60_000);
  const sign = second < 0 ? "-" : "+";
  const [hours, minutes] = [Math.floor(Math.abs(second) / 60), Math.abs(second) % 60];
  return `${sign}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

function offsetMinutes(zone: string, instant: number): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
    formats.set(zone, format);
  }
  const name =
    format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  if (!match) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}
