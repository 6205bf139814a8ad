import type { Coding, Coverage, Encounter, EncounterParticipant, Flag, Patient } from "fhir/r4";
import { fhirCode } from "#lib/fhir";
import type { Repetition, Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { mapCode } from "../codesystems/concept-maps.ts";
import { encounterClass } from "../codesystems/tables.ts";
import { referenceTo } from "../conversion.ts";
import type { Conversion, Draft } from "../conversion.ts";
import { codeOf, concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxOfType, cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { isBefore } from "../datatypes/dr-period.ts";
import { authorityOf } from "../datatypes/hd-uri.ts";
import { subcomponentsOf } from "../datatypes/parts.ts";
import { location } from "../datatypes/pl-location.ts";
import { date, dateTime, decimal } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { ValueOf } from "../segment-map.ts";
import type { State } from "../state.ts";
import { pv1ToEncounterHistory } from "./pv1-basic.ts";
import { pv1ToEpisodeOfCare } from "./pv1-episodeofcare.ts";

const ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

const { each, one, rule, kept } = rowsFor<Encounter>();
const patientRows = rowsFor<Patient>();
const coverageRows = rowsFor<Coverage>();
const flagRows = rowsFor<Flag>();

/** Somebody who takes part in the visit. */
export function participant(code: keyof typeof PARTICIPANTS): ValueOf<EncounterParticipant> {
  return (xcn, conversion, segment, position) => {
    const individual = practitioner(xcn, conversion, segment, position);
    if (!individual) return undefined;
    const coding = { system: PARTICIPATION, code, ...(code === "ATND" ? ATTENDER : {}) };
    return { type: [{ coding: [coding], text: PARTICIPANTS[code] }], individual };
  };
}

const PARTICIPANTS = {
  ATND: "attender",
  REF: "referrer",
  CON: "consultant",
  ADM: "admitter",
  PART: "Participation",
} as const;

/** The guide gives a display to this code alone. */
const ATTENDER = { display: "attender" };

const TEMPORARY = {
  url: "http://hl7.org/fhir/StructureDefinition/subject-locationClassification",
  valueCodeableConcept: { coding: [{ code: "temporary" }] },
};

type PlaceStatus = "active" | "completed" | "planned" | "reserved";

/** A place of the visit. PV1-3 is planned where the class of the patient says that the visit is. */
export function place(status: PlaceStatus): ValueOf<NonNullable<Encounter["location"]>[number]> {
  return (pl, conversion, segment, position) => {
    const reference = location(pl, conversion, segment, position);
    const isPlanned = position === 3 && segment.field(2).value === "P";
    if (!reference) return undefined;
    const isTemporary = position === 11;
    return {
      ...(isTemporary ? { extension: [TEMPORARY] } : {}),
      location: reference,
      status: isPlanned ? "planned" : status,
    };
  };
}

/** Source: HL7 v2-to-FHIR, PV1[Encounter]; billing is kept under the names of the fields. */
export const pv1Encounter = segmentMap<Encounter>(
  "PV1[Encounter]",
  {
    2: one("class", classOf),
    3: each("location", place("active")),
    4: each("type", cwe("AdmissionType", "0007")),
    5: one("hospitalization.preAdmissionIdentifier", cxToIdentifier),
    6: each("location", place("completed")),
    7: each("participant", participant("ATND")),
    8: each("participant", participant("REF")),
    9: each("participant", participant("CON")),
    10: one("serviceType", cwe("HospitalService", "0069")),
    11: each("location", place("active")),
    12: kept("valueCodeableConcept", cwe(undefined, "0087")),
    13: one("hospitalization.reAdmission", cwe("ReadmissionIndicator", "0092")),
    14: one("hospitalization.admitSource", cwe(undefined, "0023")),
    15: each("hospitalization.specialArrangement", cwe("AmbulatoryStatus", "0009")),
    16: each("hospitalization.specialCourtesy", cwe("VIPIndicator", "0099")),
    17: each("participant", participant("ADM")),
    18: kept("valueCodeableConcept", cwe(undefined, "0018")),
    19: each("identifier", cxOfType("VN", "visit number")),
    21: kept("valueCodeableConcept", cwe(undefined, "0032")),
    22: kept("valueCodeableConcept", cwe(undefined, "0045")),
    23: kept("valueCodeableConcept", cwe(undefined, "0046")),
    24: kept("valueCodeableConcept", cwe(undefined, "0044")),
    25: kept("valueDate", date),
    26: kept("valueDecimal", decimal),
    27: kept("valueDecimal", decimal),
    28: kept("valueCodeableConcept", cwe(undefined, "0073")),
    29: kept("valueCodeableConcept", cwe(undefined, "0110")),
    30: kept("valueDate", date),
    31: kept("valueCodeableConcept", cwe(undefined, "0021")),
    32: kept("valueDecimal", decimal),
    33: kept("valueDecimal", decimal),
    34: kept("valueCodeableConcept", cwe(undefined, "0111")),
    35: kept("valueDate", date),
    36: one("hospitalization.dischargeDisposition", cwe("DischargeDisposition", "0112")),
    37: one("hospitalization.destination", (dld, conversion) => {
      const type = concept(subcomponentsOf(dld.component(1)), undefined, "0113");
      const name = type?.text ?? type?.coding?.[0]?.display ?? type?.coding?.[0]?.code;
      if (!type || name === undefined) return undefined;
      const { sendingFacility } = conversion.message.header;
      return conversion.add({
        resourceType: "Location",
        id: conversion.id("Location", sendingFacility, "discharged-to", dld.value || name),
        name,
        type: [type],
      });
    }),
    38: each("hospitalization.dietPreference", cwe("DietType", "0114")),
    39: rule("serviceProvider", (field, target, conversion) => {
      const name = field.value;
      if (name === "") return false;
      const { sendingFacility } = conversion.message.header;
      target.serviceProvider ??= conversion.add({
        resourceType: "Organization",
        id: conversion.id("Organization", sendingFacility, "servicing", name),
        identifier: [{ value: name }],
        name,
      });
      return true;
    }),
    40: rule("location.operationalStatus", (field, target, conversion) => {
      const status = mapCode("BedStatus", field.value);
      const bed = conversion.find("Location", target.location?.[0]?.location);
      if (!status || !bed) return false;
      bed.operationalStatus = { ...status };
      return true;
    }),
    41: kept("valueCodeableConcept", cwe(undefined, "0117")),
    42: each("location", place("reserved")),
    44: one("period.start", dateTime),
    45: one("period.end", dateTime),
    46: kept("valueDecimal", decimal),
    47: kept("valueDecimal", decimal),
    48: kept("valueDecimal", decimal),
    49: kept("valueDecimal", decimal),
    50: each("identifier", cxToIdentifier),
    51: kept("valueCodeableConcept", cwe(undefined, "0326")),
    52: each("participant", participant("PART")),
  },
  { 1: SET_ID },
);

/** Source: none in the guide, which has no element for it: a Flag of the visit. */
export const pv1Flag = segmentMap<Flag>("PV1[Flag]", {
  16: flagRows.one("code", cwe("VIPIndicator", "0099")),
});

/** A person is important, whichever the visit. Source: HL7 v2-to-FHIR, PV1[Patient]. */
export const pv1Patient = segmentMap<Patient>("PV1[Patient]", {
  16: patientRows.extension(
    "http://hl7.org/fhir/StructureDefinition/patient-importance",
    "valueCodeableConcept",
    cwe("VIPIndicator", "0099"),
  ),
});

/** Source: HL7 v2-to-FHIR, PV1[Coverage]. */
export const pv1Coverage = segmentMap<Coverage>("PV1[Coverage]", {
  20: coverageRows.one("type", (fc) =>
    concept(subcomponentsOf(fc.component(1)), "FinancialClass", "0064"),
  ),
});

/** Starts the visit of a PV1, unless its class N says that there is none. */
export function pv1(segment: Segment, state: State): void {
  const { conversion, patient, patientReference } = state;
  state.pv1 = segment;
  if (patient) applyMap(pv1Patient, segment, patient, conversion);
  if (segment.field(2).value === "N" && segment.field(19).value === "") {
    conversion.marks.ignored(segment, 2, "the class says that there is no visit");
    return;
  }
  const { status } = state.event;
  const encounter = conversion.draft<Encounter>({
    resourceType: "Encounter",
    id: encounterId(segment, state),
    ...({} as { status: Encounter["status"]; class: Coding }),
    ...(status ? { status } : {}),
    ...(patientReference ? { subject: patientReference } : {}),
  });
  state.encounter = encounter;
  state.slots.owner = encounter;
  applyMap(pv1Encounter, segment, encounter, conversion);
  finishPeriod(encounter, segment, state);
  if (state.account) encounter.account = [referenceTo(state.account)];
  pv1ToEpisodeOfCare(segment, encounter, state);
  pv1ToEncounterHistory(segment, encounter, state);
  financialClass(segment, state);
  flag(segment, encounter, state);
}

/** A VIP is flagged for those who open the visit. Identity: the visit. */
function flag(segment: Segment, encounter: Draft<Encounter>, state: State): void {
  const { conversion, patientReference } = state;
  if (segment.field(16).value === "" || !patientReference) return;
  const made = conversion.draft<Flag>({
    resourceType: "Flag",
    id: conversion.id("Flag", "VIP", encounter.id),
    status: "active",
    category: [codeOf("http://terminology.hl7.org/CodeSystem/flag-category", "admin")],
    ...({} as { code: Flag["code"] }),
    subject: patientReference,
    encounter: referenceTo(encounter),
  });
  applyMap(pv1Flag, segment, made, conversion);
  made.code ??= { text: "VIP" };
}

/** The status: what the event says, else finished at PV1-45, else what the class of the patient says. */
function finishPeriod(encounter: Draft<Encounter>, segment: Segment, state: State): void {
  if (state.event.undo === "end") delete encounter.period?.end;
  const { period } = encounter;
  if (state.event.ends && !period?.end) {
    const end = state.happenedAt;
    if (end !== undefined) encounter.period = { ...period, end };
  }
  // Whoever was discharged is in progress no longer.
  if (encounter.status === "in-progress" && encounter.period?.end) encounter.status = "finished";
  encounter.status ??= encounter.period?.end
    ? "finished"
    : ((mapCode("PatientClass[EncounterStatus]", segment.field(2).value.toUpperCase())
        ?.code as Encounter["status"]) ?? "in-progress");
  const { start, end } = encounter.period ?? {};
  // Invariant per-1. A visit that ends before it begins cannot be told apart from a mistake.
  if (start && end && isBefore(end, start)) encounter.period = { start };
}

function financialClass(segment: Segment, state: State): void {
  const { conversion, patientReference } = state;
  if (segment.field(20).value === "" || !patientReference) return;
  const coverage = conversion.draft<Coverage>({
    resourceType: "Coverage",
    id: conversion.id(
      "Coverage",
      patientReference.reference ?? "",
      "class",
      segment.field(20).value,
    ),
    status: "active",
    beneficiary: patientReference,
    // FHIR demands a payor; the financial class names none, so the patient stands for it.
    payor: [patientReference],
  });
  applyMap(pv1Coverage, segment, coverage, conversion);
}

/**
 * The id of the visit: PV1-19, else PID-18, else PV1-50, else patient and time of admission, else the place in the
 * message.
 */
export function encounterId(pv1: Segment, state: State): string {
  const { conversion, pid, patientReference } = state;
  for (const field of [pv1.field(19), pid?.field(18), pv1.field(50)]) {
    if (!field || field.value === "") continue;
    return conversion.id("Encounter", authorityOf(field.component(4), conversion), field.value);
  }
  const patient = patientReference?.reference ?? "";
  const admittedAt = pv1.field(44).value;
  return admittedAt === ""
    ? conversion.id("Encounter", patient, ...conversion.placeIdentity(pv1))
    : conversion.id("Encounter", patient, admittedAt);
}

/** The id that a visit number (MRG-5, for example) stands for. */
export function encounterIdOf(cx: Repetition, conversion: Conversion): string {
  return conversion.id("Encounter", authorityOf(cx.component(4), conversion), cx.value);
}

/** Encounter.class is required; a class that v3-ActCode does not have keeps its v2-0004 code. */
function classOf(repetition: Repetition): Coding | undefined {
  const own = fhirCode(repetition.value.toUpperCase());
  if (own === "") return undefined;
  const code = encounterClass[own];
  return code === undefined ? { system: hl7Table("0004"), code: own } : { system: ACT_CODE, code };
}
