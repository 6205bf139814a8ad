import type { Identifier, Observation, Reference, ServiceRequest } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { requestPriority } from "../codesystems/tables.ts";
import { referenceTo } from "../conversion.ts";
import type { Conversion, Draft } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxOfType } from "../datatypes/cx-identifier.ts";
import { ei, eiIdentity, eipFiller, eipPlacer } from "../datatypes/ei-identifier.ts";
import { dateTime, text, unsignedInt, wholeText } from "../datatypes/primitives.ts";
import { cq, money } from "../datatypes/quantities.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { xtn } from "../datatypes/xtn-contactpoint.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { ValueOf } from "../segment-map.ts";
import type { Order } from "../order.ts";
import type { State } from "../state.ts";
import { orcServiceRequest } from "./orc-servicerequest.ts";
import { tq1ServiceRequest, tqRow } from "./tq1-servicerequest.ts";

const { each, one, rule, when, extension, kept } = rowsFor<ServiceRequest>();
const EXTENSION = "http://hl7.org/fhir/StructureDefinition";

/** Source: HL7 v2-to-FHIR, OBR[ServiceRequest]; what it leaves open is kept under the name of the field. */
export const obrServiceRequest = segmentMap<ServiceRequest>(
  "OBR[ServiceRequest]",
  {
    2: each("identifier", ei("PLAC")),
    3: each("identifier", ei("FILL")),
    4: one("code", cwe()),
    5: rule("priority", (field, target) => {
      const priority = requestPriority[field.value];
      if (priority) target.priority ??= priority as NonNullable<ServiceRequest["priority"]>;
      return priority !== undefined;
    }),
    6: one("occurrenceDateTime", dateTime),
    9: kept("valueQuantity", cq),
    11: rule("intent", (field, target) => {
      if (field.value === "G") target.intent = "reflex-order";
      return field.value !== "";
    }),
    12: kept("valueCodeableConcept", cwe()),
    13: rule("supportingInfo", (field, target, conversion, segment) => {
      const value = cwe()(field.first, conversion, segment, 13);
      if (!value || !target.subject) return false;
      const info: Draft<Observation> = conversion.draft<Observation>({
        resourceType: "Observation",
        id: conversion.id("Observation", "clinical-information", target.id ?? ""),
        status: "final",
        code: { text: "relevant clinical information" },
        subject: target.subject,
        valueCodeableConcept: value,
      });
      (target.supportingInfo ??= []).push(referenceTo(info));
      return true;
    }),
    16: one("requester", practitioner),
    17: extension(
      `${EXTENSION}/servicerequest-order-callback-phone-number`,
      "valueContactPoint",
      xtn(),
    ),
    18: kept("valueString", text),
    19: kept("valueString", text),
    20: kept("valueString", text),
    21: kept("valueString", text),
    23: kept("valueMoney", money),
    27: tqRow,
    28: kept("valueReference", practitioner),
    29: [
      when((obr) => obr.field(50).isEmpty, each("basedOn", parent(eipPlacer("PLAC")))),
      when((obr) => obr.field(50).isEmpty, each("basedOn", parent(eipFiller("FILL")))),
    ],
    30: kept("valueCodeableConcept", cwe(undefined, "0124")),
    31: each("reasonCode", cwe()),
    36: kept("valueDateTime", dateTime),
    37: kept("valueUnsignedInt", unsignedInt),
    38: kept("valueCodeableConcept", cwe()),
    39: kept("valueCodeableConcept", cwe()),
    40: kept("valueCodeableConcept", cwe()),
    41: kept("valueCodeableConcept", cwe(undefined, "0224")),
    42: kept("valueCodeableConcept", cwe(undefined, "0225")),
    43: kept("valueCodeableConcept", cwe()),
    44: kept("valueCodeableConcept", cwe()),
    45: kept("valueCodeableConcept", cwe(undefined, "0340")),
    46: each("orderDetail", cwe()),
    47: each("orderDetail", cwe()),
    48: kept("valueCodeableConcept", cwe(undefined, "0476")),
    49: kept("valueCodeableConcept", cwe(undefined, "0507")),
    50: kept("valueIdentifier", ei()),
    51: kept("valueIdentifier", ei()),
    52: kept("valueIdentifier", ei()),
    53: each("identifier", cxOfType("PLAC")),
    54: kept("valueString", wholeText),
    55: kept("valueCode", text),
  },
  { 1: SET_ID },
);

/** The order that a result or order comes from, by its number: it may have been told of in another message. */
function parent(half: ValueOf<Identifier>): ValueOf<Reference> {
  return (repetition, conversion, segment, position) => {
    const identifier = half(repetition, conversion, segment, position);
    return identifier && { type: "ServiceRequest", identifier };
  };
}

/**
 * The ServiceRequest of an order, made of its ORC, OBR and the TQ1 segments between them.
 *
 * Identity: the placer's number (or the filler's) with the code that is ordered, because one number may stand for
 * several tests. Status: ORC-5, else ORC-1; a result without either was an order that is completed.
 */
export function requestOf(order: Order, state: State): Draft<ServiceRequest> {
  if (order.request) return order.request;
  const { conversion, patientReference, encounterReference } = state;
  const { orc, obr } = order;
  const request = conversion.draft<ServiceRequest>({
    resourceType: "ServiceRequest",
    id: orderId("ServiceRequest", "placer", order, conversion),
    ...({} as { status: ServiceRequest["status"] }),
    intent: "order",
    ...(patientReference ? { subject: patientReference } : ({} as { subject: never })),
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
  order.request = request;
  if (orc) applyMap(orcServiceRequest, orc, request, conversion);
  if (obr) applyMap(obrServiceRequest, obr, request, conversion);
  for (const tq1 of order.timings) applyMap(tq1ServiceRequest, tq1, request, conversion);
  // Invariant prr-1 of R4: details of an order need a code.
  if (!request.code && request.orderDetail) request.code = { text: "unknown" };
  request.status ??= obr && !obr.field(25).isEmpty ? "completed" : "unknown";
  return request;
}

/** The number that stands first for a kind of resource, with the code: placer for orders, filler for results. */
export function orderId(
  type: "ServiceRequest" | "DiagnosticReport" | "MedicationRequest",
  first: "placer" | "filler",
  order: Order,
  conversion: Conversion,
): string {
  const known = order.ids.get(type);
  if (known !== undefined) return known;
  const { orc, obr } = order;
  const placer = numberOf(obr, orc, 2);
  const filler = numberOf(obr, orc, 3);
  const [own, other] = first === "placer" ? [placer, filler] : [filler, placer];
  const number = own ?? other;
  const code = obr?.field(4);
  const ordered = [code?.component(3).value ?? "", code?.value || (code?.component(2).value ?? "")];
  const segment = obr ?? orc;
  const id = number
    ? conversion.distinctId(type, ...eiIdentity(number), ...ordered)
    : conversion.distinctId(type, ...conversion.messageIdentity, segment?.name ?? "", ...ordered);
  order.ids.set(type, id);
  return id;
}

function numberOf(obr: Segment | undefined, orc: Segment | undefined, field: number) {
  for (const segment of [obr, orc]) {
    const ei = segment?.field(field).first;
    if (ei && ei.value !== "") return ei;
  }
  return undefined;
}
