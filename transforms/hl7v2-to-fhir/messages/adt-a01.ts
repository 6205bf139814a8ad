import type { Encounter, Patient, Reference } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { al1ToAllergyIntolerance } from "../segments/al1-allergyintolerance.ts";
import { dg1ToCondition } from "../segments/dg1-condition.ts";
import { in1ToCoverage } from "../segments/in1-coverage.ts";
import { nk1ToRelatedPerson } from "../segments/nk1-relatedperson.ts";
import { obxToObservation } from "../segments/obx-observation.ts";
import { pidToPatient } from "../segments/pid-patient.ts";
import { encounterId, pv1ToEncounter } from "../segments/pv1-encounter.ts";

export interface VisitOptions {
  /** What the trigger event says of the visit, where PV1 does not. */
  readonly status?: Encounter["status"];
  readonly endedAt?: string | undefined;
  readonly links?: Patient["link"];
}

/**
 * ADT_A01, for the events A01, A04, A08 and A13, and the base of the other ADT maps: patient, next of kin,
 * allergies, visit with its diagnoses, observations, insurance.
 *
 * A08 may say how the visit stands only by PV1; A13 (cancel discharge) puts it in progress again.
 * Source: HL7 v2-to-FHIR, message map ADT_A01.
 */
export function adtA01(pid: Segment, conversion: Conversion, options: VisitOptions = {}): void {
  const { message } = conversion;
  const patient = pidToPatient(pid, conversion, options.links);
  for (const nk1 of message.segmentsNamed("NK1")) nk1ToRelatedPerson(nk1, patient, conversion);
  for (const al1 of message.segmentsNamed("AL1")) {
    al1ToAllergyIntolerance(al1, patient, conversion);
  }
  const encounter = visit(pid, patient, conversion, options);
  observations(patient, encounter, conversion);
  for (const in1 of message.segmentsNamed("IN1")) in1ToCoverage(in1, patient, conversion);
}

/** A visit is there when PV1 is, unless its class N says that there is none. */
function visit(
  pid: Segment,
  patient: Reference,
  conversion: Conversion,
  options: VisitOptions,
): Reference | undefined {
  const { message } = conversion;
  const pv1 = message.segment("PV1");
  const hasVisit = pv1 && pv1.field(2).value !== "N";
  const id = hasVisit ? encounterId(pv1, pid, patient, conversion) : undefined;
  const reference = id === undefined ? undefined : { reference: `Encounter/${id}` };
  // Conditions first: the visit refers to them, and they refer to it by its id.
  const conditions = message
    .segmentsNamed("DG1")
    .flatMap((dg1) => dg1ToCondition(dg1, patient, reference, conversion) ?? []);
  if (!hasVisit) return undefined;
  return pv1ToEncounter(pv1, pid, patient, conversion, { ...options, conditions });
}

function observations(
  patient: Reference,
  encounter: Reference | undefined,
  conversion: Conversion,
): void {
  const seen = new Map<string, number>();
  for (const obx of conversion.message.segmentsNamed("OBX")) {
    const key = `${obx.field(3).text}|${obx.field(4).text}`;
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    obxToObservation(
      obx,
      {
        patient,
        encounter,
        parentId: encounter?.reference ?? patient.reference ?? "",
        request: undefined,
        effectiveAt: "",
        notes: [],
        occurrence,
      },
      conversion,
    );
  }
}
