import type {
  CareTeamParticipant,
  ContactPoint,
  Device,
  FhirResource,
  PractitionerRole,
  Reference,
  RelatedPerson,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { codeOf, concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { periodOf } from "../datatypes/dr-period.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, text } from "../datatypes/primitives.ts";
import { pln } from "../datatypes/pln-identifier.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner, xcnIdentity, xcnToPerson } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { ACTION_ONLY, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { ValueOf } from "../segment-map.ts";
import type { State } from "../state.ts";
import { careTeamOf } from "./rol-careteam.ts";

const role = rowsFor<PractitionerRole>();
const related = rowsFor<RelatedPerson>();
const device = rowsFor<Device>();
const team = rowsFor<CareTeamParticipant>();

const PREFERRED = "http://hl7.org/fhir/StructureDefinition/iso21090-preferred";

/** What PRT-23 (table 0185) prefers: B beeper, C cell, E e-mail, F fax, H home, O office. */
const isPreferred: Readonly<Record<string, (point: ContactPoint) => boolean>> = {
  B: ({ system }) => system === "pager",
  C: ({ use }) => use === "mobile",
  E: ({ system }) => system === "email",
  F: ({ system }) => system === "fax",
  H: ({ use }) => use === "home",
  O: ({ use }) => use === "work",
};

/** PRT-15, where PRT-23 says which one is preferred. */
const telecom: ValueOf<ContactPoint> = (repetition, conversion, segment, position) => {
  const point = xtn()(repetition, conversion, segment, position);
  if (!point || !isPreferred[segment.field(23).value]?.(point)) return point;
  return {
    ...point,
    extension: [...(point.extension ?? []), { url: PREFERRED, valueBoolean: true }],
  };
};

/** Source: HL7 v2-to-FHIR, PRT[PractitionerRole]. */
export const prtPractitionerRole = segmentMap<PractitionerRole>(
  "PRT[PractitionerRole]",
  {
    1: role.each("identifier", ei()),
    3: role.kept("valueCodeableConcept", cwe()),
    4: role.each("code", cwe("Participation", "0912")),
    5: role.one("practitioner", practitioner),
    6: role.each("specialty", cwe()),
    7: role.rule("organization.type", (field, target, conversion, segment) => {
      const type = cwe("ParticipantOrganizationUnitType", "0406")(
        field.first,
        conversion,
        segment,
        7,
      );
      const made = conversion.find(
        "Organization",
        organization(segment.field(8).first, conversion, segment, 8),
      );
      if (!type || !made || target === undefined) return false;
      made.type ??= [type];
      return true;
    }),
    8: role.one("organization", organization),
    9: role.each("location", location),
    11: role.one("period.start", dateTime),
    12: role.rule("period.end", (field, target, conversion) => {
      const period = periodOf(target.period?.start, conversion.dateTime(field.value));
      if (period?.end) target.period = period;
      return period?.end !== undefined;
    }),
    13: role.kept("valueCodeableConcept", cwe()),
    14: role.rule("practitioner.address", (field, target, conversion) => {
      const who = conversion.find("Practitioner", target.practitioner);
      const address = field.repetitions.flatMap((each) => xadToAddress(each, conversion) ?? []);
      if (!who || address.length === 0) return false;
      who.address ??= address;
      return true;
    }),
    15: role.each("telecom", telecom),
    23: role.rule("telecom.extension", (field) => isPreferred[field.value] !== undefined),
    24: role.each("identifier", pln),
  },
  { 2: ACTION_ONLY },
);

/** Source: HL7 v2-to-FHIR, PRT[RelatedPerson]. */
export const prtRelatedPerson = segmentMap<RelatedPerson>(
  "PRT[RelatedPerson]",
  {
    1: related.each("identifier", ei()),
    4: related.each("relationship", cwe("Participation", "0912")),
    5: related.rule("name", (field, target, conversion) => {
      const person = xcnToPerson(field.first, conversion);
      if (person) Object.assign(target, person);
      return person !== undefined;
    }),
    11: related.one("period.start", dateTime),
    12: related.one("period.end", dateTime),
    14: related.each("address", xadToAddress),
    15: related.each("telecom", telecom),
    23: related.rule("telecom.extension", (field) => isPreferred[field.value] !== undefined),
    24: related.each("identifier", pln),
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

/** Source: HL7 v2-to-FHIR, PRT[CareTeam]. */
export const prtCareTeam = segmentMap<CareTeamParticipant>("PRT[CareTeam]", {
  4: team.each("role", cwe("Participation", "0912")),
  8: team.one("onBehalfOf", organization),
  11: team.one("period.start", dateTime),
  12: team.one("period.end", dateTime),
});

/** A participation: what it becomes depends on what it stands under and on PRT-4 (table 0912). */
export function prt(segment: Segment, state: State): void {
  const { conversion, slots, patient, encounter } = state;
  const { owner } = slots;
  const code = segment.field(4).value;
  if (owner?.resourceType === "Observation") {
    ofObservation(segment, owner, state);
    return;
  }
  if (!segment.field(10).isEmpty) deviceOf(segment, state);
  if (owner?.resourceType === "Patient" && patient) {
    if (code === "PP") {
      const made = roleOf(segment, state);
      if (made) (patient.generalPractitioner ??= []).push(referenceTo(made));
    } else if (PROFESSIONAL.has(code)) {
      const made = roleOf(segment, state);
      if (!made) return;
      const careTeam = careTeamOf(state);
      const participant: CareTeamParticipant = { member: referenceTo(made) };
      const resource = careTeam;
      applyMap(prtCareTeam, segment, participant, conversion, { resource, element: "participant" });
      // Invariant ctm-1: only a Practitioner acts on behalf of somebody; a PractitionerRole names its organization.
      delete participant.onBehalfOf;
      (careTeam.participant ??= []).push(participant);
    } else relatedOf(segment, state);
    return;
  }
  const made = roleOf(segment, state);
  if (!made) return;
  const reference = referenceTo(made);
  if (owner?.resourceType === "Encounter" && encounter) {
    const type = concept(componentsOf(segment.field(4).first), "Participation", "0912");
    (encounter.participant ??= []).push({
      ...(type ? { type: [type] } : {}),
      individual: reference,
    });
  } else ofOrder(code, reference, owner, state);
}

/** Codes of table 0912 that name professionals. Source: message map ADT_A01. */
const PROFESSIONAL: ReadonlySet<string> = new Set(
  "AD AP ARI AT CP FHCP OP PH PP PRI RP RT VP PO".split(" "),
);

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
  if (!prt.field(9).isEmpty) {
    const place = location(prt.field(9).first, conversion, prt, 9);
    if (place) {
      (observation.extension ??= []).push({
        url: "http://hl7.org/fhir/StructureDefinition/event-location",
        valueReference: place,
      });
      conversion.marks.mapped(prt, 9, "extension", observation);
    }
  }
  if (prt.field(5).isEmpty && prt.field(8).isEmpty) return;
  const made = roleOf(prt, state);
  if (made) (observation.performer ??= []).push(referenceTo(made));
}

/** OP orders, SC collects the specimen, ARI, TN and TR perform, PRI interprets. Source: message maps ORU_R01, OML_O21. */
function ofOrder(
  code: string,
  reference: Reference,
  owner: FhirResource | undefined,
  state: State,
): void {
  const { order } = state.slots;
  if (order?.immunization) {
    order.immunization.performer = [
      ...(order.immunization.performer ?? []),
      { function: codeOf(hl7Table("0443"), code === "AP" ? "AP" : "OP"), actor: reference },
    ];
    return;
  }
  if (code === "OP") {
    const target = order?.request ?? order?.medicationRequest;
    if (target) target.requester ??= reference;
    else state.pendingRequester = reference;
  } else if (order?.report && code === "PRI") {
    (order.report.resultsInterpreter ??= []).push(reference);
  } else if (order?.report && ["ARI", "TN", "TR"].includes(code)) {
    (order.report.performer ??= []).push(reference);
  } else if (code === "SC" && state.slots.specimen) {
    (state.slots.specimen.collection ??= {}).collector ??= reference;
  } else if (owner?.resourceType === "ServiceRequest") {
    (owner.performer ??= []).push(reference);
  }
}

function roleOf(prt: Segment, state: State): Draft<PractitionerRole> | undefined {
  const { conversion } = state;
  const who = prt.field(5).first;
  if (who.isEmpty && prt.field(8).isEmpty) return undefined;
  const made = conversion.draft<PractitionerRole>({
    resourceType: "PractitionerRole",
    id: conversion.id(
      "PractitionerRole",
      "PRT",
      ...xcnIdentity(who, conversion),
      prt.field(4).value,
      prt.field(8).text,
      prt.field(9).text,
      prt.field(11).value,
    ),
  });
  if (["DE", "D"].includes(prt.field(2).value)) made.active = false;
  if (applyMap(prtPractitionerRole, prt, made, conversion)) return made;
  conversion.drop(made);
  return undefined;
}

function relatedOf(prt: Segment, state: State): void {
  const { conversion, patientReference } = state;
  if (!patientReference || prt.field(5).isEmpty) return;
  const person = conversion.draft<RelatedPerson>({
    resourceType: "RelatedPerson",
    id: conversion.id(
      "RelatedPerson",
      patientReference.reference ?? "",
      ...xcnIdentity(prt.field(5).first, conversion),
      prt.field(4).value,
    ),
    patient: patientReference,
  });
  if (!applyMap(prtRelatedPerson, prt, person, conversion)) conversion.drop(person);
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
