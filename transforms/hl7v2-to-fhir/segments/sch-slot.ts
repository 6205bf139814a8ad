import type { Appointment, Schedule, Slot } from "fhir/r4";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { absent } from "../datatypes/cx-identifier.ts";
import type { State } from "../state.ts";

/**
 * A time that is blocked (S23) or free again (S24) is no appointment: a Slot, in the Schedule of those whom it is of.
 * The guide has no map for it.
 */
export function appointmentToSlot(appointment: Draft<Appointment>, state: State): void {
  const { conversion } = state;
  const actors = appointment.participant.flatMap(({ actor }) => (actor?.reference ? [actor] : []));
  const { sendingFacility } = conversion.message.header;
  const schedule = conversion.draft<Schedule>({
    resourceType: "Schedule",
    id: conversion.id(
      "Schedule",
      sendingFacility,
      ...actors.map(({ reference = "" }) => reference),
    ),
    actor: actors.length > 0 ? actors : [{ display: sendingFacility || "unknown" }],
  });
  const { identifier, serviceType, appointmentType, start, end, comment, extension } = appointment;
  const slot: Draft<Slot> = {
    resourceType: "Slot",
    id: conversion.id("Slot", appointment.id),
    extension,
    identifier,
    serviceType,
    appointmentType,
    schedule: referenceTo(schedule),
    status: state.event.blocks === "free" ? "free" : "busy-unavailable",
    start: start as string,
    end: end ?? (start as string),
    comment,
  };
  // FHIR demands both ends.
  if (start === undefined) Object.assign(slot, { _start: absent(), _end: absent() });
  conversion.draft(slot);
  conversion.drop(appointment);
}
