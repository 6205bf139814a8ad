import type {
  CareTeam,
  CareTeamParticipant,
  EncounterParticipant,
  PractitionerRole,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei } from "../datatypes/ei-identifier.ts";
import { periodOf } from "../datatypes/dr-period.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime } from "../datatypes/primitives.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner, xcnIdentity } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { ACTION_ONLY, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const role = rowsFor<PractitionerRole>();
const team = rowsFor<CareTeamParticipant>();
const visit = rowsFor<EncounterParticipant>();

/** Source: HL7 v2-to-FHIR, ROL[Patient-GeneralPractitioner] and ROL[Encounter-PractitionerRole]. */
export const rolPractitionerRole = segmentMap<PractitionerRole>(
  "ROL[PractitionerRole]",
  {
    1: role.each("identifier", ei()),
    3: role.each("code", cwe("ProviderRole", "0443")),
    4: role.one("practitioner", practitioner),
    5: role.one("period.start", dateTime),
    6: role.rule("period.end", (field, target, conversion) => {
      const period = periodOf(target.period?.start, conversion.dateTime(field.value));
      if (period?.end) target.period = period;
      return period?.end !== undefined;
    }),
    7: role.kept("valueCodeableConcept", cwe()),
    8: role.kept("valueCodeableConcept", cwe()),
    9: role.each("specialty", cwe(undefined, "0182")),
    10: role.kept("valueCodeableConcept", cwe(undefined, "0406")),
    11: role.rule("practitioner.address", (field, target, conversion) => {
      const who = conversion.find("Practitioner", target.practitioner);
      const address = field.repetitions.flatMap((each) => xadToAddress(each, conversion) ?? []);
      if (!who || address.length === 0) return false;
      who.address ??= address;
      return true;
    }),
    12: role.each("telecom", xtn("work")),
    13: role.each("location", location),
    14: role.one("organization", organization),
  },
  { 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, ROL[CareTeam]. */
export const rolCareTeam = segmentMap<CareTeamParticipant>("ROL[CareTeam]", {
  3: team.each("role", cwe("ProviderRole", "0443")),
  5: team.one("period.start", dateTime),
  6: team.one("period.end", dateTime),
  9: team.each("role", cwe(undefined, "0182")),
});

/** Source: HL7 v2-to-FHIR, ROL[Encounter-PractitionerRole]. */
export const rolEncounter = segmentMap<EncounterParticipant>("ROL[Encounter]", {
  3: visit.each("type", cwe("ProviderRole", "0443")),
  5: visit.one("period.start", dateTime),
  6: visit.one("period.end", dateTime),
});

/**
 * Somebody's role: for the visit after PV1, of a procedure after PR1, as general practitioner of the patient when it is
 * the primary care provider (PP), else in the patient's care team.
 */
export function rol(segment: Segment, state: State): void {
  const { conversion, patient, encounter } = state;
  const { owner } = state.slots;
  const made = roleOf(segment, state);
  if (!made) return;
  const reference = referenceTo(made);
  if (owner?.resourceType === "Procedure") {
    const code = concept(componentsOf(segment.field(3).first), "ProviderRole", "0443");
    (owner.performer ??= []).push({ ...(code ? { function: code } : {}), actor: reference });
  } else if (owner?.resourceType === "Encounter" && encounter) {
    const participant: EncounterParticipant = { individual: reference };
    applyMap(rolEncounter, segment, participant, conversion, {
      resource: encounter,
      element: "participant",
    });
    (encounter.participant ??= []).push(participant);
  } else if (segment.field(3).value === "PP" && patient) {
    (patient.generalPractitioner ??= []).push(reference);
  } else if (patient) {
    const careTeam = careTeamOf(state);
    const participant: CareTeamParticipant = { member: reference };
    applyMap(rolCareTeam, segment, participant, conversion, {
      resource: careTeam,
      element: "participant",
    });
    (careTeam.participant ??= []).push(participant);
  }
}

/** The care team of the patient. Identity: the patient, or the visit, or what it is for. */
export function careTeamOf(state: State): Draft<CareTeam> {
  const { conversion, patientReference, encounterReference } = state;
  return conversion.draft<CareTeam>({
    resourceType: "CareTeam",
    id: conversion.id(
      "CareTeam",
      patientReference?.reference ?? "",
      encounterReference?.reference ?? "",
    ),
    status: "active",
    ...(patientReference ? { subject: patientReference } : {}),
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
}

function roleOf(rol: Segment, state: State): Draft<PractitionerRole> | undefined {
  const { conversion } = state;
  const who = rol.field(4).first;
  if (who.isEmpty && rol.field(14).isEmpty) return undefined;
  const made = conversion.draft<PractitionerRole>({
    resourceType: "PractitionerRole",
    id: conversion.id(
      "PractitionerRole",
      "ROL",
      ...xcnIdentity(who, conversion),
      rol.field(3).value,
      rol.field(14).text,
      rol.field(13).text,
      rol.field(5).value,
    ),
  });
  if (rol.field(2).value === "DE" || rol.field(2).value === "D") made.active = false;
  if (applyMap(rolPractitionerRole, rol, made, conversion)) return made;
  conversion.drop(made);
  return undefined;
}
