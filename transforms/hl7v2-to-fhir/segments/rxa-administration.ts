import type { Immunization, MedicationAdministration } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import { mapCode } from "../codesystems/concept-maps.ts";
import { referenceTo } from "../conversion.ts";
import { codeOf, concept, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { periodOf } from "../datatypes/dr-period.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { location, namedLocation } from "../datatypes/pl-location.ts";
import { date, dateTime, decimal, text, wholeText } from "../datatypes/primitives.ts";
import { quantityOf } from "../datatypes/quantities.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organizationOfCwe } from "../datatypes/xon-organization.ts";
import { Order } from "../order.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { medicationElement, medicationOf } from "./medication.ts";
import { orderId } from "./obr-servicerequest.ts";
import { orcImmunization, orcMedicationAdministration } from "./orc-medication.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { each, one, rule, kept } = rowsFor<Immunization>();
const given = rowsFor<MedicationAdministration>();

/** CVX 998: nothing was given. CVX 999: unknown. RXA-6 999 says that the amount is not known. */
const UNKNOWN_AMOUNT = "999";

/** Source: HL7 v2-to-FHIR, RXA[Immunization]. */
export const rxaImmunization = segmentMap<Immunization>(
  "RXA[Immunization]",
  {
    3: rule("occurrence[x]", (field, target, conversion) => {
      const at = conversion.dateTime(field.value);
      if (at !== undefined) target.occurrenceDateTime = at;
      return at !== undefined;
    }),
    4: kept("valueDateTime", dateTime),
    5: one("vaccineCode", cwe()),
    6: rule("doseQuantity", (field, target, _conversion, segment) => {
      if (field.value === UNKNOWN_AMOUNT) return true;
      const dose = quantityOf(field.value, segment.field(7));
      if (dose) target.doseQuantity = dose;
      return dose !== undefined;
    }),
    7: rule("doseQuantity.unit", (field) => field.text !== ""),
    8: kept("valueCodeableConcept", cwe()),
    9: rule("note", (field, target, conversion, segment) => {
      for (const repetition of field.repetitions) {
        const source = concept(componentsOf(repetition));
        const code = source?.coding?.[0]?.code;
        // NIP001: where the record comes from. 00 is a new record, the others are history.
        if (repetition.component(3).value === "NIP001" && code !== undefined) {
          target.primarySource = code === "00";
          if (code !== "00" && source) target.reportOrigin = source;
        }
        const note =
          source?.text ??
          source?.coding?.[0]?.display ??
          wholeText(repetition, conversion, segment, 9);
        if (note) (target.note ??= []).push({ text: note });
      }
      return true;
    }),
    10: each("performer", (xcn, conversion, segment, position) => {
      const actor = practitioner(xcn, conversion, segment, position);
      return actor && { function: codeOf(hl7Table("0443"), "AP"), actor };
    }),
    11: one("location", (repetition, conversion, segment, position) => {
      const place = location(repetition, conversion, segment, position);
      return place ?? namedLocation(repetition, conversion, segment, position);
    }),
    12: kept("valueString", text),
    13: kept("valueDecimal", decimal),
    14: kept("valueCodeableConcept", cwe()),
    15: one("lotNumber", text),
    16: one("expirationDate", date),
    17: one("manufacturer", organizationOfCwe),
    18: one("statusReason", cwe()),
    19: each("reasonCode", cwe()),
    20: rule("status", (field, target, _conversion, segment) => {
      if (segment.field(21).value === "D") return true;
      const status = mapCode("CompletionStatus", field.value)?.code;
      if (status) target.status = status as Immunization["status"];
      return status !== undefined;
    }),
    21: rule("status", (field, target) => {
      if (field.value === "D") target.status = "entered-in-error";
      return field.value !== "";
    }),
    22: one("recorded", dateTime),
    23: kept("valueDecimal", decimal),
    24: kept("valueCodeableConcept", cwe()),
    25: kept("valueCodeableConcept", cwe()),
    26: kept("valueCodeableConcept", cwe()),
    27: one("location", location),
    28: rule("location.address", (field, target, conversion) => {
      const address = xadToAddress(field.first, conversion);
      const place = conversion.find("Location", target.location);
      if (!address) return false;
      if (place) place.address ??= address;
      else {
        target.location = conversion.add({
          resourceType: "Location",
          id: conversion.id("Location", "address", field.text),
          address,
        });
      }
      return true;
    }),
  },
  {
    1: "counts the doses of the order, which is part of the resource's identity",
    2: "counts the administrations, which is part of the resource's identity",
  },
);

/** Table 0322 to the status of an administration. */
const STATUS: Readonly<Record<string, MedicationAdministration["status"]>> = codeTable({
  CP: "completed",
  RE: "not-done",
  NA: "not-done",
  PA: "stopped",
});

/** What was given. The guide announces RXA[MedicationAdministration] and has none: as its RXA[Immunization]. */
export const rxaMedicationAdministration = segmentMap<MedicationAdministration>(
  "RXA[MedicationAdministration]",
  {
    3: given.rule("effective[x]", (field, target, conversion, segment) => {
      const start = conversion.dateTime(field.value);
      if (start === undefined) return false;
      const period = periodOf(start, conversion.dateTime(segment.field(4).value));
      if (period?.end && period.end !== start) target.effectivePeriod = period;
      else target.effectiveDateTime = start;
      return true;
    }),
    4: given.rule("effectivePeriod.end", (field) => field.value !== ""),
    5: given.rule("medication[x]", (field, target, conversion, segment) => {
      const medication = medicationOf(
        segment,
        { code: 5, form: 8, strength: 13, strengthUnits: 14, lot: 15, expires: 16 },
        conversion,
      );
      if (!medication) return false;
      Object.assign(target, medicationElement(medication));
      return !field.isEmpty;
    }),
    6: given.rule("dosage.dose", (field, target, _conversion, segment) => {
      if (field.value === UNKNOWN_AMOUNT) return true;
      const dose = quantityOf(field.value, segment.field(7));
      if (dose) (target.dosage ??= {}).dose = dose;
      return dose !== undefined;
    }),
    7: given.rule("dosage.dose.unit", (field) => field.text !== ""),
    8: given.rule("medication.form", (field) => field.text !== ""),
    9: given.each("note", (repetition, conversion, segment) => {
      const note = wholeText(repetition, conversion, segment, 9);
      return note === undefined ? undefined : { text: note };
    }),
    10: given.each("performer", (xcn, conversion, segment, position) => {
      const actor = practitioner(xcn, conversion, segment, position);
      return actor && { actor };
    }),
    11: given.kept("valueReference", location),
    12: given.rule("dosage.rateQuantity", (field, target, conversion, segment) => {
      // Invariant mad-1: a dosage has a dose or a rate; a rate per time without a number is text.
      const rate = wholeText(field.first, conversion, segment, 12);
      if (rate === undefined || !target.dosage?.dose) return false;
      target.dosage.text = `per ${rate}`;
      return true;
    }),
    13: given.rule("medication.ingredient.strength.numerator", (field) => field.value !== ""),
    14: given.rule("medication.ingredient.strength.numerator.unit", (field) => field.text !== ""),
    15: given.rule("medication.batch.lotNumber", (field) => field.value !== ""),
    16: given.rule("medication.batch.expirationDate", (field) => field.value !== ""),
    17: given.kept("valueReference", organizationOfCwe),
    18: given.each("statusReason", cwe()),
    19: given.each("reasonCode", cwe()),
    20: given.rule("status", (field, target) => {
      const status = STATUS[field.value];
      if (status) target.status = status;
      return status !== undefined;
    }),
    21: given.rule("status", (field, target) => {
      if (field.value === "D") target.status = "entered-in-error";
      return field.value !== "";
    }),
    22: given.kept("valueDateTime", dateTime),
    23: given.kept("valueDecimal", decimal),
    24: given.kept("valueCodeableConcept", cwe()),
    25: given.kept("valueCodeableConcept", cwe()),
    26: given.kept("valueCodeableConcept", cwe()),
    27: given.kept("valueReference", location),
    28: given.kept("valueAddress", xadToAddress),
  },
  {
    1: "counts the doses of the order, which is part of the resource's identity",
    2: "counts the administrations, which is part of the resource's identity",
  },
);

/** What was given: a vaccine in a message of immunizations, else a medication. */
export function rxa(segment: Segment, state: State): void {
  if (!state.patientReference) return;
  if (state.event.administered === "Immunization") immunization(segment, state);
  else administration(segment, state);
}

/** Identity: the order's number, else the patient; with the vaccine and when it was given. */
function immunization(segment: Segment, state: State): void {
  const { conversion, encounterReference } = state;
  const patient = state.patientReference as { reference?: string };
  const order = newOrSame(state);
  const draft = conversion.draft<Immunization>({
    resourceType: "Immunization",
    id: conversion.distinctId("Immunization", ...givenIdentity(segment, order, state)),
    status: "completed",
    ...({} as { vaccineCode: Immunization["vaccineCode"] }),
    patient,
    ...(encounterReference ? { encounter: encounterReference } : {}),
  });
  order.immunization = draft;
  if (order.orc) applyMap(orcImmunization, order.orc, draft, conversion);
  applyMap(rxaImmunization, segment, draft, conversion);
  draft.vaccineCode ??= { text: "unknown" };
  if (!draft.occurrenceDateTime) draft.occurrenceString = "unknown";
  state.slots.owner = draft;
}

function administration(segment: Segment, state: State): void {
  const { conversion, encounterReference } = state;
  const subject = state.patientReference as { reference?: string };
  const order = newOrSame(state);
  const draft = conversion.draft<MedicationAdministration>({
    resourceType: "MedicationAdministration",
    id: conversion.distinctId("MedicationAdministration", ...givenIdentity(segment, order, state)),
    status: "completed",
    medicationCodeableConcept: undefined,
    subject,
    ...(encounterReference ? { context: encounterReference } : {}),
    ...(order.medicationRequest ? { request: referenceTo(order.medicationRequest) } : {}),
    ...({} as object),
  });
  order.administration = draft;
  if (order.orc) applyMap(orcMedicationAdministration, order.orc, draft, conversion);
  applyMap(rxaMedicationAdministration, segment, draft, conversion);
  state.slots.owner = draft;
}

function newOrSame(state: State): Order {
  return (state.slots.order ??= new Order(undefined));
}

function givenIdentity(rxa: Segment, order: Order, state: State): readonly string[] {
  const numbered = [order.orc?.field(2), order.orc?.field(3)].find((each) => each?.value);
  const owner = numbered
    ? orderId("MedicationRequest", "placer", order, state.conversion)
    : (state.patientReference?.reference ?? "");
  return [owner, rxa.field(5).component(3).value, rxa.field(5).value, rxa.field(3).value];
}
