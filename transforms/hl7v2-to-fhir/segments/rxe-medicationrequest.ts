import type { MedicationRequest } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { fhirDecimal } from "#lib/fhir";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, decimal, text, unsignedInt, yesOrNo } from "../datatypes/primitives.ts";
import { cq, quantityOf, unitOf } from "../datatypes/quantities.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { ONE_DAY, doseOf, medicationElement, medicationOf } from "./medication.ts";
import { medicationRequestOf } from "./medication-request.ts";
import { dosageOf } from "./tq1-medicationrequest.ts";
import { tqTiming } from "./timing-rows.ts";

const { each, one, rule, kept } = rowsFor<MedicationRequest>();

/** The pharmacy's encoded order. The guide announces RXE and has no map: as its RXO, field for field, as Microsoft's template. */
export const rxeMedicationRequest = segmentMap<MedicationRequest>("RXE[MedicationRequest]", {
  1: rule("dosageInstruction.timing", (field, target, conversion) => {
    const timing = tqTiming(field.first, conversion);
    if (timing) dosageOf(target).timing ??= timing;
    return timing !== undefined;
  }),
  2: rule("medication[x]", (field, target, conversion, segment) => {
    const medication = medicationOf(
      segment,
      { code: 2, form: 6, strength: 25, strengthUnits: 26, volume: 33, volumeUnits: 34 },
      conversion,
    );
    if (!medication) return false;
    Object.assign(target, medicationElement(medication));
    return !field.isEmpty;
  }),
  3: rule("dosageInstruction.doseAndRate.dose[x]", (_field, target, _conversion, segment) => {
    const dose = doseOf(segment, 3, 4, 5);
    if (dose) dosageOf(target).doseAndRate = [dose];
    return dose !== undefined;
  }),
  4: rule(
    "dosageInstruction.doseAndRate.doseRange.high",
    (_field, target, _conversion, segment) => {
      const dose = doseOf(segment, 3, 4, 5);
      if (dose) dosageOf(target).doseAndRate ??= [dose];
      return dose !== undefined;
    },
  ),
  5: rule("dosageInstruction.doseAndRate.dose[x].unit", (field) => field.text !== ""),
  6: rule("medication.form", (field) => field.text !== ""),
  7: rule("dosageInstruction.additionalInstruction", (field, target, conversion, segment) => {
    const made = field.repetitions.flatMap((each) => cwe()(each, conversion, segment, 7) ?? []);
    if (made.length === 0) return false;
    (dosageOf(target).additionalInstruction ??= []).push(...made);
    return true;
  }),
  8: kept("valueReference", location),
  9: one("substitution.allowedCodeableConcept", cwe("AllowSubstitution", "0167")),
  10: rule("dispenseRequest.quantity", (field, target, _conversion, segment) => {
    const quantity = quantityOf(field.value, segment.field(11));
    if (quantity) (target.dispenseRequest ??= {}).quantity = quantity;
    return quantity !== undefined;
  }),
  11: rule("dispenseRequest.quantity.unit", (field) => field.text !== ""),
  12: one("dispenseRequest.numberOfRepeatsAllowed", unsignedInt),
  13: kept("valueReference", practitioner),
  14: kept("valueReference", practitioner),
  15: each("identifier", (repetition) => {
    const { value } = repetition;
    return value === "" ? undefined : { value };
  }),
  16: kept("valueUnsignedInt", unsignedInt),
  17: kept("valueUnsignedInt", unsignedInt),
  18: kept("valueDateTime", dateTime),
  19: rule("dosageInstruction.maxDosePerPeriod", (field, target, conversion, segment) => {
    const numerator = cq(field.first, conversion, segment, 19);
    if (!numerator) return false;
    dosageOf(target).maxDosePerPeriod ??= { numerator, denominator: ONE_DAY };
    return true;
  }),
  20: kept("valueBoolean", yesOrNo),
  21: each("note", (repetition, conversion, segment) => {
    const made = cwe()(repetition, conversion, segment, 21);
    const note = made?.text ?? made?.coding?.[0]?.display ?? made?.coding?.[0]?.code;
    return note === undefined ? undefined : { text: note };
  }),
  22: kept("valueString", text),
  23: rule("dosageInstruction.doseAndRate.rateQuantity", (field, target, _conversion, segment) => {
    const value = fhirDecimal(field.value);
    if (value === undefined) return false;
    const rateQuantity = { value, ...unitOf(componentsOf(segment.field(24).first)) };
    const dosage = dosageOf(target);
    dosage.doseAndRate = [{ ...dosage.doseAndRate?.[0], rateQuantity }];
    return true;
  }),
  24: rule("dosageInstruction.doseAndRate.rateQuantity.unit", (field) => field.text !== ""),
  25: rule("medication.ingredient.strength.numerator", (field) => field.value !== ""),
  26: rule("medication.ingredient.strength.numerator.unit", (field) => field.text !== ""),
  27: each("reasonCode", cwe()),
  28: kept("valueDecimal", decimal),
  29: kept("valueCodeableConcept", cwe()),
  30: kept("valueCodeableConcept", cwe(undefined, "0321")),
  31: each("supportingInformation", (repetition, conversion, segment) => {
    const made = cwe()(repetition, conversion, segment, 31);
    const display = made?.text ?? made?.coding?.[0]?.display ?? made?.coding?.[0]?.code;
    return display === undefined ? undefined : { display };
  }),
  32: kept("valueDateTime", dateTime),
  33: rule("medication.ingredient.strength.denominator", (field) => field.value !== ""),
  34: rule("medication.ingredient.strength.denominator.unit", (field) => field.text !== ""),
  35: kept("valueCodeableConcept", cwe(undefined, "0477")),
  36: kept("valueCodeableConcept", cwe(undefined, "0478")),
  37: kept("valueCodeableConcept", cwe(undefined, "0479")),
  38: kept("valueAddress", xadToAddress),
  39: kept("valueReference", location),
  40: one("dispenseRequest.performer", organization),
  41: kept("valueAddress", xadToAddress),
  42: kept("valueReference", location),
  43: kept("valueAddress", xadToAddress),
  44: kept("valueCodeableConcept", cwe(undefined, "0480")),
  45: kept("valueContactPoint", xtn()),
});

/** What the pharmacy understood: the order that is dispensed and given. An original order (RXO) is what it is based on. */
export function rxe(segment: Segment, state: State): void {
  const request = medicationRequestOf(state, "RXE");
  applyMap(rxeMedicationRequest, segment, request, state.conversion);
  state.slots.owner = request;
}
