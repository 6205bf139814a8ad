import type {
  Appointment,
  AppointmentParticipant,
  HealthcareService,
  Reference,
  ServiceRequest,
} from "fhir/r4";
import type { Field, Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import type { Conversion } from "../conversion.ts";
import { concept, cwe, cweIdentifiers, cweText } from "../datatypes/cwe-codeableconcept.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, text } from "../datatypes/primitives.ts";
import { minutesOf } from "../datatypes/timing.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { ACTION_ONLY, SET_ID, applyMap, isSame, rowsFor, segmentMap } from "../segment-map.ts";
import type { Row, SegmentMap } from "../segment-map.ts";
import type { Handler, State } from "../state.ts";
import { appointmentStatus } from "./appointment-status.ts";
import { minutesAfter } from "./end-time.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { one, each, rule, kept } = rowsFor<AppointmentParticipant>();
const appointmentRows = rowsFor<Appointment>();
const requestRows = rowsFor<ServiceRequest>();

/** Where a resource of an appointment says when it is needed: start, offset and its unit, duration and its unit. */
function timeRows(first: number): Record<number, Row<AppointmentParticipant>> {
  return {
    [first]: rule("period.start", (field, target, conversion) => {
      const start = conversion.dateTime(field.value);
      if (start !== undefined) target.period = { ...target.period, start };
      return start !== undefined;
    }),
    [first + 1]: rule("period.start", (field, target, conversion, segment) => {
      const start = offsetStart(field, segment, first + 2, conversion);
      if (start !== undefined && segment.field(first).isEmpty) {
        target.period = { ...target.period, start };
      }
      return start !== undefined;
    }),
    [first + 2]: rule("period.start", (field) => field.text !== ""),
    [first + 3]: rule("period.end", (field, target, _conversion, segment) => {
      const minutes = minutesOf(field.value, segment.field(first + 4).value || "MIN");
      const start = target.period?.start;
      if (minutes === undefined || start === undefined) return false;
      const end = minutesAfter(start, String(minutes));
      if (end !== undefined) target.period = { start, end };
      return end !== undefined;
    }),
    [first + 4]: rule("period.end", (field) => field.text !== ""),
    [first + 5]: kept("valueString", cweText),
    [first + 6]: statusRow,
  };
}

/** Table 0278 to the answer of a participant. */
const statusRow: Row<AppointmentParticipant> = rule("status", (field, target) => {
  const status = PARTICIPATION[field.value.toUpperCase()];
  if (status) target.status = status;
  return status !== undefined;
});
const PARTICIPATION: Readonly<Record<string, AppointmentParticipant["status"]>> = codeTable({
  BOOKED: "accepted",
  COMPLETE: "accepted",
  STARTED: "accepted",
  OVERBOOK: "accepted",
  PENDING: "tentative",
  WAITLIST: "tentative",
  BLOCKED: "declined",
  CANCELLED: "declined",
  DC: "declined",
  DELETED: "declined",
  NOSHOW: "declined",
});

/** So many units (MIN by default) after the start of the appointment. */
function offsetStart(
  field: Field,
  segment: Segment,
  units: number,
  conversion: Conversion,
): string | undefined {
  const minutes = minutesOf(field.value, segment.field(units).value || "MIN");
  const start = appointmentStart(conversion);
  if (minutes === undefined || start === undefined) return undefined;
  return minutesAfter(start, String(minutes));
}

function appointmentStart(conversion: Conversion): string | undefined {
  const sch = conversion.message.segment("SCH");
  return sch ? conversion.instant(sch.field(11).component(4).value) : undefined;
}

/** Source: HL7 v2-to-FHIR, AIG[Appointment]. */
export const aigAppointment = segmentMap<AppointmentParticipant>(
  "AIG[Appointment]",
  {
    3: one("actor", (repetition, conversion) => deviceOf(repetition, conversion)),
    4: each("type", cwe()),
    5: each("type", cwe()),
    6: kept("valueString", cweText),
    7: kept("valueString", text),
    ...timeRows(8),
  },
  { 1: SET_ID, 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, AIL[Appointment]. */
export const ailAppointment = segmentMap<AppointmentParticipant>(
  "AIL[Appointment]",
  { 3: one("actor", location), 4: each("type", cwe()), 5: each("type", cwe()), ...timeRows(6) },
  { 1: SET_ID, 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, AIP[Appointment]. */
export const aipAppointment = segmentMap<AppointmentParticipant>(
  "AIP[Appointment]",
  { 3: one("actor", practitioner), 4: each("type", cwe()), 5: each("type", cwe()), ...timeRows(6) },
  { 1: SET_ID, 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, AIS[Appointment]. AIS says what is done, and, where SCH does not, when. */
export const aisAppointment = segmentMap<Appointment>(
  "AIS[Appointment]",
  {
    3: appointmentRows.each("serviceType", cwe()),
    4: appointmentRows.rule("start", (field, target, conversion) => {
      const start = conversion.instant(field.value);
      if (start !== undefined) target.start ??= start;
      return start !== undefined;
    }),
    5: appointmentRows.rule("start", (field, target, conversion, segment) => {
      const start = offsetStart(field, segment, 6, conversion);
      if (start !== undefined) target.start ??= start;
      return start !== undefined;
    }),
    6: appointmentRows.rule("start", (field) => field.text !== ""),
    7: appointmentRows.rule("end", (field, target, _conversion, segment) => {
      const minutes = minutesOf(field.value, segment.field(8).value || "MIN");
      if (minutes === undefined) return false;
      const end = target.start ? minutesAfter(target.start, String(minutes)) : undefined;
      if (end !== undefined) target.end ??= end;
      if (minutes > 0) target.minutesDuration ??= minutes;
      return true;
    }),
    8: appointmentRows.rule("end", (field) => field.text !== ""),
    9: appointmentRows.kept("valueString", cweText),
    10: [
      appointmentRows.rule("status", (field, target, conversion) => {
        const status = appointmentStatus(field.value);
        // SCH-25 speaks for the appointment as a whole.
        const isSaid = conversion.message.segment("SCH")?.field(25).isEmpty === false;
        if (status && !isSaid && target.status === "booked") target.status = status;
        return status !== undefined;
      }),
      appointmentRows.kept("valueCodeableConcept", cwe(undefined, "0278")),
    ],
    11: appointmentRows.kept("valueCodeableConcept", cwe()),
    12: appointmentRows.kept("valueCodeableConcept", cwe()),
  },
  { 1: SET_ID, 2: ACTION_ONLY },
);

/** The codes of a CWE as identifiers. Source: CWE[Identifier]. */
const identifierRow: Row<ServiceRequest> = requestRows.rule("identifier", (field, target) => {
  const made = field.repetitions.flatMap(cweIdentifiers);
  for (const each of made) {
    if (!target.identifier?.some((other) => isSame(other, each))) {
      (target.identifier ??= []).push(each);
    }
  }
  return made.length > 0;
});

/** Source: HL7 v2-to-FHIR, AIS[ServiceRequest]. */
export const aisServiceRequest = segmentMap<ServiceRequest>("AIS[ServiceRequest]", {
  3: identifierRow,
  4: requestRows.one("occurrencePeriod.start", dateTime),
  5: requestRows.rule("occurrencePeriod.start", (field, target, conversion, segment) => {
    if (!segment.field(4).isEmpty) return false;
    const start = offsetStart(field, segment, 6, conversion);
    if (start !== undefined) target.occurrencePeriod = { ...target.occurrencePeriod, start };
    return start !== undefined;
  }),
  7: requestRows.rule("occurrencePeriod.end", (field, target, _conversion, segment) => {
    const minutes = minutesOf(field.value, segment.field(8).value || "MIN");
    const start = target.occurrencePeriod?.start;
    const end = start && minutes !== undefined ? minutesAfter(start, String(minutes)) : undefined;
    if (start === undefined || end === undefined) return false;
    target.occurrencePeriod = { start, end };
    return true;
  }),
  11: identifierRow,
  12: identifierRow,
});

/** A general resource, such as a device or a team, has only a name: a HealthcareService by that name. */
function deviceOf(repetition: Field["first"], conversion: Conversion): Reference | undefined {
  const code = concept(componentsOf(repetition));
  const name = code?.text ?? code?.coding?.[0]?.display ?? code?.coding?.[0]?.code;
  if (name === undefined) return undefined;
  const { sendingFacility } = conversion.message.header;
  return referenceTo(
    conversion.draft<HealthcareService>({
      resourceType: "HealthcareService",
      id: conversion.id("HealthcareService", sendingFacility, repetition.value || name),
      ...(repetition.value === "" ? {} : { identifier: [{ value: repetition.value }] }),
      name,
    }),
  );
}

function participantHandler(map: SegmentMap<AppointmentParticipant>): Handler {
  return (segment: Segment, { conversion, slots, event }: State) => {
    const { appointment } = slots;
    if (!appointment) return;
    // A comment that comes next is on the appointment.
    slots.owner = appointment;
    const participant = {} as AppointmentParticipant;
    const resource = appointment;
    applyMap(map, segment, participant, conversion, { resource, element: "participant" });
    // Invariant app-1: a participant has a type or an actor.
    if (!participant.actor && !participant.type) return;
    participant.status ??= event.appointment === "cancelled" ? "declined" : "accepted";
    appointment.participant.push(participant);
  };
}

export const aig: Handler = participantHandler(aigAppointment);
export const ail: Handler = participantHandler(ailAppointment);
export const aip: Handler = participantHandler(aipAppointment);
export const ais: Handler = (segment, { conversion, slots }) => {
  if (!slots.appointment) return;
  slots.owner = slots.appointment;
  applyMap(aisAppointment, segment, slots.appointment, conversion);
};
