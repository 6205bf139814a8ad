import type { FhirResource, Observation } from "fhir/r4";
import { hl7Table } from "./codesystems/coding-system.ts";
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
    case "DocumentReference":
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
  switch (draft.resourceType) {
    case "MedicationRequest":
    case "MedicationDispense":
    case "MedicationAdministration":
      if (!draft.medicationReference) draft.medicationCodeableConcept ??= { text: "unknown" };
      break;
    default:
  }
  if (draft.resourceType === "MedicationAdministration") {
    if (!draft.effectivePeriod && !draft.effectiveDateTime) {
      const at = state.happenedAt;
      if (at !== undefined) draft.effectiveDateTime = at;
    }
  }
}

/** An observation that names its specimen by number alone (OBX-33) refers to it when the message tells of it. */
function knownSpecimen(observation: Observation, { conversion }: State): void {
  const number = observation.specimen?.identifier?.value;
  if (number === undefined) return;
  for (const { resource } of conversion.drafts) {
    if (resource.resourceType !== "Specimen") continue;
    if (!resource.identifier?.some(({ value }) => value === number)) continue;
    observation.specimen = { reference: `Specimen/${resource.id}` };
    return;
  }
}
