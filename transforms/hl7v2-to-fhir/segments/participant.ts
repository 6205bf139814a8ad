import type {
  Address,
  CareTeam,
  CareTeamParticipant,
  ContactPoint,
  Location,
  Organization,
  Practitioner,
  PractitionerRole,
  Reference,
  RelatedPerson,
} from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import type { ConceptMapName } from "../codesystems/concept-maps.ts";
import { referenceTo } from "../conversion.ts";
import type { Conversion, Draft } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { periodOf } from "../datatypes/dr-period.ts";
import { ei } from "../datatypes/ei-identifier.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime } from "../datatypes/primitives.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner, xcnIdentity, xcnToPerson } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { applyMap, isSame, rowsFor } from "../segment-map.ts";
import type { Row, SegmentMap, ValueOf } from "../segment-map.ts";
import type { State } from "../state.ts";

/** What PRT and ROL share: somebody in a role, from when to when, for whom and where. */

/** Where a segment has what. */
export interface ParticipantFields {
  readonly role: number;
  readonly person: number;
  readonly reason: number;
  readonly specialty: number;
  readonly unitType: number;
  readonly organization: number;
  readonly location: number;
  readonly start: number;
  readonly end: number;
  readonly duration: number;
  readonly address: number;
  readonly telecom: number;
}

/** A segment that tells of a participant, and how its codes are read. */
export interface ParticipantSegment {
  readonly fields: ParticipantFields;
  /** Code of the role: the guide's concept map and the HL7 table. */
  readonly role: readonly [map: ConceptMapName, table: string];
  readonly specialtyTable?: string;
  readonly telecom: ValueOf<ContactPoint>;
  /** Fields that only a PractitionerRole has room for. */
  readonly needsRole: readonly number[];
}

const role = rowsFor<PractitionerRole>();
const team = rowsFor<CareTeamParticipant>();
const related = rowsFor<RelatedPerson>();

type RowsByField<T> = Record<number, Row<T> | readonly Row<T>[]>;

/** Rows of a PractitionerRole. */
export function practitionerRoleRows(source: ParticipantSegment): RowsByField<PractitionerRole> {
  const { fields } = source;
  return {
    1: role.each("identifier", ei()),
    [fields.reason]: role.kept("valueCodeableConcept", cwe()),
    [fields.role]: role.each("code", cwe(...source.role)),
    [fields.person]: role.one("practitioner", practitioner),
    [fields.start]: role.one("period.start", dateTime),
    [fields.end]: role.rule("period.end", (field, target, conversion) => {
      const period = periodOf(target.period?.start, conversion.dateTime(field.value));
      if (period?.end) target.period = period;
      return period?.end !== undefined;
    }),
    [fields.duration]: role.kept("valueCodeableConcept", cwe()),
    [fields.specialty]: role.each("specialty", cwe(undefined, source.specialtyTable)),
    [fields.unitType]: role.rule("organization.type", unitTypeOf(fields)),
    [fields.address]: role.rule("practitioner.address", (field, target, conversion, segment) => {
      const who = conversion.find("Practitioner", target.practitioner);
      let hasAny = false;
      for (const repetition of field.repetitions) {
        const kind = repetition.component(7).value;
        const address = xadToAddress(repetition, conversion);
        if (!address) continue;
        const employer = organizationOf(segment, fields, conversion);
        if (ORGANIZATIONS.has(kind) && employer) addAddress(employer, address);
        else if (WORKPLACES.has(kind)) placeOf(segment, fields, address, target, conversion);
        else if (who) addAddress(who, address);
        else if (employer) addAddress(employer, address);
        else continue;
        hasAny = true;
      }
      return hasAny;
    }),
    [fields.telecom]: role.each("telecom", source.telecom),
    [fields.location]: role.each("location", location),
    [fields.organization]: role.one("organization", organization),
  };
}

/** Codes of table 0190 for the address of a workplace, and for that of a firm. Source: ROL[Patient-GeneralPractitioner]. */
const WORKPLACES: ReadonlySet<string> = new Set(["M", "O", "S", "SH", "TM"]);
const ORGANIZATIONS: ReadonlySet<string> = new Set(["B", "BI", "L"]);

/**
 * Rows of a member of a care team, where the member is a person or an organization. Invariant ctm-1: only a
 * Practitioner acts on behalf of somebody.
 */
export function careTeamRows(source: ParticipantSegment): RowsByField<CareTeamParticipant> {
  const { fields } = source;
  const unitType = team.rule("onBehalfOf.type", unitTypeOf(fields));
  return {
    [fields.role]: team.each("role", cwe(...source.role)),
    [fields.start]: team.one("period.start", dateTime),
    [fields.end]: team.one("period.end", dateTime),
    [fields.organization]: team.rule("onBehalfOf", (field, target, conversion, segment) => {
      const made = organization(field.first, conversion, segment, fields.organization);
      if (!made) return false;
      if (isRole(target.member)) return true;
      if (target.member) target.onBehalfOf = made;
      else target.member = made;
      return true;
    }),
    [fields.unitType]: team.rule("onBehalfOf.type", (field, target, ...rest) =>
      isRole(target.member) ? true : unitType.apply(field, target, ...rest),
    ),
    [fields.address]: team.rule("member.address", (field, target, conversion, segment) => {
      if (isRole(target.member)) return true;
      const address = field.repetitions.flatMap((each) => xadToAddress(each, conversion) ?? []);
      const owner = ownerOf(segment, fields, target, conversion);
      for (const each of address) if (owner) addAddress(owner, each);
      return address.length > 0 && owner !== undefined;
    }),
    [fields.telecom]: team.rule("member.telecom", (field, target, conversion, segment) => {
      if (isRole(target.member)) return true;
      const owner = ownerOf(segment, fields, target, conversion);
      const points = field.repetitions.flatMap(
        (each) => source.telecom(each, conversion, segment, fields.telecom) ?? [],
      );
      for (const each of points) if (owner) addTelecom(owner, each);
      return points.length > 0 && owner !== undefined;
    }),
  };
}

/** Rows of a RelatedPerson. */
export function relatedPersonRows(source: ParticipantSegment): RowsByField<RelatedPerson> {
  const { fields } = source;
  return {
    1: related.each("identifier", ei()),
    [fields.reason]: related.kept("valueCodeableConcept", cwe()),
    [fields.role]: related.each("relationship", cwe(...source.role)),
    [fields.person]: related.rule("name", (field, target, conversion) => {
      const person = xcnToPerson(field.first, conversion);
      if (person?.name) target.name = person.name;
      if (person?.identifier) {
        target.identifier = [...(target.identifier ?? []), ...person.identifier];
      }
      return person !== undefined;
    }),
    [fields.specialty]: related.kept("valueCodeableConcept", cwe(undefined, source.specialtyTable)),
    [fields.unitType]: related.kept("valueCodeableConcept", cwe(undefined, "0406")),
    [fields.organization]: related.kept("valueReference", organization),
    [fields.location]: related.kept("valueReference", location),
    [fields.start]: related.one("period.start", dateTime),
    [fields.end]: related.one("period.end", dateTime),
    [fields.duration]: related.kept("valueCodeableConcept", cwe()),
    [fields.address]: related.each("address", xadToAddress),
    [fields.telecom]: related.each("telecom", source.telecom),
  };
}

/** The role of somebody, or undefined when the segment names neither a person nor an organization. */
export function practitionerRoleOf(
  segment: Segment,
  { fields }: ParticipantSegment,
  map: SegmentMap<PractitionerRole>,
  { conversion }: State,
): Draft<PractitionerRole> | undefined {
  const who = segment.field(fields.person).first;
  if (who.isEmpty && segment.field(fields.organization).isEmpty) return undefined;
  const made = conversion.draft<PractitionerRole>({
    resourceType: "PractitionerRole",
    id: conversion.id(
      "PractitionerRole",
      segment.name,
      ...xcnIdentity(who, conversion),
      segment.field(fields.role).value,
      segment.field(fields.organization).text,
      segment.field(fields.location).text,
      segment.field(fields.start).value,
    ),
  });
  if (["DE", "D"].includes(segment.field(2).value)) made.active = false;
  if (applyMap(map, segment, made, conversion)) return made;
  conversion.drop(made);
  return undefined;
}

/** Somebody who is related to the patient. Identity: the patient, the person and the relationship. */
export function relatedPersonOf(
  segment: Segment,
  { fields }: ParticipantSegment,
  map: SegmentMap<RelatedPerson>,
  { conversion, patientReference }: State,
): void {
  const who = segment.field(fields.person).first;
  if (!patientReference || who.isEmpty) return;
  const person = conversion.draft<RelatedPerson>({
    resourceType: "RelatedPerson",
    id: conversion.id(
      "RelatedPerson",
      patientReference.reference ?? "",
      ...xcnIdentity(who, conversion),
      segment.field(fields.role).value,
    ),
    patient: patientReference,
  });
  if (!applyMap(map, segment, person, conversion)) conversion.drop(person);
}

/** Tables whose codes name a relationship to the patient, and no role of a professional. */
const RELATIONSHIPS: ReadonlySet<string> = new Set(["HL70063", "HL70131", "0063", "0131"]);

/** Whether the role says how somebody is related to the patient. */
export function isRelationship(segment: Segment, { fields }: ParticipantSegment): boolean {
  return RELATIONSHIPS.has(segment.field(fields.role).component(3).value.toUpperCase());
}

/**
 * Adds somebody to the patient's care team: the Practitioner, or the organization where no person is named; the
 * PractitionerRole where the segment says more than those have room for. Source: PRT[CareTeam], ROL[CareTeam].
 */
export function addToCareTeam(
  segment: Segment,
  source: ParticipantSegment,
  map: SegmentMap<CareTeamParticipant>,
  makeRole: () => Draft<PractitionerRole> | undefined,
  state: State,
): void {
  const { conversion } = state;
  const { fields, needsRole } = source;
  const who = segment.field(fields.person).first;
  const hasMore = needsRole.some((field) => !segment.field(field).isEmpty);
  const made = hasMore ? makeRole() : undefined;
  const member = made ? referenceTo(made) : practitioner(who, conversion, segment, fields.person);
  const participant: CareTeamParticipant = member ? { member } : {};
  const careTeam = careTeamOf(state);
  applyMap(map, segment, participant, conversion, { resource: careTeam, element: "participant" });
  if (!participant.member) {
    if (!careTeam.participant) conversion.drop(careTeam);
    return;
  }
  conversion.marks.mapped(segment, fields.person, "participant.member", careTeam);
  const reason = cwe()(segment.field(fields.reason).first, conversion, segment, fields.reason);
  if (reason && !made) {
    if (!careTeam.reasonCode?.some((other) => isSame(other, reason))) {
      (careTeam.reasonCode ??= []).push(reason);
    }
    conversion.marks.mapped(segment, fields.reason, "reasonCode", careTeam);
  }
  (careTeam.participant ??= []).push(participant);
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

function organizationOf(
  segment: Segment,
  fields: ParticipantFields,
  conversion: Conversion,
): Organization | undefined {
  const { first } = segment.field(fields.organization);
  return conversion.find(
    "Organization",
    organization(first, conversion, segment, fields.organization),
  );
}

/** The kind of the organization; without an organization to be the kind of, it is kept. */
function unitTypeOf<T extends object>(fields: ParticipantFields): Row<T>["apply"] {
  const kept = rowsFor<T>().kept("valueCodeableConcept", cwe(undefined, "0406"));
  return (field, target, conversion, segment, position) => {
    const type = cwe("ParticipantOrganizationUnitType", "0406")(
      field.first,
      conversion,
      segment,
      position,
    );
    const made = organizationOf(segment, fields, conversion);
    if (!type || !made) return kept.apply(field, target, conversion, segment, position);
    made.type ??= [type];
    return true;
  };
}

/** Whose address and number a member of a care team has: the person's, else the organization's. */
function ownerOf(
  segment: Segment,
  fields: ParticipantFields,
  { member }: CareTeamParticipant,
  conversion: Conversion,
): Practitioner | Organization | undefined {
  return conversion.find("Practitioner", member) ?? organizationOf(segment, fields, conversion);
}

/** A PractitionerRole has its own organization, telecoms and places. */
const isRole = (member: Reference | undefined): boolean =>
  member?.reference?.startsWith("PractitionerRole/") === true;

/** The place of work that an address belongs to: the one that the segment names, else one that has only the address. */
function placeOf(
  segment: Segment,
  fields: ParticipantFields,
  address: Address,
  target: PractitionerRole,
  conversion: Conversion,
): void {
  const named = location(
    segment.field(fields.location).first,
    conversion,
    segment,
    fields.location,
  );
  const place: Location =
    conversion.find("Location", named) ?? locationAt(segment, fields.address, conversion);
  place.address ??= address;
  const reference = referenceTo(place as Draft);
  if (target.location?.some((other) => isSame(other, reference))) return;
  (target.location ??= []).push(reference);
}

/** A place of which only the address is known. */
export function locationAt(
  segment: Segment,
  field: number,
  conversion: Conversion,
): Draft<Location> {
  return conversion.draft<Location>({
    resourceType: "Location",
    id: conversion.id(
      "Location",
      conversion.message.header.sendingFacility,
      "address",
      segment.field(field).text,
    ),
  });
}

function addAddress(owner: Practitioner | Organization, address: Address): void {
  // Invariant org-2: an organization is not at home anywhere.
  if (owner.resourceType === "Organization" && address.use === "home") delete address.use;
  if (!owner.address?.some((other) => isSame(other, address))) {
    (owner.address ??= []).push(address);
  }
}

function addTelecom(owner: Practitioner | Organization, point: ContactPoint): void {
  if (owner.resourceType === "Organization" && point.use === "home") delete point.use;
  if (!owner.telecom?.some((other) => isSame(other, point))) (owner.telecom ??= []).push(point);
}
