import type {
  CareTeamParticipant,
  ContactPoint,
  Device,
  FhirResource,
  Patient,
  PractitionerRole,
  Reference,
  RelatedPerson,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeTable } from "../codesystems/code-table.ts";
import { referenceTo } from "../conversion.ts";
import type { Conversion, Draft } from "../conversion.ts";
import { concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, text } from "../datatypes/primitives.ts";
import { pln } from "../datatypes/pln-identifier.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { ACTION_ONLY, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { ValueOf } from "../segment-map.ts";
import type { State } from "../state.ts";
import {
  addToCareTeam,
  careTeamRows,
  isRelationship,
  locationAt,
  practitionerRoleOf,
  practitionerRoleRows,
  relatedPersonOf,
  relatedPersonRows,
} from "./participant.ts";
import type { ParticipantSegment } from "./participant.ts";

const role = rowsFor<PractitionerRole>();
const related = rowsFor<RelatedPerson>();
const device = rowsFor<Device>();
const team = rowsFor<CareTeamParticipant>();

const PREFERRED = "http://hl7.org/fhir/StructureDefinition/iso21090-preferred";

/** What PRT-23 (table 0185) prefers: B beeper, C cell, E e-mail, F fax, H home, O office. */
const isPreferred: Readonly<Record<string, (point: ContactPoint) => boolean>> = codeTable({
  B: ({ system }) => system === "pager",
  C: ({ use }) => use === "mobile",
  E: ({ system }) => system === "email",
  F: ({ system }) => system === "fax",
  H: ({ use }) => use === "home",
  O: ({ use }) => use === "work",
});

/** PRT-15, where PRT-23 says which one is preferred. */
const telecom: ValueOf<ContactPoint> = (repetition, conversion, segment, position) => {
  const point = xtn()(repetition, conversion, segment, position);
  if (!point || !isPreferred[segment.field(23).value]?.(point)) return point;
  return {
    ...point,
    extension: [...(point.extension ?? []), { url: PREFERRED, valueBoolean: true }],
  };
};

const PRT: ParticipantSegment = {
  fields: {
    reason: 3,
    role: 4,
    person: 5,
    specialty: 6,
    unitType: 7,
    organization: 8,
    location: 9,
    start: 11,
    end: 12,
    duration: 13,
    address: 14,
    telecom: 15,
  },
  role: ["Participation", "0912"],
  telecom,
  needsRole: [1, 6, 9, 13, 24],
};

/** Source: HL7 v2-to-FHIR, PRT[PractitionerRole] and PRT[Patient-GeneralPractitioner-PractitionerRole]. */
export const prtPractitionerRole = segmentMap<PractitionerRole>(
  "PRT[PractitionerRole]",
  {
    ...practitionerRoleRows(PRT),
    23: role.rule("telecom.extension", (field) => isPreferred[field.value] !== undefined),
    24: role.each("identifier", pln),
  },
  { 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, PRT[RelatedPerson]. */
export const prtRelatedPerson = segmentMap<RelatedPerson>(
  "PRT[RelatedPerson]",
  {
    ...relatedPersonRows(PRT),
    23: related.rule("telecom.extension", (field) => isPreferred[field.value] !== undefined),
    24: related.each("identifier", pln),
  },
  { 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, PRT[CareTeam]. */
export const prtCareTeam = segmentMap<CareTeamParticipant>(
  "PRT[CareTeam]",
  {
    ...careTeamRows(PRT),
    23: team.rule("member.telecom.extension", (field) => isPreferred[field.value] !== undefined),
  },
  { 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, PRT[Device]. */
export const prtDevice = segmentMap<Device>("PRT[Device]", {
  10: device.each("identifier", ei()),
  16: device.each("udiCarrier", (repetition) =>
    repetition.value === "" ? undefined : { deviceIdentifier: repetition.value },
  ),
  17: device.one("manufactureDate", dateTime),
  18: device.one("expirationDate", dateTime),
  19: device.one("lotNumber", text),
  20: device.one("serialNumber", text),
  21: device.one("distinctIdentifier", text),
  22: device.one("type", cwe()),
});

/**
 * A participation: what it becomes depends on what it stands under and on PRT-4 (table 0912). Under the patient it is
 * the general practitioner (PP), a member of the care team (professionals), or a related person (everybody else, and
 * whoever has a code of relationships). The guide makes related persons of all but PP in ORU and OML; here the codes
 * mean the same in every message.
 */
export function prt(segment: Segment, state: State): void {
  const { slots, patient, encounter } = state;
  const { owner } = slots;
  const code = segment.field(4).value;
  if (owner?.resourceType === "Observation") {
    ofObservation(segment, owner, state);
    return;
  }
  if (!segment.field(10).isEmpty) deviceOf(segment, state);
  if (owner?.resourceType === "Patient" && patient) {
    ofPatient(segment, patient, state);
    return;
  }
  const made = practitionerRoleOf(segment, PRT, prtPractitionerRole, state);
  if (!made) return;
  const reference = referenceTo(made);
  const role = concept(componentsOf(segment.field(4).first), "Participation", "0912");
  if (owner?.resourceType === "Encounter" && encounter) {
    (encounter.participant ??= []).push({
      ...(role ? { type: [role] } : {}),
      individual: reference,
    });
    return;
  }
  slots.order?.participants.push({ code, role, reference });
}

/** Codes of table 0912 that name professionals. Source: message map ADT_A01. */
const PROFESSIONAL: ReadonlySet<string> = new Set(
  "AD AP ARI AT CP FHCP OP PH PP PRI RP RT VP PO".split(" "),
);

/** Fields that say more of a general practitioner than who it is. */
const MORE_THAN_PERSON = [1, 3, 6, 7, 8, 9, 11, 12, 13, 14, 15, 24];

function ofPatient(prt: Segment, patient: Draft<Patient>, state: State): void {
  const { conversion } = state;
  const code = prt.field(4).value;
  const makeRole = () => practitionerRoleOf(prt, PRT, prtPractitionerRole, state);
  if (isRelationship(prt, PRT) || !PROFESSIONAL.has(code)) {
    relatedPersonOf(prt, PRT, prtRelatedPerson, state);
  } else if (code !== "PP") {
    addToCareTeam(prt, PRT, prtCareTeam, makeRole, state);
  } else if (MORE_THAN_PERSON.some((field) => !prt.field(field).isEmpty)) {
    const made = makeRole();
    if (made) (patient.generalPractitioner ??= []).push(referenceTo(made));
  } else {
    const { marks } = conversion;
    marks.enter(prt, 5);
    const who = practitioner(prt.field(5).first, conversion, prt, 5);
    if (who) {
      (patient.generalPractitioner ??= []).push(who);
      marks.mapped(prt, 5, "generalPractitioner", patient);
      marks.mapped(prt, 4, "generalPractitioner", patient);
      if (!prt.field(2).isEmpty) marks.ignored(prt, 2, ACTION_ONLY);
    }
    marks.leave();
  }
}

function ofObservation(
  prt: Segment,
  observation: Extract<FhirResource, { resourceType: "Observation" }>,
  state: State,
): void {
  const { conversion } = state;
  if (!prt.field(10).isEmpty) {
    const made = deviceOf(prt, state);
    if (made) observation.device ??= made;
  }
  const place = placeOf(prt, conversion);
  if (place) {
    (observation.extension ??= []).push({
      url: "http://hl7.org/fhir/StructureDefinition/event-location",
      valueReference: place,
    });
    for (const field of [9, 14]) {
      if (!prt.field(field).isEmpty) conversion.marks.mapped(prt, field, "extension", observation);
    }
  }
  if (prt.field(5).isEmpty && prt.field(8).isEmpty) return;
  const made = practitionerRoleOf(prt, PRT, prtPractitionerRole, state);
  if (made) (observation.performer ??= []).push(referenceTo(made));
}

/** Where something was observed: PRT-9 with PRT-14 as its address. Source: PRT[Observation-Location]. */
function placeOf(prt: Segment, conversion: Conversion): Reference | undefined {
  const named = location(prt.field(9).first, conversion, prt, 9);
  const address = xadToAddress(prt.field(14).first, conversion);
  if (!address) return named;
  const place = conversion.find("Location", named) ?? locationAt(prt, 14, conversion);
  place.address ??= address;
  return referenceTo(place as Draft);
}

function deviceOf(prt: Segment, { conversion }: State): Reference | undefined {
  const id = prt.field(10).first;
  const made = conversion.draft<Device>({
    resourceType: "Device",
    id: conversion.id("Device", ...eiIdentity(id)),
  });
  if (applyMap(prtDevice, prt, made, conversion)) return referenceTo(made);
  conversion.drop(made);
  return undefined;
}
