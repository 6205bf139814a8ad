import type { Dosage, Immunization, MedicationAdministration } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { dosageOf } from "./tq1-medicationrequest.ts";

const immunization = rowsFor<Immunization>();
const dosage = rowsFor<Dosage>();
type GivenDosage = NonNullable<MedicationAdministration["dosage"]>;
const given = rowsFor<GivenDosage>();

/** Source: HL7 v2-to-FHIR, RXR[Immunization]. */
export const rxrImmunization = segmentMap<Immunization>("RXR[Immunization]", {
  1: immunization.one("route", cwe("RouteOfAdministration", "0162")),
  2: immunization.one("site", cwe("BodyParts", "0550")),
  3: immunization.kept("valueCodeableConcept", cwe(undefined, "0164")),
  4: immunization.kept("valueCodeableConcept", cwe("AdministrationMethod", "0165")),
  5: immunization.kept("valueCodeableConcept", cwe()),
  6: immunization.kept("valueCodeableConcept", cwe(undefined, "0495")),
});

/** Source: HL7 v2-to-FHIR, RXR[MedicationRequest]. */
export const rxrMedicationRequest = segmentMap<Dosage>("RXR[MedicationRequest]", {
  1: dosage.one("route", cwe("RouteOfAdministration", "0162")),
  2: dosage.one("site", cwe("BodyParts", "0550")),
  3: dosage.kept("valueCodeableConcept", cwe(undefined, "0164")),
  4: dosage.one("method", cwe("AdministrationMethod", "0165")),
  5: dosage.each("additionalInstruction", cwe()),
  6: dosage.kept("valueCodeableConcept", cwe(undefined, "0495")),
});

/** How it was given; as RXR[MedicationRequest]. */
export const rxrMedicationAdministration = segmentMap<GivenDosage>(
  "RXR[MedicationAdministration]",
  {
    1: given.one("route", cwe("RouteOfAdministration", "0162")),
    2: given.one("site", cwe("BodyParts", "0550")),
    4: given.one("method", cwe("AdministrationMethod", "0165")),
  },
);

/** Adds the route to what the order is about. */
export function rxr(segment: Segment, { conversion, slots }: State): void {
  const { order } = slots;
  if (order?.immunization) {
    applyMap(rxrImmunization, segment, order.immunization, conversion);
  } else if (order?.administration) {
    const resource = order.administration;
    const made: GivenDosage = resource.dosage ?? {};
    if (
      applyMap(rxrMedicationAdministration, segment, made, conversion, {
        resource,
        element: "dosage",
      })
    ) {
      // Invariant mad-1: a dosage has a dose or a rate.
      if (made.dose || made.rateQuantity || made.rateRatio) resource.dosage = made;
      else {
        const { route, site, method } = made;
        for (const concept of [route, site, method]) {
          if (concept)
            (resource.extension ??= []).push({
              url: "urn:hl7-org:v2xml#RXR",
              valueCodeableConcept: concept,
            });
        }
      }
    }
  } else if (order?.dispense) {
    const resource = order.dispense;
    const list = (resource.dosageInstruction ??= []);
    list[0] ??= {};
    applyMap(rxrMedicationRequest, segment, list[0], conversion, {
      resource,
      element: "dosageInstruction",
    });
  } else if (order?.medicationRequest) {
    const resource = order.medicationRequest;
    applyMap(rxrMedicationRequest, segment, dosageOf(resource), conversion, {
      resource,
      element: "dosageInstruction",
    });
  }
}
