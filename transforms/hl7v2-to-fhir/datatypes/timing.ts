import type { CodeableConcept, Duration, Timing, TimingRepeat } from "fhir/r4";
import { fhirDecimal, fhirTime } from "#lib/fhir";
import { mapCode } from "../codesystems/concept-maps.ts";
import { concept } from "./cwe-codeableconcept.ts";
import type { Parts } from "./parts.ts";
import { wholeNumber } from "./primitives.ts";
import { codeTable } from "../codesystems/code-table.ts";

/** Units of time as senders write them, to UCUM. Source: TestServiceDefaultDurationUnits and table 0335. */
const UNITS: Readonly<Record<string, NonNullable<TimingRepeat["periodUnit"]>>> = codeTable({
  S: "s",
  SEC: "s",
  M: "min",
  MIN: "min",
  H: "h",
  HR: "h",
  D: "d",
  DAY: "d",
  DAYS: "d",
  J: "d",
  W: "wk",
  WK: "wk",
  WEEKS: "wk",
  L: "mo",
  MO: "mo",
  Y: "a",
  A: "a",
});

export function timeUnit(text: string): NonNullable<TimingRepeat["periodUnit"]> | undefined {
  return UNITS[text.toUpperCase()];
}

/** How often the patterns of table 0335 say that something happens. */
const FREQUENCIES: Readonly<Record<string, number>> = codeTable({ QD: 1, BID: 2, TID: 3, QID: 4 });

/** Repeats that a pattern of table 0335 names: BID, Q6H, QOD … */
export function patternRepeat(pattern: string): TimingRepeat {
  const code = pattern.toUpperCase();
  const frequency = FREQUENCIES[code];
  if (frequency !== undefined) return { frequency, period: 1, periodUnit: "d" };
  if (code === "QOD") return { frequency: 1, period: 2, periodUnit: "d" };
  const [, count = "", unit = ""] = /^Q(\d{1,3})([SMHDWL])$/.exec(code) ?? [];
  const periodUnit = timeUnit(unit);
  return periodUnit && Number(count) > 0 ? { frequency: 1, period: Number(count), periodUnit } : {};
}

function patternCode(pattern: string): CodeableConcept | undefined {
  return concept((position) => (position === 1 ? pattern : ""), "RepeatPattern", "0335");
}

/** `0800,1400` as times of day; undefined when one is none. */
export function timesOfDay(text: string): string[] | undefined {
  const times = text.split(",").map((each) => fhirTime(each.trim()));
  return times.every((each) => each !== undefined) ? times : undefined;
}

/**
 * Maps an RI (repeat interval) to a Timing: RI.1 code and repeat, RI.2 times of the day.
 * Source: HL7 v2-to-FHIR, RI[Timing].
 */
export function riToTiming(ri: Parts): Timing | undefined {
  const pattern = ri(1);
  const timeOfDay = timesOfDay(ri(2));
  if (pattern === "" && !timeOfDay) return undefined;
  const code = pattern === "" ? undefined : patternCode(pattern);
  const repeat = { ...patternRepeat(pattern), ...(timeOfDay ? { timeOfDay } : {}) };
  return {
    ...(Object.keys(repeat).length > 0 ? { repeat } : {}),
    ...(code ? { code } : {}),
  };
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/**
 * Maps an RPT (repeat pattern) to a Timing: RPT.1 code, RPT.2 to RPT.4 days of the week (calendar DW, 1 is Sunday),
 * RPT.5 and RPT.6 period, RPT.8 to RPT.10 event and offset. Source: HL7 v2-to-FHIR, RPT[Timing].
 */
export function rptToTiming(rpt: Parts): Timing | undefined {
  const repeat: TimingRepeat = patternRepeat(rpt(1));
  if (rpt(2) === "DW") {
    const first = wholeNumber(rpt(3), 1);
    const last = wholeNumber(rpt(4), 1) ?? first;
    if (first && last && first <= last && last <= 7) repeat.dayOfWeek = DAYS.slice(first - 1, last);
  }
  const period = fhirDecimal(rpt(5));
  const periodUnit = timeUnit(rpt(6));
  if (period !== undefined && periodUnit) Object.assign(repeat, { period, periodUnit });
  const when = mapCode("EventRelatedPeriod", rpt(8));
  if (when && !when.system.includes("v2-")) {
    repeat.when = [when.code as NonNullable<TimingRepeat["when"]>[number]];
    const offset = minutesOf(rpt(9), rpt(10));
    if (offset !== undefined && !when.code.startsWith("C")) repeat.offset = offset;
  } else if (rpt(8) !== "") {
    repeat.extension = [{ url: "urn:hl7-org:v2xml#RPT.8", valueString: rpt(8) }];
  }
  const code = rpt(1) === "" ? undefined : patternCode(rpt(1));
  if (!code && Object.keys(repeat).length === 0) return undefined;
  return {
    ...(Object.keys(repeat).length > 0 ? { repeat } : {}),
    ...(code ? { code } : {}),
  };
}

/** Whole minutes of a number and its unit. */
export function minutesOf(value: string, unit: string): number | undefined {
  const count = wholeNumber(value, 0);
  if (count === undefined) return undefined;
  const factor = { s: 1 / 60, min: 1, h: 60, d: 1440, wk: 10_080, mo: 0, a: 0 }[
    timeUnit(unit) ?? "min"
  ];
  const minutes = count * factor;
  return Number.isInteger(minutes) && factor > 0 ? minutes : undefined;
}

/** `D10`, `H6`, `W2` (TQ.3) as a Duration; INDEF and times of the day have none. */
export function durationOf(text: string): Duration | undefined {
  const [, unit = "", count = ""] = /^([SMHDWL])(\d{1,4})$/i.exec(text) ?? [];
  const code = timeUnit(unit);
  if (!code) return undefined;
  return { value: Number(count), unit: code, system: "http://unitsofmeasure.org", code };
}

/** A number and a unit of time as a Duration. */
export function durationWith(value: string, unit: string): Duration | undefined {
  const number = fhirDecimal(value);
  const code = timeUnit(unit) ?? (/^(s|min|h|d|wk|mo|a)$/.test(unit) ? unit : undefined);
  if (number === undefined) return undefined;
  return code === undefined
    ? { value: number, ...(unit === "" ? {} : { unit }) }
    : { value: number, unit: code, system: "http://unitsofmeasure.org", code };
}
