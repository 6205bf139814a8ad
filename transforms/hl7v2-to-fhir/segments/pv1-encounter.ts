import type {
  Coding,
  Encounter,
  EncounterLocation,
  EncounterParticipant,
  Reference,
} from "fhir/r4";
import { fhirCode, resourceId } from "#lib/fhir";
import type { Field, Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { encounterClass, encounterStatus } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { authorityOf } from "../datatypes/hd-system.ts";
import { plToLocation } from "../datatypes/pl-location.ts";
import { xcnToPractitioners } from "../datatypes/xcn-practitioner.ts";

const ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/** Fields that name somebody, and as what. */
const PARTICIPANTS: readonly (readonly [field: number, code: string])[] = [
  [7, "ATND"],
  [8, "REF"],
  [9, "CON"],
  [17, "ADM"],
  [52, "PART"],
];

export interface EncounterOptions {
  /** What the trigger event says, where it says more than PV1 does. */
  readonly status?: Encounter["status"];
  /** End of the visit where PV1-45 is empty: when the event happened. */
  readonly endedAt?: string | undefined;
  readonly conditions?: readonly {
    readonly condition: Reference;
    readonly use: Coding | undefined;
    readonly rank: number | undefined;
  }[];
}

/** The id of the visit: PV1-19, else PID-18, else patient and time of admission, else the message. */
export function encounterId(
  pv1: Segment,
  pid: Segment,
  patient: Reference,
  conversion: Conversion,
): string {
  for (const field of [pv1.field(19), pid.field(18)]) {
    if (field.value === "") continue;
    const authority = authorityOf(field.component(4)) || conversion.message.header.sendingFacility;
    return resourceId("Encounter", authority, field.value);
  }
  const admittedAt = pv1.field(44).value;
  return admittedAt === ""
    ? resourceId("Encounter", patient.reference ?? "", ...conversion.messageIdentity)
    : resourceId("Encounter", patient.reference ?? "", admittedAt);
}

/** Maps PV1 to Encounter. Source: HL7 v2-to-FHIR, PV1[Encounter]. */
export function pv1ToEncounter(
  pv1: Segment,
  pid: Segment,
  patient: Reference,
  conversion: Conversion,
  options: EncounterOptions = {},
): Reference {
  const patientClass = fhirCode(pv1.field(2).value.toUpperCase());
  const end = conversion.dateTime(pv1.field(45).value) ?? options.endedAt;
  const encounter: Encounter = {
    resourceType: "Encounter",
    id: encounterId(pv1, pid, patient, conversion),
    identifier: identifiers(pv1),
    status:
      options.status ??
      (end === undefined
        ? ((encounterStatus[patientClass] ?? "in-progress") as Encounter["status"])
        : "finished"),
    class: classOf(patientClass),
    subject: patient,
    participant: participants(pv1, conversion),
    period: { start: conversion.dateTime(pv1.field(44).value) ?? "", end: end ?? "" },
    diagnosis: (options.conditions ?? []).map(({ condition, use, rank }) => ({
      condition,
      ...(use ? { use: { coding: [use] } } : {}),
      ...(rank === undefined ? {} : { rank }),
    })),
    location: locations(pv1, patientClass, conversion),
    ...hospitalization(pv1),
  };
  const type = cweToCodeableConcept(pv1.field(4).first, hl7Table("0007"));
  if (type) encounter.type = [type];
  const serviceType = cweToCodeableConcept(pv1.field(10).first, hl7Table("0069"));
  if (serviceType) encounter.serviceType = serviceType;
  return conversion.add(encounter);
}

function identifiers(pv1: Segment): NonNullable<Encounter["identifier"]> {
  const visit = cxToIdentifier(pv1.field(19).first);
  const type = { coding: [{ system: hl7Table("0203"), code: "VN" }] };
  return [
    ...(visit ? [{ ...visit, type }] : []),
    ...pv1.field(50).repetitions.flatMap((cx) => cxToIdentifier(cx) ?? []),
  ];
}

/** Encounter.class is required; without PV1-2 it is said to be unknown. */
function classOf(patientClass: string): Coding {
  const code = encounterClass[patientClass];
  if (code !== undefined) return { system: ACT_CODE, code };
  return { system: hl7Table("0004"), code: patientClass || "U" };
}

function participants(pv1: Segment, conversion: Conversion): EncounterParticipant[] {
  return PARTICIPANTS.flatMap(([field, code]) =>
    xcnToPractitioners(pv1.field(field), conversion).map((individual) => ({
      type: [{ coding: [{ system: PARTICIPATION, code }] }],
      individual,
    })),
  );
}

function locations(
  pv1: Segment,
  patientClass: string,
  conversion: Conversion,
): EncounterLocation[] {
  const current = patientClass === "P" ? "planned" : "active";
  return (
    [
      [3, current],
      [6, "completed"],
      [11, "active"],
      [42, "reserved"],
    ] as const
  ).flatMap(([field, status]) => {
    const location = plToLocation(pv1.field(field).first, conversion);
    return location ? [{ location, status }] : [];
  });
}

function hospitalization(pv1: Segment): Pick<Encounter, "hospitalization"> {
  const one = (field: Field, table: string) => cweToCodeableConcept(field.first, hl7Table(table));
  const many = (field: Field, table: string) =>
    field.repetitions.flatMap((cwe) => cweToCodeableConcept(cwe, hl7Table(table)) ?? []);
  const preAdmission = cxToIdentifier(pv1.field(5).first);
  const reAdmission = one(pv1.field(13), "0092");
  const admitSource = one(pv1.field(14), "0023");
  const disposition = one(pv1.field(36), "0112");
  return {
    hospitalization: {
      ...(preAdmission ? { preAdmissionIdentifier: preAdmission } : {}),
      ...(admitSource ? { admitSource } : {}),
      ...(reAdmission ? { reAdmission } : {}),
      dietPreference: many(pv1.field(38), "0114"),
      specialArrangement: many(pv1.field(15), "0009"),
      specialCourtesy: many(pv1.field(16), "0099"),
      ...(disposition ? { dischargeDisposition: disposition } : {}),
    },
  };
}
