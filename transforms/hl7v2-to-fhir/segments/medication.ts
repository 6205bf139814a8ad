import type { CodeableConcept, Medication, Quantity, Ratio, Reference } from "fhir/r4";
import { fhirDecimal } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import type { Conversion } from "../conversion.ts";
import { concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { isAscending, quantityOf } from "../datatypes/quantities.ts";

/** Where a pharmacy segment says what a medication is. */
export interface MedicationFields {
  readonly code: number;
  readonly form?: number;
  readonly strength?: number;
  readonly strengthUnits?: number;
  readonly volume?: number;
  readonly volumeUnits?: number;
  readonly lot?: number;
  readonly expires?: number;
  readonly manufacturer?: number;
}

/**
 * The medication of a pharmacy segment: a code alone, or a Medication where form, strength, lot or parts are said.
 *
 * Identity of a Medication: everything that is said of it, because the same code comes in several forms.
 */
export function medicationOf(
  segment: Segment,
  fields: MedicationFields,
  conversion: Conversion,
): { readonly concept: CodeableConcept; readonly reference: Reference | undefined } | undefined {
  const code = concept(componentsOf(segment.field(fields.code).first));
  if (!code) return undefined;
  const form = fields.form ? cweOf(segment, fields.form, conversion) : undefined;
  const strength = strengthOf(segment, fields);
  const lot = fields.lot ? segment.field(fields.lot).value : "";
  const expires = fields.expires
    ? conversion.dateTime(segment.field(fields.expires).value)
    : undefined;
  if (!form && !strength && lot === "" && expires === undefined) {
    return { concept: code, reference: undefined };
  }
  const medication: Medication & { id: string } = {
    resourceType: "Medication",
    id: conversion.id(
      "Medication",
      ...Object.values(fields).map((field) => segment.field(field).text),
    ),
    code,
    ...(form ? { form } : {}),
    ...(strength ? { ingredient: [{ itemCodeableConcept: code, strength }] } : {}),
    ...(lot === "" && expires === undefined
      ? {}
      : {
          batch: {
            ...(lot === "" ? {} : { lotNumber: lot }),
            ...(expires === undefined ? {} : { expirationDate: expires }),
          },
        }),
  };
  return { concept: code, reference: conversion.add(medication) };
}

/** The element medication[x] of a resource. */
export function medicationElement(
  medication: ReturnType<typeof medicationOf>,
): { medicationReference: Reference } | { medicationCodeableConcept: CodeableConcept } {
  if (medication?.reference) return { medicationReference: medication.reference };
  return { medicationCodeableConcept: medication?.concept ?? { text: "unknown" } };
}

function cweOf(
  segment: Segment,
  field: number,
  conversion: Conversion,
): CodeableConcept | undefined {
  return cwe()(segment.field(field).first, conversion, segment, field);
}

function strengthOf(segment: Segment, fields: MedicationFields): Ratio | undefined {
  const { strength, strengthUnits, volume, volumeUnits } = fields;
  if (!strength) return undefined;
  const numerator = amount(segment, strength, strengthUnits);
  if (!numerator) return undefined;
  // Invariant rat-1: both or none. A strength is that of one unit unless a volume is given.
  const denominator = (volume ? amount(segment, volume, volumeUnits) : undefined) ?? { value: 1 };
  return { numerator, denominator };
}

function amount(segment: Segment, field: number, units: number | undefined): Quantity | undefined {
  return units
    ? quantityOf(segment.field(field).value, segment.field(units))
    : amountAlone(segment.field(field).value);
}

function amountAlone(text: string): Quantity | undefined {
  const value = fhirDecimal(text);
  return value === undefined ? undefined : { value };
}

export const ONE_DAY = { value: 1, unit: "d", system: "http://unitsofmeasure.org", code: "d" };

/** A dose between two amounts, or one amount. */
export function doseOf(
  segment: Segment,
  low: number,
  high: number | undefined,
  units: number,
): { doseRange: { low?: Quantity; high?: Quantity } } | { doseQuantity: Quantity } | undefined {
  const least = quantityOf(segment.field(low).value, segment.field(units));
  const most = high ? quantityOf(segment.field(high).value, segment.field(units)) : undefined;
  if (least && most) {
    // Of two amounts that contradict each other the lower end stays, as the beginning of a period does.
    return { doseRange: isAscending(least, most) ? { low: least, high: most } : { low: least } };
  }
  const only = least ?? most;
  return only && { doseQuantity: only };
}
