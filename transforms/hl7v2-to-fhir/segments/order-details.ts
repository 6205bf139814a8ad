import type { Account, Coverage, NutritionOrder, ServiceRequest, SupplyRequest } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { absent, cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { ei } from "../datatypes/ei-identifier.ts";
import { date, dateTime, decimal, text, wholeText, yesOrNo } from "../datatypes/primitives.ts";
import { cq, money, quantityOf } from "../datatypes/quantities.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization } from "../datatypes/xon-organization.ts";
import { Order } from "../order.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { Handler, State } from "../state.ts";
import { orderId, requestOf } from "./obr-servicerequest.ts";
import { recordedAt } from "./msh-provenance.ts";

const requests = rowsFor<ServiceRequest>();
const coverages = rowsFor<Coverage>();
const accounts = rowsFor<Account>();
const nutrition = rowsFor<NutritionOrder>();
const supply = rowsFor<SupplyRequest>();

/** A diet. The guide names a SupplyRequest without a map; a diet is a NutritionOrder. */
export const odsNutritionOrder = segmentMap<NutritionOrder>("ODS[NutritionOrder]", {
  // D diet, S supplement, P preference (table 0159).
  1: nutrition.kept("valueCode", text),
  2: nutrition.rule("oralDiet.schedule", (field, target, conversion, segment) => {
    const period = cwe()(field.first, conversion, segment, 2);
    if (period)
      (target.extension ??= []).push({
        url: "urn:hl7-org:v2xml#ODS.2",
        valueCodeableConcept: period,
      });
    return period !== undefined;
  }),
  3: nutrition.rule("oralDiet.type", (field, target, conversion, segment) => {
    const made = field.repetitions.flatMap((each) => cwe()(each, conversion, segment, 3) ?? []);
    if (made.length === 0) return false;
    if (segment.field(1).value === "S") {
      target.supplement = made.map((type) => ({ type }));
    } else target.oralDiet = { type: made };
    return true;
  }),
  4: nutrition.rule("oralDiet.instruction", (field, target) => {
    const { value } = field;
    if (value === "") return false;
    target.oralDiet = { ...target.oralDiet, instruction: value };
    return true;
  }),
});

/** Supplies. The guide has no map for RQD: a SupplyRequest. */
export const rqdSupplyRequest = segmentMap<SupplyRequest>(
  "RQD[SupplyRequest]",
  {
    2: supply.one("itemCodeableConcept", cwe()),
    3: supply.one("itemCodeableConcept", cwe()),
    4: supply.one("itemCodeableConcept", cwe()),
    5: supply.rule("quantity", (field, target, _conversion, segment) => {
      const quantity = quantityOf(field.value, segment.field(6));
      if (quantity) target.quantity = quantity;
      return quantity !== undefined;
    }),
    6: supply.rule("quantity.unit", (field) => field.text !== ""),
    7: supply.kept("valueIdentifier", cxToIdentifier),
    8: supply.kept("valueCodeableConcept", cwe()),
    9: supply.kept("valueReference", organization),
    10: supply.one("occurrenceDateTime", dateTime),
  },
  { 1: SET_ID },
);

/** Cumulative dosage. The guide has no map for CDO. */
export const cdoServiceRequest = segmentMap<ServiceRequest>(
  "CDO[ServiceRequest]",
  {
    2: requests.kept("valueCode", text),
    3: requests.kept("valueQuantity", cq),
    4: requests.kept("valueQuantity", cq),
  },
  { 1: SET_ID },
);

/** How orders follow each other. The guide announces TQ2 and has no map. */
export const tq2ServiceRequest = segmentMap<ServiceRequest>(
  "TQ2[ServiceRequest]",
  {
    2: requests.kept("valueCode", text),
    3: requests.each("basedOn", (repetition, conversion, segment, position) => {
      const identifier = ei("PLAC")(repetition, conversion, segment, position);
      return identifier && { type: "ServiceRequest", identifier };
    }),
    4: requests.each("basedOn", (repetition, conversion, segment, position) => {
      const identifier = ei("FILL")(repetition, conversion, segment, position);
      return identifier && { type: "ServiceRequest", identifier };
    }),
    5: requests.kept("valueIdentifier", ei()),
    6: requests.kept("valueCode", text),
    7: requests.kept("valueCode", text),
    8: requests.kept("valueQuantity", cq),
    9: requests.kept("valueDecimal", decimal),
    10: requests.kept("valueCode", text),
  },
  { 1: SET_ID },
);

/** Who is billed for an order. The guide has no map for BLG. */
export const blgServiceRequest = segmentMap<ServiceRequest>("BLG[ServiceRequest]", {
  1: requests.kept("valueString", wholeText),
  2: requests.kept("valueCode", text),
  3: requests.kept("valueIdentifier", cxToIdentifier),
  4: requests.kept("valueCodeableConcept", cwe()),
});

/** The same for an account. */
export const blgAccount = segmentMap<Account>("BLG[Account]", {
  1: accounts.kept("valueString", wholeText),
  2: accounts.kept("valueCode", text),
  3: accounts.each("identifier", cxToIdentifier),
  4: accounts.kept("valueCodeableConcept", cwe()),
});

/** An authorization. The guide has no map for AUT: kept with the insurance, else with the referral. */
const autRows = {
  1: coverages.kept("valueCodeableConcept", cwe(undefined, "0072")),
  2: coverages.kept("valueCodeableConcept", cwe(undefined, "0285")),
  3: coverages.kept("valueString", text),
  4: coverages.kept("valueDateTime", dateTime),
  5: coverages.kept("valueDateTime", dateTime),
  6: coverages.kept("valueIdentifier", ei()),
  7: coverages.kept("valueMoney", money),
  8: coverages.kept("valueDecimal", decimal),
  9: coverages.kept("valueDecimal", decimal),
  10: coverages.kept("valueDateTime", dateTime),
  11: coverages.kept("valueCodeableConcept", cwe()),
  12: coverages.kept("valueCodeableConcept", cwe()),
  13: coverages.kept("valueString", wholeText),
  14: coverages.kept("valueMoney", money),
  15: coverages.kept("valueDecimal", decimal),
  16: coverages.kept("valueDecimal", decimal),
  17: coverages.kept("valueMoney", money),
  18: coverages.kept("valueDecimal", decimal),
  19: coverages.kept("valueString", text),
  20: coverages.kept("valueDateTime", dateTime),
  21: coverages.kept("valueString", text),
  22: coverages.kept("valueDateTime", dateTime),
  23: coverages.kept("valueString", text),
  24: coverages.kept("valueString", text),
  25: coverages.kept("valueBoolean", yesOrNo),
  26: coverages.kept("valueReference", practitioner),
  27: coverages.kept("valueString", text),
  28: coverages.kept("valueDate", date),
  29: coverages.kept("valueString", text),
} as const;
export const autCoverage = segmentMap<Coverage>("AUT[Coverage]", autRows);
export const autServiceRequest = segmentMap<ServiceRequest>(
  "AUT[ServiceRequest]",
  autRows as unknown as Parameters<typeof segmentMap<ServiceRequest>>[1],
);

export const ods: Handler = (segment, state) => {
  const { conversion, patientReference, encounterReference } = state;
  if (!patientReference) return;
  const order = (state.slots.order ??= new Order(undefined));
  const diet = (order.nutrition ??= conversion.draft<NutritionOrder>({
    resourceType: "NutritionOrder",
    id: conversion.id("NutritionOrder", orderId("MedicationRequest", "placer", order, conversion)),
    identifier: orderIdentifiers(order.orc, state),
    status: orderState(order.orc),
    intent: "order",
    patient: patientReference,
    ...(encounterReference ? { encounter: encounterReference } : {}),
    dateTime: conversion.dateTime(order.orc?.field(9).value ?? "") ?? recordedAt(conversion),
  }));
  applyMap(odsNutritionOrder, segment, diet, conversion);
  // Invariant nor-1: an order has a diet, a supplement or a formula.
  if (!diet.oralDiet && !diet.supplement) diet.oralDiet = { type: [{ text: "unknown" }] };
  state.slots.owner = diet;
};

export const rqd: Handler = (segment, state) => {
  const { conversion, patientReference } = state;
  const order = (state.slots.order ??= new Order(undefined));
  const request = conversion.draft<SupplyRequest>({
    resourceType: "SupplyRequest",
    id: conversion.distinctId(
      "SupplyRequest",
      orderId("MedicationRequest", "placer", order, conversion),
      segment.field(1).value,
    ),
    identifier: orderIdentifiers(order.orc, state),
    status: "active",
    ...({} as { quantity: SupplyRequest["quantity"] }),
    ...(patientReference ? { deliverTo: undefined } : {}),
  });
  order.supply = request;
  applyMap(rqdSupplyRequest, segment, request, conversion);
  // A quantity is required, and there is none to be told.
  request.quantity ??= absent();
  state.slots.owner = request;
};

function orderIdentifiers(orc: Segment | undefined, { conversion }: State) {
  if (!orc) return undefined;
  const found = (["PLAC", "FILL"] as const).flatMap((type, index) => {
    const field = index + 2;
    const made = ei(type)(orc.field(field).first, conversion, orc, field);
    if (made) conversion.marks.mapped(orc, field, "identifier", {} as never);
    return made ?? [];
  });
  return found.length > 0 ? found : undefined;
}

function orderState(orc: Segment | undefined): NutritionOrder["status"] {
  const control = orc?.field(1).value ?? "";
  if (["CA", "OC", "DC", "OD", "CR", "DR"].includes(control)) return "revoked";
  return ["HD", "OH", "HR"].includes(control) ? "on-hold" : "active";
}

export const cdo: Handler = (segment, state) => {
  const { order } = state.slots;
  if (order?.request) applyMap(cdoServiceRequest, segment, order.request, state.conversion);
};
export const tq2: Handler = (segment, state) => {
  const { order } = state.slots;
  // A TQ2 stands before the segment that says what is ordered.
  if (order && !order.medicationRequest && state.patientReference && !state.event.administered) {
    applyMap(tq2ServiceRequest, segment, requestOf(order, state), state.conversion);
  }
};
export const blg: Handler = (segment, { conversion, slots, account }) => {
  if (slots.order?.request) applyMap(blgServiceRequest, segment, slots.order.request, conversion);
  else if (account) applyMap(blgAccount, segment, account, conversion);
};
export const aut: Handler = (segment, { conversion, slots, referral }) => {
  if (slots.coverage) applyMap(autCoverage, segment, slots.coverage, conversion);
  else if (referral) applyMap(autServiceRequest, segment, referral, conversion);
};
