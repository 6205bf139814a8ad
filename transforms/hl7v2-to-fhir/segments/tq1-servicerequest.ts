import type { ServiceRequest } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { fhirDecimal } from "#lib/fhir";
import { requestPriority } from "../codesystems/tables.ts";
import { subcomponentsOf } from "../datatypes/parts.ts";
import { text, wholeText } from "../datatypes/primitives.ts";
import { cq } from "../datatypes/quantities.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { Row } from "../segment-map.ts";
import type { State } from "../state.ts";
import { timingRows, tqTiming } from "./timing-rows.ts";
import { tq1ToDosage } from "./tq1-medicationrequest.ts";

const { each, one, rule, kept } = rowsFor<ServiceRequest>();

/** Source: HL7 v2-to-FHIR, TQ1[ServiceRequest]. */
export const tq1ServiceRequest = segmentMap<ServiceRequest>(
  "TQ1[ServiceRequest]",
  {
    2: one("quantityQuantity", cq),
    ...(timingRows as unknown as Record<number, Row<ServiceRequest>>),
    10: kept("valueString", wholeText),
    11: each("note", (repetition, conversion, segment) => {
      const note = wholeText(repetition, conversion, segment, 11);
      return note === undefined ? undefined : { text: note };
    }),
    12: kept("valueCode", text),
  },
  { 1: SET_ID },
);

/** Adds when and how often to the order. */
export function tq1(segment: Segment, state: State): void {
  const { order } = state.slots;
  if (!order) return;
  order.timings.push(segment);
  // The segment that says what is ordered comes later; it asks for the timings that stand before it.
  if (order.request) applyMap(tq1ServiceRequest, segment, order.request, state.conversion);
  else if (order.medicationRequest) tq1ToDosage(segment, order.medicationRequest, state.conversion);
}

/**
 * The TQ of ORC-7 and OBR-27: TQ.1 quantity, TQ.2 interval, TQ.3 duration, TQ.4 and TQ.5 period, TQ.6 priority, TQ.8
 * text, TQ.12 count. Source: HL7 v2-to-FHIR, TQ[ServiceRequest].
 */
export const tqRow: Row<ServiceRequest> = rule("occurrenceTiming", (field, target, conversion) => {
  const tq = field.first;
  const quantity = subcomponentsOf(tq.component(1));
  const value = fhirDecimal(quantity(1));
  if (value !== undefined) {
    target.quantityQuantity ??= { value, ...(quantity(2) === "" ? {} : { unit: quantity(2) }) };
  }
  const priority = requestPriority[tq.component(6).value];
  if (priority) target.priority ??= priority as ServiceRequest["priority"];
  const note = tq.component(8).value;
  if (note !== "") (target.note ??= []).push({ text: note });
  const timing = tqTiming(tq, conversion);
  if (timing) target.occurrenceTiming ??= timing;
  return value !== undefined || Boolean(priority) || note !== "" || timing !== undefined;
});
