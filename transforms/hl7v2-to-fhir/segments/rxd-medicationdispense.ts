import type { MedicationDispense } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, decimal, text, unsignedInt, yesOrNo } from "../datatypes/primitives.ts";
import { cq, quantityOf } from "../datatypes/quantities.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { Order } from "../order.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { medicationElement, medicationOf } from "./medication.ts";
import { orderId } from "./obr-servicerequest.ts";
import { orcMedicationDispense } from "./orc-medication.ts";

const { each, one, rule, kept } = rowsFor<MedicationDispense>();

/** What was handed out. The guide has no map for RXD; as Microsoft's template, what it leaves open is kept. */
export const rxdMedicationDispense = segmentMap<MedicationDispense>(
  "RXD[MedicationDispense]",
  {
    2: rule("medication[x]", (field, target, conversion, segment) => {
      const medication = medicationOf(
        segment,
        {
          code: 2,
          form: 6,
          strength: 16,
          strengthUnits: 17,
          volume: 26,
          volumeUnits: 27,
          lot: 18,
          expires: 19,
        },
        conversion,
      );
      if (!medication) return false;
      Object.assign(target, medicationElement(medication));
      return !field.isEmpty;
    }),
    3: one("whenHandedOver", dateTime),
    4: rule("quantity", (field, target, _conversion, segment) => {
      const quantity = quantityOf(field.value, segment.field(5));
      if (quantity) target.quantity = quantity;
      return quantity !== undefined;
    }),
    5: rule("quantity.unit", (field) => field.text !== ""),
    6: rule("medication.form", (field) => field.text !== ""),
    7: each("identifier", ({ value }) => (value === "" ? undefined : { value })),
    8: kept("valueUnsignedInt", unsignedInt),
    9: each("note", ({ value }) => (value === "" ? undefined : { text: value })),
    10: each("performer", (xcn, conversion, segment, position) => {
      const actor = practitioner(xcn, conversion, segment, position);
      return actor && { actor };
    }),
    11: rule("substitution", (field, target) => {
      const code = field.value;
      if (code === "") return false;
      // N: no substitute was dispensed. Everything else of table 0167 is one.
      target.substitution = { wasSubstituted: !["N", "0", "1"].includes(code) };
      return true;
    }),
    12: kept("valueQuantity", cq),
    13: one("destination", location),
    14: kept("valueBoolean", yesOrNo),
    15: rule("dosageInstruction.additionalInstruction", (field, target, conversion, segment) => {
      const made = field.repetitions.flatMap((each) => cwe()(each, conversion, segment, 15) ?? []);
      if (made.length === 0) return false;
      target.dosageInstruction = [{ additionalInstruction: made }];
      return true;
    }),
    16: rule("medication.ingredient.strength.numerator", (field) => field.value !== ""),
    17: rule("medication.ingredient.strength.numerator.unit", (field) => field.text !== ""),
    18: rule("medication.batch.lotNumber", (field) => field.value !== ""),
    19: rule("medication.batch.expirationDate", (field) => field.value !== ""),
    20: kept("valueReference", organization),
    21: kept("valueCodeableConcept", cwe()),
    22: kept("valueDecimal", decimal),
    23: kept("valueCodeableConcept", cwe()),
    24: kept("valueCodeableConcept", cwe(undefined, "0321")),
    25: kept("valueCodeableConcept", cwe()),
    26: rule("medication.ingredient.strength.denominator", (field) => field.value !== ""),
    27: rule("medication.ingredient.strength.denominator.unit", (field) => field.text !== ""),
    28: kept("valueString", text),
    29: kept("valueReference", location),
    30: kept("valueString", text),
    31: kept("valueCodeableConcept", cwe(undefined, "0484")),
    32: kept("valueIdentifier", cxToIdentifier),
    33: kept("valueString", text),
    34: kept("valueDecimal", decimal),
    35: kept("valueCodeableConcept", cwe()),
  },
  { 1: "counts the dispensing of the order, which is part of the resource's identity" },
);

/** Identity: the order's number and RXD-1, RXD-3 and RXD-7. */
export function rxd(segment: Segment, state: State): void {
  const { conversion, patientReference, encounterReference } = state;
  if (!patientReference) return;
  const order = (state.slots.order ??= new Order(undefined));
  const dispense = conversion.draft<MedicationDispense>({
    resourceType: "MedicationDispense",
    id: conversion.id(
      "MedicationDispense",
      orderId("MedicationRequest", "placer", order, conversion),
      ...[1, 3, 7].map((field) => segment.field(field).value),
    ),
    status: "completed",
    medicationCodeableConcept: undefined,
    subject: patientReference,
    ...(encounterReference ? { context: encounterReference } : {}),
    ...(order.medicationRequest
      ? { authorizingPrescription: [referenceTo(order.medicationRequest)] }
      : {}),
  });
  order.dispense = dispense;
  if (order.orc) applyMap(orcMedicationDispense, order.orc, dispense, conversion);
  applyMap(rxdMedicationDispense, segment, dispense, conversion);
  state.slots.owner = dispense;
}
