import type { Dosage, MedicationRequest } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { requestPriority } from "../codesystems/tables.ts";
import type { Conversion } from "../conversion.ts";
import { wholeText, text } from "../datatypes/primitives.ts";
import { cq } from "../datatypes/quantities.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import { timingRows } from "./timing-rows.ts";
import type { Timed } from "./timing-rows.ts";

const { each, rule, kept } = rowsFor<Dosage>();

/** Source: HL7 v2-to-FHIR, TQ1[MedicationRequest]; the timing is that of the dosage. */
export const tq1MedicationRequest = segmentMap<Dosage>(
  "TQ1[MedicationRequest]",
  {
    2: rule("doseAndRate.doseQuantity", (field, target, conversion, segment) => {
      const doseQuantity = cq(field.first, conversion, segment, 2);
      if (!doseQuantity) return false;
      target.doseAndRate ??= [{ doseQuantity }];
      return true;
    }),
    ...(timingRows as unknown as Record<number, ReturnType<typeof rule>>),
    10: each("additionalInstruction", (repetition, conversion, segment) => {
      const instruction = wholeText(repetition, conversion, segment, 10);
      return instruction === undefined ? undefined : { text: instruction };
    }),
    11: rule("text", (field, target, conversion, segment) => {
      const instruction = wholeText(field.first, conversion, segment, 11);
      if (instruction === undefined) return false;
      target.text ??= instruction;
      return true;
    }),
    12: kept("valueCode", text),
  },
  { 1: SET_ID },
);

/** The dosage of a request to which segments add. */
export function dosageOf(request: MedicationRequest): Dosage {
  const list = (request.dosageInstruction ??= []);
  list[0] ??= {};
  return list[0];
}

/** Adds when and how often to the dosage of a medication request. */
export function tq1ToDosage(
  tq1: Segment,
  request: MedicationRequest,
  conversion: Conversion,
): void {
  const dosage = dosageOf(request);
  const timed = dosage as Dosage & Timed;
  applyMap(tq1MedicationRequest, tq1, dosage, conversion, {
    resource: request,
    element: "dosageInstruction",
  });
  if (timed.occurrenceTiming) dosage.timing ??= timed.occurrenceTiming;
  delete timed.occurrenceTiming;
  delete timed.priority;
  const priority = requestPriority[tq1.field(9).value];
  if (priority) request.priority ??= priority as NonNullable<MedicationRequest["priority"]>;
}
