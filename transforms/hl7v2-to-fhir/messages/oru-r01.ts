import type { Reference } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { nk1ToRelatedPerson } from "../segments/nk1-relatedperson.ts";
import { obrToDiagnosticReport } from "../segments/obr-diagnosticreport.ts";
import { obrToServiceRequest } from "../segments/obr-servicerequest.ts";
import { obxToObservation } from "../segments/obx-observation.ts";
import { pidToPatient } from "../segments/pid-patient.ts";
import { pv1ToEncounter } from "../segments/pv1-encounter.ts";
import { patientGroups } from "./patient-groups.ts";
import type { OrderGroup, PatientGroup } from "./patient-groups.ts";

/**
 * ORU_R01: for each patient the patient, the visit, and for each order group a request, its observations and a
 * report. An OBX belongs to the OBR that it stands under.
 *
 * Source: HL7 v2-to-FHIR, message map ORU_R01.
 */
export function oruR01(_pid: Segment, conversion: Conversion): void {
  for (const group of patientGroups(conversion.message)) {
    const { patient, encounter } = patientOf(group, conversion);
    for (const order of group.orders) result(order, patient, encounter, conversion);
  }
}

/** Patient, next of kin and visit of a group. */
export function patientOf(
  group: PatientGroup,
  conversion: Conversion,
): { readonly patient: Reference; readonly encounter: Reference | undefined } {
  const patient = pidToPatient(group.pid, conversion);
  for (const nk1 of group.nextOfKin) nk1ToRelatedPerson(nk1, patient, conversion);
  const { pv1 } = group;
  const encounter =
    pv1 && pv1.field(2).value !== "N"
      ? pv1ToEncounter(pv1, group.pid, patient, conversion)
      : undefined;
  return { patient, encounter };
}

function result(
  order: OrderGroup,
  patient: Reference,
  encounter: Reference | undefined,
  conversion: Conversion,
): void {
  if (!order.obr) return;
  const segments = { orc: order.orc, obr: order.obr, notes: order.notes };
  const request = obrToServiceRequest(segments, patient, encounter, conversion);
  const seen = new Map<string, number>();
  const results = order.observations.map(({ obx, notes }) => {
    const key = `${obx.field(3).text}|${obx.field(4).text}`;
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return obxToObservation(
      obx,
      {
        patient,
        encounter,
        parentId: request.reference ?? "",
        request,
        effectiveAt: segments.obr.field(7).value,
        notes,
        occurrence,
      },
      conversion,
    );
  });
  obrToDiagnosticReport(segments, { patient, encounter, request, results }, conversion);
}
