import type { Appointment, FhirResource, Observation } from "fhir/r4";
import { hl7Table } from "./codesystems/coding-system.ts";
import { isBefore } from "./datatypes/dr-period.ts";
import type { State } from "./state.ts";

/**
 * Fills what FHIR R4 demands and the message does not say, with what it means that it is not known. Where no value
 * would be true, the subject is the patient of the message.
 */
export function completeResource(draft: FhirResource, state: State): void {
  switch (draft.resourceType) {
    case "Encounter":
      // Encounter.class: U is "unknown" in table 0004.
      draft.class ??= { system: hl7Table("0004"), code: "U" };
      draft.status ??= "unknown";
      break;
    case "ServiceRequest":
    case "MedicationRequest":
    case "MedicationAdministration":
    case "Condition":
    case "Procedure":
    case "ChargeItem":
    case "Goal":
    case "CarePlan":
      draft.subject ??= state.patientReference ?? { display: "unknown" };
      break;
    case "Observation":
      knownSpecimen(draft, state);
      break;
    case "Appointment":
      completeAppointment(draft);
      break;
    case "DocumentReference":
      draft.content ??= [];
      if (draft.content.length === 0) {
        draft.content.push({ attachment: { title: "the content is not in the message" } });
      }
      break;
    default:
  }
  // When: a TQ or TQ1 says it better than OBR-6, and FHIR allows one of both.
  if (draft.resourceType === "ServiceRequest" && draft.occurrenceTiming) {
    delete draft.occurrenceDateTime;
  }
}

function completeAppointment(appointment: Appointment): void {
  appointment.participant ??= [];
  if (appointment.participant.length === 0) {
    appointment.participant.push({ actor: { display: "unknown" }, status: "needs-action" });
  }
  // Invariants app-2 and app-3: both ends or none; only proposed, cancelled and waiting ones have none.
  const { start, end } = appointment;
  if (start === undefined) {
    delete appointment.end;
    if (!["proposed", "cancelled", "waitlist"].includes(appointment.status)) {
      appointment.status =
        appointment.status === "entered-in-error" || appointment.status === "noshow"
          ? "cancelled"
          : "proposed";
    }
  } else if (end === undefined || isBefore(end, start)) appointment.end = start;
}

/** An observation that names its specimen by number alone (OBX-33) refers to it when the message tells of it. */
function knownSpecimen(observation: Observation, state: State): void {
  const number = observation.specimen?.identifier?.value;
  if (number === undefined) return;
  const reference = specimensByNumber(state).get(number);
  if (reference !== undefined) observation.specimen = { reference };
}

const specimens = new WeakMap<State, ReadonlyMap<string, string>>();

/** References to the message's specimens by each of their numbers, the first of a number. */
function specimensByNumber(state: State): ReadonlyMap<string, string> {
  const known = specimens.get(state);
  if (known) return known;
  const found = new Map<string, string>();
  for (const { resource } of state.conversion.drafts) {
    if (resource.resourceType !== "Specimen") continue;
    for (const { value } of resource.identifier ?? []) {
      if (value !== undefined && !found.has(value)) found.set(value, `Specimen/${resource.id}`);
    }
  }
  specimens.set(state, found);
  return found;
}
