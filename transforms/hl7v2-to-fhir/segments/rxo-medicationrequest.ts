import type { MedicationRequest } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { location } from "../datatypes/pl-location.ts";
import { decimal, dateTime, text, unsignedInt, yesOrNo } from "../datatypes/primitives.ts";
import { cq, quantityOf } from "../datatypes/quantities.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { ONE_DAY, doseOf, medicationElement, medicationOf } from "./medication.ts";
import { medicationRequestOf } from "./medication-request.ts";
import { dosageOf } from "./tq1-medicationrequest.ts";

const { each, one, rule, kept } = rowsFor<MedicationRequest>();

const ORDERED = codeOf("http://terminology.hl7.org/CodeSystem/dose-rate-type", "ordered");

/** Source: HL7 v2-to-FHIR, RXO[MedicationRequest]; what it leaves open is kept under the name of the field. */
export const rxoMedicationRequest = segmentMap<MedicationRequest>("RXO[MedicationRequest]", {
  1: rule("medication[x]", (field, target, conversion, segment) => {
    const medication = medicationOf(
      segment,
      { code: 1, form: 5, strength: 18, strengthUnits: 19, volume: 25, volumeUnits: 26 },
      conversion,
    );
    if (!medication) return false;
    Object.assign(target, medicationElement(medication));
    return !field.isEmpty;
  }),
  2: rule("dosageInstruction.doseAndRate.dose[x]", (_field, target, _conversion, segment) => {
    const dose = doseOf(segment, 2, 3, 4);
    if (dose) dosageOf(target).doseAndRate = [{ type: ORDERED, ...dose }];
    return dose !== undefined;
  }),
  3: rule(
    "dosageInstruction.doseAndRate.doseRange.high",
    (_field, target, _conversion, segment) => {
      const dose = doseOf(segment, 2, 3, 4);
      if (dose) dosageOf(target).doseAndRate ??= [{ type: ORDERED, ...dose }];
      return dose !== undefined;
    },
  ),
  4: rule("dosageInstruction.doseAndRate.dose[x].unit", (field) => field.text !== ""),
  5: rule("medication.form", (field) => field.text !== ""),
  6: rule("dosageInstruction.patientInstruction", (field, target, conversion, segment) => {
    const made = field.repetitions.flatMap((each) => cwe()(each, conversion, segment, 6) ?? []);
    if (made.length === 0) return false;
    (dosageOf(target).additionalInstruction ??= []).push(...made);
    return true;
  }),
  7: each("note", (repetition, conversion, segment) => {
    const made = cwe()(repetition, conversion, segment, 7);
    const note = made?.text ?? made?.coding?.[0]?.display ?? made?.coding?.[0]?.code;
    return note === undefined ? undefined : { text: note };
  }),
  8: kept("valueReference", location),
  9: one("substitution.allowedCodeableConcept", cwe("AllowSubstitution", "0161")),
  10: kept("valueCodeableConcept", cwe()),
  11: rule("dispenseRequest.quantity", (field, target, _conversion, segment) => {
    const quantity = quantityOf(field.value, segment.field(12));
    if (quantity) (target.dispenseRequest ??= {}).quantity = quantity;
    return quantity !== undefined;
  }),
  12: rule("dispenseRequest.quantity.unit", (field) => field.text !== ""),
  13: one("dispenseRequest.numberOfRepeatsAllowed", unsignedInt),
  14: one("requester", practitioner),
  15: kept("valueReference", practitioner),
  16: kept("valueBoolean", yesOrNo),
  17: kept("valueString", text),
  18: rule("medication.ingredient.strength.numerator", (field) => field.value !== ""),
  19: rule("medication.ingredient.strength.numerator.unit", (field) => field.text !== ""),
  20: each("reasonCode", cwe()),
  21: kept("valueString", text),
  22: kept("valueString", text),
  23: rule("dosageInstruction.maxDosePerPeriod", (field, target, conversion, segment) => {
    const numerator = cq(field.first, conversion, segment, 23);
    if (!numerator) return false;
    dosageOf(target).maxDosePerPeriod ??= { numerator, denominator: ONE_DAY };
    return true;
  }),
  24: each("supportingInformation", (repetition, conversion, segment) => {
    const made = cwe()(repetition, conversion, segment, 24);
    const display = made?.text ?? made?.coding?.[0]?.display ?? made?.coding?.[0]?.code;
    return display === undefined ? undefined : { display };
  }),
  25: rule("medication.ingredient.strength.denominator", (field) => field.value !== ""),
  26: rule("medication.ingredient.strength.denominator.unit", (field) => field.text !== ""),
  27: one("category", (repetition, conversion, segment) => {
    const made = cwe(undefined, "0480")(repetition, conversion, segment, 27);
    return made && [made];
  }),
  28: kept("valueDecimal", decimal),
  29: kept("valueCodeableConcept", cwe()),
  30: kept("valueAddress", xadToAddress),
  31: kept("valueReference", location),
  32: kept("valueAddress", xadToAddress),
  33: kept("valueContactPoint", xtn()),
  34: kept("valueDateTime", dateTime),
});

/** What was prescribed. In a message that also has an RXE it is the original order, of which the encoded one is made. */
export function rxo(segment: Segment, state: State): void {
  const request = medicationRequestOf(state, "RXO");
  applyMap(rxoMedicationRequest, segment, request, state.conversion);
  state.slots.owner = request;
}
