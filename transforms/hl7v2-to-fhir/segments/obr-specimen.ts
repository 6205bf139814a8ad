import type { Specimen } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { concept, cweText } from "../datatypes/cwe-codeableconcept.ts";
import { periodOf } from "../datatypes/dr-period.ts";
import { componentsOf, subcomponentsOf } from "../datatypes/parts.ts";
import { dateTime } from "../datatypes/primitives.ts";
import { cq } from "../datatypes/quantities.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { Order } from "../order.ts";
import type { State } from "../state.ts";

const { each, one, rule } = rowsFor<Specimen>();

/** Source: HL7 v2-to-FHIR, OBR[Specimen] and SPS[Specimen-Source]. */
export const obrSpecimen = segmentMap<Specimen>("OBR[Specimen]", {
  7: rule("collection.collected[x]", (field, target, conversion, segment) => {
    const start = conversion.dateTime(field.value);
    const period = periodOf(start, conversion.dateTime(segment.field(8).value));
    if (start === undefined) return false;
    const collection = (target.collection ??= {});
    if (period?.end) collection.collectedPeriod = period;
    else collection.collectedDateTime = start;
    return true;
  }),
  9: one("collection.quantity", cq),
  10: one("collection.collector", practitioner),
  13: one("collection.fastingStatusCodeableConcept", (repetition) => {
    // Table 0916: fasting, not fasting, not given. Anything else says nothing of the specimen.
    const isFasting = ["F", "NF", "NG"].includes(repetition.value);
    const table = repetition.component(3).value.toUpperCase();
    return isFasting && ["", "HL70916", "0916"].includes(table)
      ? concept(componentsOf(repetition), undefined, "0916")
      : undefined;
  }),
  14: one("receivedTime", dateTime),
  15: rule("type", (field, target) => {
    const sps = field.first;
    const part = (position: number) => subcomponentsOf(sps.component(position));
    const type = concept(part(1), "SpecimenType", "0487");
    if (type) target.type = type;
    const additive = concept(part(2), "AdditivePreservative", "0371");
    if (additive) target.container = [{ additiveCodeableConcept: additive }];
    const note = sps.component(3).value;
    if (note !== "") target.note = [{ text: note }];
    const bodySite = concept(part(4), "BodySite", "0163");
    if (bodySite) (target.collection ??= {}).bodySite = bodySite;
    const condition = concept(part(6), "SpecimenCondition", "0493");
    if (condition) target.condition = [condition];
    return [type, additive, bodySite, condition].some(Boolean) || note !== "";
  }),
  39: each("note", (repetition, conversion, segment, position) => {
    const comment = cweText(repetition, conversion, segment, position);
    return comment === undefined ? undefined : { text: comment };
  }),
});

/**
 * The specimen of an OBR of older versions: only where OBR-9, OBR-10, OBR-14 or OBR-15 tells of one and no SPM does.
 * Identity: the order.
 */
export function obrToSpecimen(obr: Segment, order: Order, state: State): void {
  const { conversion, patientReference } = state;
  if (conversion.message.segment("SPM")) return;
  if ([9, 10, 14, 15].every((field) => obr.field(field).isEmpty || obr.field(field).isNull)) return;
  const specimen = conversion.draft<Specimen>({
    resourceType: "Specimen",
    id: conversion.id("Specimen", "order", order.request?.id ?? "", order.report?.id ?? ""),
    ...(patientReference ? { subject: patientReference } : {}),
  });
  if (applyMap(obrSpecimen, obr, specimen, conversion)) order.specimens.push(referenceTo(specimen));
  else conversion.drop(specimen);
}
