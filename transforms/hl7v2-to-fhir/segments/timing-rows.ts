import type { ServiceRequest, Timing, TimingRepeat } from "fhir/r4";
import { fhirDecimal } from "#lib/fhir";
import type { Repetition } from "#lib/hl7v2";
import { requestPriority } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { periodOf } from "../datatypes/dr-period.ts";
import { componentsOf, subcomponentsOf } from "../datatypes/parts.ts";
import { wholeNumber } from "../datatypes/primitives.ts";
import {
  durationOf,
  durationWith,
  minutesOf,
  riToTiming,
  rptToTiming,
  timeUnit,
  timesOfDay,
} from "../datatypes/timing.ts";
import { rowsFor } from "../segment-map.ts";
import { minutesAfter, minutesBefore } from "./end-time.ts";

const { rule } = rowsFor<Timed>();

/** What both kinds of requests hold of a timing. */
export interface Timed {
  priority?: ServiceRequest["priority"] | undefined;
  occurrenceTiming?: Timing | undefined;
}

/** The `repeat` of a timing, made when it is not there yet. */
export function repeatOf(timing: Timing): TimingRepeat {
  return (timing.repeat ??= {});
}

function timingOf(target: Timed): Timing {
  return (target.occurrenceTiming ??= {});
}

function merge(timing: Timing, more: Timing | undefined): boolean {
  if (!more) return false;
  if (more.code) timing.code ??= more.code;
  const repeat = { ...more.repeat, ...timing.repeat };
  if (repeat.boundsPeriod) delete repeat.boundsDuration;
  // Invariant tim-10: at times of the day, or at events.
  if (repeat.timeOfDay) {
    delete repeat.when;
    delete repeat.offset;
  }
  if (Object.keys(repeat).length > 0) timing.repeat = repeat;
  return true;
}

/** Rows that set the timing; shared with medication requests, where the timing stands in the dosage. */
export const timingRows = {
  3: rule("timing", (field, target) =>
    merge(timingOf(target), rptToTiming(componentsOf(field.first))),
  ),
  4: rule("timing.repeat.timeOfDay", (field, target) => {
    const times = field.repetitions.flatMap(({ value }) => timesOfDay(value) ?? []);
    // Invariant tim-10: at times of the day, or at events.
    if (times.length === 0 || target.occurrenceTiming?.repeat?.when) return false;
    repeatOf(timingOf(target)).timeOfDay = times;
    return true;
  }),
  5: rule("timing.repeat.offset", (field, target) => {
    const unit = field.component(2).subcomponent(1);
    const offset = minutesOf(field.value, unit || "min");
    const repeat = target.occurrenceTiming?.repeat;
    // Invariant tim-9: an offset needs an event that it is counted from.
    if (offset === undefined || !repeat?.when) return false;
    repeat.offset ??= offset;
    return true;
  }),
  6: rule("timing.repeat.boundsDuration", (field, target, conversion, segment) => {
    const unit = field.component(2).subcomponent(1);
    const duration = durationWith(field.value, unit);
    // Another TQ1 of the same order may have said from when to when; R4 has one of both.
    if (!duration || target.occurrenceTiming?.repeat?.boundsPeriod) return false;
    const start = conversion.dateTime(segment.field(7).value);
    const minutes = minutesOf(field.value, unit);
    if (start !== undefined && segment.field(8).isEmpty && minutes !== undefined) {
      const end = minutesAfter(start, String(minutes));
      if (end !== undefined) {
        repeatOf(timingOf(target)).boundsPeriod = { start, end };
        return true;
      }
    }
    const end = conversion.dateTime(segment.field(8).value);
    if (end !== undefined && segment.field(7).isEmpty && minutes !== undefined) {
      const from = minutesBefore(end, minutes);
      if (from !== undefined) {
        repeatOf(timingOf(target)).boundsPeriod = { start: from, end };
        return true;
      }
    }
    repeatOf(timingOf(target)).boundsDuration = duration;
    return true;
  }),
  7: rule("timing.repeat.boundsPeriod.start", (field, target, conversion) => {
    const start = conversion.dateTime(field.value);
    if (start === undefined) return false;
    const repeat = repeatOf(timingOf(target));
    delete repeat.boundsDuration;
    repeat.boundsPeriod = { ...repeat.boundsPeriod, start };
    return true;
  }),
  8: rule("timing.repeat.boundsPeriod.end", (field, target, conversion) => {
    const end = conversion.dateTime(field.value);
    if (end === undefined) return false;
    const repeat = repeatOf(timingOf(target));
    delete repeat.boundsDuration;
    const period = periodOf(repeat.boundsPeriod?.start, end);
    if (period) repeat.boundsPeriod = period;
    return true;
  }),
  9: rule("priority", (field, target) => {
    const priority = requestPriority[field.value];
    if (priority) target.priority = priority as ServiceRequest["priority"];
    return priority !== undefined;
  }),
  13: rule("timing.repeat.duration", (field, target) => {
    const duration = fhirDecimal(field.value);
    const durationUnit = timeUnit(field.component(2).subcomponent(1));
    if (duration === undefined || !durationUnit) return false;
    Object.assign(repeatOf(timingOf(target)), { duration, durationUnit });
    return true;
  }),
  14: rule("timing.repeat.count", (field, target) => {
    const count = wholeNumber(field.value, 1);
    if (count === undefined) return false;
    repeatOf(timingOf(target)).count = count;
    return true;
  }),
} as const;

/** The timing of a TQ; undefined when it says none. */
export function tqTiming(tq: Repetition, conversion: Conversion): Timing | undefined {
  const timing = riToTiming(subcomponentsOf(tq.component(2))) ?? {};
  const repeat: TimingRepeat = { ...timing.repeat };
  const bounds = periodOf(
    conversion.dateTime(tq.component(4).value),
    conversion.dateTime(tq.component(5).value),
  );
  const duration = durationOf(tq.component(3).value);
  if (bounds) repeat.boundsPeriod = bounds;
  else if (duration) repeat.boundsDuration = duration;
  const count = wholeNumber(tq.component(12).value, 1);
  if (count !== undefined) repeat.count = count;
  if (Object.keys(repeat).length > 0) timing.repeat = repeat;
  return timing.code || timing.repeat ? timing : undefined;
}
