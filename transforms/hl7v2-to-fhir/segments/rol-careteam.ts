import type {
  CareTeamParticipant,
  EncounterParticipant,
  PractitionerRole,
  RelatedPerson,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { dateTime } from "../datatypes/primitives.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { ACTION_ONLY, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import {
  addToCareTeam,
  careTeamRows,
  isRelationship,
  practitionerRoleOf,
  practitionerRoleRows,
  relatedPersonOf,
  relatedPersonRows,
} from "./participant.ts";
import type { ParticipantSegment } from "./participant.ts";

const visit = rowsFor<EncounterParticipant>();
const team = rowsFor<CareTeamParticipant>();

const ROL: ParticipantSegment = {
  fields: {
    role: 3,
    person: 4,
    start: 5,
    end: 6,
    duration: 7,
    reason: 8,
    specialty: 9,
    unitType: 10,
    address: 11,
    telecom: 12,
    location: 13,
    organization: 14,
  },
  role: ["ProviderRole", "0443"],
  specialtyTable: "0182",
  telecom: xtn("work"),
  needsRole: [1, 7, 13],
};

/** Source: HL7 v2-to-FHIR, ROL[Patient-GeneralPractitioner] and ROL[Encounter-PractitionerRole]. */
export const rolPractitionerRole = segmentMap<PractitionerRole>(
  "ROL[PractitionerRole]",
  practitionerRoleRows(ROL),
  { 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, ROL[CareTeam]. */
export const rolCareTeam = segmentMap<CareTeamParticipant>(
  "ROL[CareTeam]",
  { ...careTeamRows(ROL), 9: team.each("role", cwe(undefined, "0182")) },
  { 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, ROL[RelatedPerson]. */
export const rolRelatedPerson = segmentMap<RelatedPerson>(
  "ROL[RelatedPerson]",
  relatedPersonRows(ROL),
  { 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, ROL[Encounter-PractitionerRole]. */
export const rolEncounter = segmentMap<EncounterParticipant>("ROL[Encounter]", {
  3: visit.each("type", cwe("ProviderRole", "0443")),
  5: visit.one("period.start", dateTime),
  6: visit.one("period.end", dateTime),
});

/**
 * Somebody's role: for the visit after PV1, of a procedure after PR1, as general practitioner of the patient when it is
 * the primary care provider (PP), as a related person when ROL-3 is of a table of relationships, else in the patient's
 * care team.
 */
export function rol(segment: Segment, state: State): void {
  const { conversion, patient, encounter } = state;
  const { owner } = state.slots;
  const makeRole = () => practitionerRoleOf(segment, ROL, rolPractitionerRole, state);
  if (owner?.resourceType === "Procedure") {
    const made = makeRole();
    if (!made) return;
    const code = concept(componentsOf(segment.field(3).first), "ProviderRole", "0443");
    (owner.performer ??= []).push({
      ...(code ? { function: code } : {}),
      actor: referenceTo(made),
    });
  } else if (owner?.resourceType === "Encounter" && encounter) {
    const made = makeRole();
    if (!made) return;
    const participant: EncounterParticipant = { individual: referenceTo(made) };
    applyMap(rolEncounter, segment, participant, conversion, {
      resource: encounter,
      element: "participant",
    });
    (encounter.participant ??= []).push(participant);
  } else if (segment.field(3).value === "PP" && patient) {
    const made = makeRole();
    if (made) (patient.generalPractitioner ??= []).push(referenceTo(made));
  } else if (isRelationship(segment, ROL)) {
    relatedPersonOf(segment, ROL, rolRelatedPerson, state);
  } else if (patient) {
    addToCareTeam(segment, ROL, rolCareTeam, makeRole, state);
  }
}
