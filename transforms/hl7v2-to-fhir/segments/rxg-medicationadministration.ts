import type { MedicationAdministration } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, decimal, text, yesOrNo } from "../datatypes/primitives.ts";
import { quantityOf } from "../datatypes/quantities.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { Order } from "../order.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { medicationElement, medicationOf } from "./medication.ts";
import { orderId } from "./obr-servicerequest.ts";
import { orcMedicationAdministration } from "./orc-medication.ts";
import { tqTiming } from "./timing-rows.ts";

const { each, rule, kept } = rowsFor<MedicationAdministration>();

/** What is to be given. The guide has no map for RXG; it is an administration that has not begun. */
export const rxgMedicationAdministration = segmentMap<MedicationAdministration>(
  "RXG[MedicationAdministration]",
  {
    3: rule("effective[x]", (field, target, conversion) => {
      const period = tqTiming(field.first, conversion)?.repeat?.boundsPeriod;
      if (!period?.start) return false;
      target.effectivePeriod = period;
      return true;
    }),
    4: rule("medication[x]", (field, target, conversion, segment) => {
      const medication = medicationOf(
        segment,
        { code: 4, form: 8, strength: 17, strengthUnits: 18, lot: 19, expires: 20 },
        conversion,
      );
      if (!medication) return false;
      Object.assign(target, medicationElement(medication));
      return !field.isEmpty;
    }),
    5: rule("dosage.dose", (field, target, _conversion, segment) => {
      const dose = quantityOf(field.value, segment.field(7));
      if (dose) (target.dosage ??= {}).dose = dose;
      return dose !== undefined;
    }),
    6: kept("valueDecimal", decimal),
    7: rule("dosage.dose.unit", (field) => field.text !== ""),
    8: rule("medication.form", (field) => field.text !== ""),
    9: each("note", ({ value }) => (value === "" ? undefined : { text: value })),
    10: kept("valueCodeableConcept", cwe(undefined, "0167")),
    11: kept("valueReference", location),
    12: kept("valueBoolean", yesOrNo),
    13: kept("valueCodeableConcept", cwe()),
    14: kept("valueString", text),
    15: kept("valueString", text),
    16: kept("valueCodeableConcept", cwe()),
    17: rule("medication.ingredient.strength.numerator", (field) => field.value !== ""),
    18: rule("medication.ingredient.strength.numerator.unit", (field) => field.text !== ""),
    19: rule("medication.batch.lotNumber", (field) => field.value !== ""),
    20: rule("medication.batch.expirationDate", (field) => field.value !== ""),
    21: kept("valueReference", organization),
    22: each("reasonCode", cwe()),
    23: kept("valueDecimal", decimal),
    24: kept("valueCodeableConcept", cwe()),
    27: kept("valueString", text),
    30: kept("valueDateTime", dateTime),
  },
  {
    1: "counts the doses of the order, which is part of the resource's identity",
    2: "counts the dispensing of the order",
  },
);

/** Identity: the order's number and RXG-1. */
export function rxg(segment: Segment, state: State): void {
  const { conversion, patientReference, encounterReference } = state;
  if (!patientReference) return;
  const order = (state.slots.order ??= new Order(undefined));
  const draft = conversion.draft<MedicationAdministration>({
    resourceType: "MedicationAdministration",
    id: conversion.distinctId(
      "MedicationAdministration",
      "RXG",
      orderId("MedicationRequest", "placer", order, conversion),
      segment.field(1).value,
    ),
    status: "unknown",
    medicationCodeableConcept: undefined,
    subject: patientReference,
    ...(encounterReference ? { context: encounterReference } : {}),
    ...(order.medicationRequest ? { request: referenceTo(order.medicationRequest) } : {}),
  });
  order.administration = draft;
  if (order.orc) applyMap(orcMedicationAdministration, order.orc, draft, conversion);
  applyMap(rxgMedicationAdministration, segment, draft, conversion);
  state.slots.owner = draft;
}
