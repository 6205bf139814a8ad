import type { ServiceRequest } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { requestPriority } from "../codesystems/tables.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, text } from "../datatypes/primitives.ts";
import { cq } from "../datatypes/quantities.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { each, one, rule, kept } = rowsFor<ServiceRequest>();

/** Table 0283: accepted, pending, rejected, expired. */
const STATUS: Readonly<Record<string, ServiceRequest["status"]>> = codeTable({
  A: "active",
  P: "draft",
  R: "revoked",
  E: "completed",
});

/** A referral. The guide has no map for RF1: a ServiceRequest, as Microsoft's template; the rest is kept. */
export const rf1ServiceRequest = segmentMap<ServiceRequest>("RF1[ServiceRequest]", {
  1: rule("status", (field, target) => {
    const status = STATUS[field.value];
    if (status) target.status = status;
    return status !== undefined;
  }),
  2: rule("priority", (field, target) => {
    const priority = requestPriority[field.value];
    if (priority) target.priority = priority as NonNullable<ServiceRequest["priority"]>;
    return priority !== undefined;
  }),
  3: one("code", cwe(undefined, "0281")),
  4: each("orderDetail", cwe(undefined, "0282")),
  5: kept("valueCodeableConcept", cwe(undefined, "0284")),
  6: each("identifier", ei("PLAC")),
  7: one("authoredOn", dateTime),
  8: kept("valueDateTime", dateTime),
  9: one("occurrenceDateTime", dateTime),
  10: each("reasonCode", cwe(undefined, "0336")),
  11: each("identifier", ei("FILL")),
  12: kept("valueCodeableConcept", cwe()),
  13: kept("valueCodeableConcept", cwe()),
  14: kept("valueDateTime", dateTime),
  15: kept("valueString", text),
  16: kept("valueDateTime", dateTime),
  17: kept("valueDateTime", dateTime),
  18: kept("valueString", text),
  19: one("requester", practitioner),
  20: kept("valueReference", practitioner),
  21: one("quantityQuantity", cq),
  22: kept("valueDateTime", dateTime),
  23: each("locationReference", location),
  24: kept("valueCodeableConcept", cwe()),
});

/** Identity: RF1-6, else RF1-11, else the place in the message. I15 cancels it. */
export function rf1(segment: Segment, state: State): void {
  const { conversion, patientReference, encounterReference } = state;
  const id = [6, 11].map((field) => segment.field(field).first).find(({ value }) => value !== "");
  const referral = conversion.draft<ServiceRequest>({
    resourceType: "ServiceRequest",
    id: id
      ? conversion.id("ServiceRequest", "referral", ...eiIdentity(id))
      : conversion.id("ServiceRequest", ...conversion.placeIdentity(segment)),
    status: "active",
    intent: "order",
    ...(patientReference ? { subject: patientReference } : ({} as { subject: never })),
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
  applyMap(rf1ServiceRequest, segment, referral, conversion);
  // Invariant prr-1: details of an order need a code.
  if (!referral.code && referral.orderDetail) referral.code = { text: "referral" };
  if (state.event.operation === "CANCEL") referral.status = "revoked";
  state.referral = referral;
  state.slots = { ...state.slots, owner: referral };
}
