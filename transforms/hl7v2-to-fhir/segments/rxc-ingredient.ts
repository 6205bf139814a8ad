import type { Medication, MedicationIngredient } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { decimal, text } from "../datatypes/primitives.ts";
import { quantityOf } from "../datatypes/quantities.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { one, rule, kept } = rowsFor<MedicationIngredient>();

/** A part of a compound. The guide has no map for RXC: an ingredient of the medication. */
export const rxcIngredient = segmentMap<MedicationIngredient>("RXC[Medication]", {
  1: rule("isActive", (field, target) => {
    // B is a base, A an additive (table 0166).
    if (field.value === "B") target.isActive = false;
    if (field.value === "A") target.isActive = true;
    return field.value !== "";
  }),
  2: one("itemCodeableConcept", cwe()),
  3: rule("strength.numerator", (field, target, _conversion, segment) => {
    const numerator = quantityOf(field.value, segment.field(4));
    if (!numerator) return false;
    target.strength = { numerator, denominator: { value: 1 } };
    return true;
  }),
  4: rule("strength.numerator.unit", (field) => field.text !== ""),
  5: kept("valueDecimal", decimal),
  6: kept("valueCodeableConcept", cwe()),
  7: kept("valueCodeableConcept", cwe()),
  8: kept("valueDecimal", decimal),
  9: kept("valueCodeableConcept", cwe()),
  10: kept("valueString", text),
});

/** Adds an ingredient to the medication of the order, which becomes a Medication of its own. */
export function rxc(segment: Segment, { conversion, slots }: State): void {
  const { order } = slots;
  const target = order?.administration ?? order?.dispense ?? order?.medicationRequest;
  if (!order || !target) return;
  let medication = conversion.find("Medication", target.medicationReference);
  // A Medication of a catalogue is shared by others: the compound of an order is its own.
  if (!medication || !order.hasOwnMedication) {
    const { medicationCodeableConcept: code } = target;
    const own: Medication & { id: string } = {
      ...medication,
      resourceType: "Medication",
      id: conversion.id("Medication", "compound", target.id),
      ...(code ? { code } : {}),
    };
    medication = conversion.draft(own);
    order.hasOwnMedication = true;
    delete target.medicationCodeableConcept;
    target.medicationReference = { reference: `Medication/${own.id}` };
  }
  const ingredient: MedicationIngredient = {};
  applyMap(rxcIngredient, segment, ingredient, conversion, {
    resource: medication,
    element: "ingredient",
  });
  if (!ingredient.itemCodeableConcept) return;
  (medication.ingredient ??= []).push(ingredient);
}
