import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { al1ToAllergyIntolerance } from "../segments/al1-allergyintolerance.ts";
import { dg1ToCondition } from "../segments/dg1-condition.ts";
import { in1ToCoverage } from "../segments/in1-coverage.ts";
import { obrToServiceRequest } from "../segments/obr-servicerequest.ts";
import { obxToObservation } from "../segments/obx-observation.ts";
import { patientOf } from "./oru-r01.ts";
import { patientGroups } from "./patient-groups.ts";

/**
 * ORM_O01: the patient and visit, allergies, insurance, and a request for each order that is described by an OBR,
 * with the observations that were sent along. Orders by RXO, RQD, ODS or ODT are left out.
 *
 * Source: HL7 v2-to-FHIR, message map ORM_O01.
 */
export function ormO01(_pid: Segment, conversion: Conversion): void {
  const { message } = conversion;
  for (const group of patientGroups(message)) {
    const { patient, encounter } = patientOf(group, conversion);
    for (const al1 of group.allergies) al1ToAllergyIntolerance(al1, patient, conversion);
    for (const in1 of group.insurances) in1ToCoverage(in1, patient, conversion);
    for (const dg1 of group.diagnoses) dg1ToCondition(dg1, patient, encounter, conversion);
    for (const { orc, obr, notes, observations } of group.orders) {
      if (!obr) continue;
      const request = obrToServiceRequest({ orc, obr, notes }, patient, encounter, conversion);
      observations.forEach(({ obx, notes: own }, occurrence) => {
        obxToObservation(
          obx,
          {
            patient,
            encounter,
            parentId: request.reference ?? "",
            request: undefined,
            effectiveAt: obr.field(7).value,
            notes: own,
            occurrence,
          },
          conversion,
        );
      });
    }
  }
}
