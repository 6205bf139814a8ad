import type { Substance } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { dateTime, decimal, text } from "../datatypes/primitives.ts";
import { quantityOf } from "../datatypes/quantities.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { each, one, rule, kept } = rowsFor<Substance>();

/** A substance of a laboratory's inventory. The guide has no map for INV. */
export const invSubstance = segmentMap<Substance>("INV[Substance]", {
  1: one("code", cwe()),
  2: rule("status", (field, target, conversion, segment) => {
    const made = cwe(undefined, "0383")(field.first, conversion, segment, 2);
    if (made)
      (target.extension ??= []).push({
        url: "urn:hl7-org:v2xml#INV.2",
        valueCodeableConcept: made,
      });
    if (["EE", "EW", "OE"].includes(field.value)) target.status = "inactive";
    return made !== undefined;
  }),
  3: each("category", cwe(undefined, "0384")),
  4: kept("valueCodeableConcept", cwe()),
  5: kept("valueCodeableConcept", cwe()),
  6: kept("valueCodeableConcept", cwe()),
  7: kept("valueDecimal", decimal),
  8: rule("instance.quantity", (field, target, _conversion, segment) => {
    const quantity = quantityOf(field.value, segment.field(11));
    if (!quantity) return false;
    target.instance = [{ ...target.instance?.[0], quantity }];
    return true;
  }),
  9: kept("valueDecimal", decimal),
  10: kept("valueDecimal", decimal),
  11: rule("instance.quantity.unit", (field) => field.text !== ""),
  12: rule("instance.expiry", (field, target, conversion) => {
    const expiry = conversion.dateTime(field.value);
    if (expiry === undefined) return false;
    target.instance = [{ ...target.instance?.[0], expiry }];
    return true;
  }),
  13: kept("valueDateTime", dateTime),
  14: kept("valueDecimal", decimal),
  15: kept("valueCodeableConcept", cwe(undefined, "0385")),
  16: rule("instance.identifier", (field, target) => {
    if (field.value === "") return false;
    target.instance = [{ ...target.instance?.[0], identifier: { value: field.value } }];
    return true;
  }),
  17: kept("valueCodeableConcept", cwe(undefined, "0385")),
  18: kept("valueCodeableConcept", cwe(undefined, "0386")),
  19: kept("valueDateTime", dateTime),
  20: kept("valueString", text),
});

/** Identity: the substance and its lot. */
export function inv(segment: Segment, { conversion }: State): void {
  const substance = conversion.draft<Substance>({
    resourceType: "Substance",
    id: conversion.id(
      "Substance",
      conversion.message.header.sendingFacility,
      segment.field(1).text,
      segment.field(16).value,
    ),
    status: "active",
    ...({} as { code: Substance["code"] }),
  });
  applyMap(invSubstance, segment, substance, conversion);
  substance.code ??= { text: "unknown" };
}
