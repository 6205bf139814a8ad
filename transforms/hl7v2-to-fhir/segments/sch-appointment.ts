import type {
  Appointment,
  AppointmentParticipant,
  Provenance,
  Reference,
  ServiceRequest,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { codeOf, concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { location } from "../datatypes/pl-location.ts";
import { positiveInt } from "../datatypes/primitives.ts";
import { minutesOf } from "../datatypes/timing.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { ValueOf } from "../segment-map.ts";
import type { State } from "../state.ts";
import { tqTiming } from "./timing-rows.ts";
import { aisServiceRequest } from "./ai-appointment.ts";
import { recordedAt } from "./msh-provenance.ts";
import { agentOf } from "./provenance-agents.ts";
import { appointmentToSlot } from "./sch-slot.ts";
import { appointmentStatus } from "./appointment-status.ts";
import { minutesAfter } from "./end-time.ts";

const { each, one, rule, when, kept } = rowsFor<Appointment>();
const requestRows = rowsFor<ServiceRequest>();
const provenanceRows = rowsFor<Provenance>();
const PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

const person =
  (role: string, code?: string): ValueOf<AppointmentParticipant> =>
  (xcn, conversion, segment, position) => {
    const actor = practitioner(xcn, conversion, segment, position);
    const type = code ? codeOf(PARTICIPANT, code) : { text: role };
    return actor && { type: [type], actor, status: "accepted" };
  };

/** Source: HL7 v2-to-FHIR, SCH[Appointment]; what it leaves open is kept under the name of the field. */
export const schAppointment = segmentMap<Appointment>("SCH[Appointment]", {
  1: each("identifier", ei("PLAC")),
  2: each("identifier", ei("FILL")),
  3: kept("valueInteger", positiveInt),
  4: kept("valueIdentifier", ei()),
  5: kept("valueCodeableConcept", cwe()),
  6: kept("valueCodeableConcept", cwe()),
  7: rule("reasonCode", (field, target) => {
    const parts = componentsOf(field.first);
    if (field.component(3).value === "HL70277") {
      const type = concept(parts, "AppointmentTypeCodes", "0277");
      if (type) target.appointmentType ??= type;
      return type !== undefined;
    }
    const reason = concept(parts, "AppointmentReasonCodes", "0276");
    if (reason) (target.reasonCode ??= []).push(reason);
    return reason !== undefined;
  }),
  8: one("appointmentType", cwe("AppointmentTypeCodes", "0277")),
  9: rule("minutesDuration", (field, target, _conversion, segment) => {
    const units = segment.field(10).value;
    const minutes = minutesOf(field.value, units || "MIN");
    if (minutes === undefined || minutes < 1) return false;
    target.minutesDuration = minutes;
    return true;
  }),
  10: rule("minutesDuration", (field) => field.value !== ""),
  11: rule("start", (field, target, conversion) => {
    const tq = field.first;
    const start = conversion.instant(tq.component(4).value);
    const end = conversion.instant(tq.component(5).value);
    if (start !== undefined) target.start ??= start;
    if (end !== undefined) target.end ??= end;
    return start !== undefined || end !== undefined || tqTiming(tq, conversion) !== undefined;
  }),
  12: each("participant", person("placer contact")),
  13: kept("valueContactPoint", xtn()),
  14: kept("valueAddress", xadToAddress),
  15: kept("valueReference", location),
  16: each("participant", person("filler contact")),
  17: kept("valueContactPoint", xtn()),
  18: kept("valueAddress", xadToAddress),
  19: kept("valueReference", location),
  20: each("participant", person("enterer", "enterer")),
  21: kept("valueContactPoint", xtn()),
  22: kept("valueReference", location),
  23: kept("valueIdentifier", ei()),
  24: kept("valueIdentifier", ei()),
  25: rule("status", (field, target) => {
    const status = appointmentStatus(field.value);
    if (status) target.status = status;
    return status !== undefined;
  }),
  26: when((sch) => !sch.field(26).isEmpty, each("basedOn", requestOf("PLAC"))),
  27: when((sch) => !sch.field(27).isEmpty, each("basedOn", requestOf("FILL"))),
});

/** The order by its number; it was or will be told of in a message of its own. */
function requestOf(type: string): ValueOf<Reference> {
  return (repetition, conversion, segment, position) => {
    const identifier = ei(type)(repetition, conversion, segment, position);
    return identifier && { type: "ServiceRequest", identifier };
  };
}

/** Source: HL7 v2-to-FHIR, SCH[ServiceRequest]: the order that the appointment is for, as far as SCH knows it. */
export const schServiceRequest = segmentMap<ServiceRequest>("SCH[ServiceRequest]", {
  26: requestRows.each("identifier", ei("PLAC")),
  27: requestRows.each("identifier", ei("FILL")),
});

/** An appointment. Identity: the filler's number, else the placer's, else the place in the message. */
export function sch(segment: Segment, state: State): void {
  const { conversion } = state;
  const number = [2, 1]
    .map((field) => segment.field(field).first)
    .find(({ value }) => value !== "");
  const appointment = conversion.draft<Appointment>({
    resourceType: "Appointment",
    id: number
      ? conversion.id("Appointment", ...eiIdentity(number))
      : conversion.id("Appointment", ...conversion.placeIdentity(segment)),
    ...({} as { status: Appointment["status"] }),
    participant: [],
  });
  applyMap(schAppointment, segment, appointment, conversion);
  // The event goes before the status of the filler: a cancelled appointment is not booked.
  if (state.event.appointment && state.event.appointment !== "booked") {
    appointment.status = state.event.appointment;
  }
  appointment.status ??= state.event.appointment ?? "booked";
  state.slots = { ...state.slots, appointment, owner: appointment };
  state.sch = segment;
  if (!state.event.blocks) provenanceOf(segment, appointment, state);
}

/** Source: HL7 v2-to-FHIR, SCH[Provenance]. */
export const schProvenance = segmentMap<Provenance>("SCH[Provenance]", {
  20: provenanceRows.each("agent", agentOf("enterer", practitioner)),
});

/** Who entered the appointment. */
function provenanceOf(segment: Segment, appointment: Draft<Appointment>, state: State): void {
  if (segment.field(20).isEmpty) return;
  const { conversion } = state;
  const target = referenceTo(appointment);
  const provenance = conversion.draft<Provenance>({
    resourceType: "Provenance",
    id: conversion.id("Provenance", ...conversion.messageIdentity, target.reference ?? ""),
    target: [target],
    recorded: recordedAt(conversion),
    agent: [],
  });
  if (!applyMap(schProvenance, segment, provenance, conversion)) conversion.drop(provenance);
}

/** What can only be said when all resources of the appointment are known. */
export function finishAppointment(state: State): void {
  const { conversion, patientReference } = state;
  const { appointment } = state.slots;
  if (!appointment) return;
  if (state.event.blocks) {
    appointmentToSlot(appointment, state);
    return;
  }
  if (patientReference) {
    appointment.participant.unshift({ actor: patientReference, status: "accepted" });
  }
  if (appointment.start && !appointment.end && appointment.minutesDuration) {
    appointment.end = minutesAfter(appointment.start, String(appointment.minutesDuration));
  }
  orderOf(state, appointment, conversion);
}

function orderOf(
  state: State,
  appointment: Draft<Appointment>,
  conversion: State["conversion"],
): void {
  const { sch, patientReference } = state;
  if (!sch) return;
  const number = [26, 27].map((field) => sch.field(field).first).find(({ value }) => value !== "");
  if (!number) return;
  const request = conversion.draft<ServiceRequest>({
    resourceType: "ServiceRequest",
    id: conversion.id("ServiceRequest", "appointment", ...eiIdentity(number)),
    status: "active",
    intent: "order",
    ...(patientReference ? { subject: patientReference } : ({} as { subject: never })),
  });
  applyMap(schServiceRequest, sch, request, conversion);
  for (const ais of conversion.message.segmentsNamed("AIS")) {
    applyMap(aisServiceRequest, ais, request, conversion);
  }
  appointment.basedOn = [referenceTo(request)];
}
