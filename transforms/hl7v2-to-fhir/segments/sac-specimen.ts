import type { Specimen } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { dateTime, decimal, text, wholeText } from "../datatypes/primitives.ts";
import { cq, quantityOf } from "../datatypes/quantities.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { containerOf } from "./spm-specimen.ts";

const { each, one, rule, kept } = rowsFor<Specimen>();

/** The container of a specimen. The guide has no map for SAC; ids and quantities as Microsoft's template, the rest is kept. */
export const sacSpecimen = segmentMap<Specimen>("SAC[Specimen]", {
  1: kept("valueIdentifier", ei()),
  2: one("accessionIdentifier", ei()),
  3: rule("container.identifier", (field, target, conversion, segment) => {
    const identifier = ei()(field.first, conversion, segment, 3);
    if (!identifier) return false;
    (containerOf(target).identifier ??= []).push(identifier);
    return true;
  }),
  4: kept("valueIdentifier", ei()),
  5: kept("valueIdentifier", ei()),
  6: one("type", cwe("SpecimenType", "0487")),
  7: one("receivedTime", dateTime),
  8: kept("valueCodeableConcept", cwe(undefined, "0370")),
  9: kept("valueCodeableConcept", cwe(undefined, "0378")),
  10: kept("valueIdentifier", ei()),
  11: kept("valueString", wholeText),
  12: kept("valueString", wholeText),
  13: kept("valueIdentifier", ei()),
  14: kept("valueString", wholeText),
  15: kept("valueCodeableConcept", cwe()),
  16: kept("valueDecimal", decimal),
  17: kept("valueDecimal", decimal),
  18: kept("valueDecimal", decimal),
  19: kept("valueDecimal", decimal),
  20: kept("valueCodeableConcept", cwe()),
  21: rule("container.capacity", (field, target, _conversion, segment) => {
    const capacity = quantityOf(field.value, segment.field(24));
    if (!capacity) return false;
    containerOf(target).capacity = capacity;
    return true;
  }),
  22: rule("container.specimenQuantity", (field, target, _conversion, segment) => {
    const quantity = quantityOf(field.value, segment.field(24));
    if (!quantity) return false;
    containerOf(target).specimenQuantity ??= quantity;
    return true;
  }),
  23: kept("valueDecimal", decimal),
  24: rule("container.capacity.unit", (field) => field.value !== ""),
  25: kept("valueCodeableConcept", cwe(undefined, "0380")),
  26: kept("valueCodeableConcept", cwe(undefined, "0381")),
  27: rule("container.additiveCodeableConcept", (field, target, conversion, segment) => {
    const additive = cwe("AdditivePreservative", "0371")(field.first, conversion, segment, 27);
    if (!additive) return false;
    containerOf(target).additiveCodeableConcept ??= additive;
    return true;
  }),
  28: each("condition", cwe("SpecimenCondition", "0493")),
  29: kept("valueString", wholeText),
  30: kept("valueQuantity", cq),
  31: kept("valueDecimal", decimal),
  32: kept("valueDecimal", decimal),
  33: kept("valueCodeableConcept", cwe()),
  34: kept("valueDecimal", decimal),
  35: kept("valueCodeableConcept", cwe()),
  36: kept("valueDecimal", decimal),
  37: kept("valueCodeableConcept", cwe()),
  38: kept("valueDecimal", decimal),
  39: kept("valueCodeableConcept", cwe()),
  40: kept("valueCodeableConcept", cwe()),
  41: kept("valueCodeableConcept", cwe()),
  42: kept("valueCodeableConcept", cwe()),
  43: kept("valueCodeableConcept", cwe(undefined, "0375")),
  44: kept("valueCodeableConcept", cwe(undefined, "0382")),
  47: kept("valueString", text),
});

/** Adds to the specimen before it; without one the container is a specimen of its own. Identity: SAC-3, else SAC-2. */
export function sac(segment: Segment, state: State): void {
  const { conversion, slots, patientReference } = state;
  let { specimen } = slots;
  if (!specimen) {
    const id = [3, 2].map((field) => segment.field(field).first).find(({ value }) => value !== "");
    specimen = conversion.draft<Specimen>({
      resourceType: "Specimen",
      id: id
        ? conversion.id("Specimen", "container", ...eiIdentity(id))
        : conversion.id("Specimen", ...conversion.placeIdentity(segment)),
      ...(patientReference ? { subject: patientReference } : {}),
    });
    const reference = referenceTo(specimen);
    if (slots.order) slots.order.specimens.push(reference);
    else state.specimensOutside = [...state.specimensOutside, reference];
    state.slots = { ...slots, specimen, owner: specimen };
  }
  applyMap(sacSpecimen, segment, specimen, conversion);
}
