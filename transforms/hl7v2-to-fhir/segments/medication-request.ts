import type { MedicationRequest } from "fhir/r4";
import { referenceTo } from "../conversion.ts";
import type { Draft } from "../conversion.ts";
import { Order } from "../order.ts";
import { applyMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { orderId } from "./obr-servicerequest.ts";
import { orcMedicationRequest } from "./orc-medication.ts";
import { tq1ToDosage } from "./tq1-medicationrequest.ts";

/**
 * The MedicationRequest of an order. Identity: its number; the pharmacy's encoded order has one of its own, because
 * the order it was made of stays as it was.
 */
export function medicationRequestOf(state: State, by: "RXO" | "RXE"): Draft<MedicationRequest> {
  const { conversion, patientReference, encounterReference } = state;
  const order = (state.slots.order ??= new Order(undefined));
  const original = order.medicationRequest;
  const number = orderId("MedicationRequest", "placer", order, conversion);
  const request = conversion.draft<MedicationRequest>({
    resourceType: "MedicationRequest",
    id: original ? conversion.id("MedicationRequest", by, number) : number,
    ...({} as { status: MedicationRequest["status"] }),
    intent: original ? "instance-order" : by === "RXO" ? "original-order" : "order",
    medicationCodeableConcept: undefined,
    ...(patientReference ? { subject: patientReference } : ({} as { subject: never })),
    ...(encounterReference ? { encounter: encounterReference } : {}),
    ...(original ? { basedOn: [referenceTo(original)] } : {}),
  });
  order.medicationRequest = request;
  if (order.orc) applyMap(orcMedicationRequest, order.orc, request, conversion);
  for (const tq1 of order.timings) tq1ToDosage(tq1, request, conversion);
  request.status ??= "active";
  return request;
}
