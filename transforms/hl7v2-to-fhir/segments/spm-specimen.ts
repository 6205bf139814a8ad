import type { Specimen } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { dr } from "../datatypes/dr-period.ts";
import { ei, eipFiller, eipIdentity, eipPlacer } from "../datatypes/ei-identifier.ts";
import { code, dateTime, decimal, text, wholeText, yesOrNo } from "../datatypes/primitives.ts";
import { cq } from "../datatypes/quantities.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const { each, one, rule, kept } = rowsFor<Specimen>();

/** Source: HL7 v2-to-FHIR, SPM[Specimen]; what it leaves open is kept under the name of the field. */
export const spmSpecimen = segmentMap<Specimen>(
  "SPM[Specimen]",
  {
    2: [each("identifier", eipPlacer("PGN")), each("identifier", eipFiller("FGN"))],
    3: each("parent", (repetition, conversion, segment, position) => {
      const identifier =
        eipPlacer("PGN")(repetition, conversion, segment, position) ??
        eipFiller("FGN")(repetition, conversion, segment, position);
      return identifier && { type: "Specimen", identifier };
    }),
    4: one("type", cwe("SpecimenType", "0487")),
    5: kept("valueCodeableConcept", cwe(undefined, "0541")),
    6: rule("container.additiveCodeableConcept", (field, target, conversion, segment) => {
      const additive = cwe("AdditivePreservative", "0371")(field.first, conversion, segment, 6);
      if (!additive) return false;
      containerOf(target).additiveCodeableConcept = additive;
      return true;
    }),
    7: one("collection.method", cwe("SpecimenCollectionMethod", "0488")),
    8: one("collection.bodySite", cwe("SpecimenSourceSite")),
    9: kept("valueCodeableConcept", cwe(undefined, "0542")),
    10: kept("valueCodeableConcept", cwe(undefined, "0543")),
    11: kept("valueCodeableConcept", cwe(undefined, "0369")),
    12: one("collection.quantity", cq),
    13: kept("valueDecimal", decimal),
    14: each("note", (repetition, conversion, segment) => {
      const note = wholeText(repetition, conversion, segment, 14);
      return note === undefined ? undefined : { text: note };
    }),
    15: kept("valueCodeableConcept", cwe(undefined, "0376")),
    16: kept("valueCodeableConcept", cwe(undefined, "0489")),
    17: rule("collection.collected[x]", (field, target, conversion, segment) => {
      const period = dr(field.first, conversion, segment, 17);
      if (!period) return false;
      const collection = (target.collection ??= {});
      if (period.end || !period.start) collection.collectedPeriod = period;
      else collection.collectedDateTime = period.start;
      return true;
    }),
    18: one("receivedTime", dateTime),
    19: kept("valueDateTime", dateTime),
    20: one("status", code("YesNoIndicator[AvailabilityStatus]")),
    21: rule("status", (field, target, conversion, segment) => {
      const reason = cwe("SpecimenRejectReason", "0490")(field.first, conversion, segment, 21);
      if (!reason) return false;
      target.status = "unsatisfactory";
      (target.condition ??= []).push(reason);
      return true;
    }),
    22: kept("valueCodeableConcept", cwe(undefined, "0491")),
    23: kept("valueCodeableConcept", cwe(undefined, "0492")),
    24: each("condition", cwe("SpecimenCondition", "0493")),
    25: rule("container.specimenQuantity", (field, target, conversion, segment) => {
      const quantity = cq(field.first, conversion, segment, 25);
      if (!quantity) return false;
      containerOf(target).specimenQuantity = quantity;
      return true;
    }),
    26: kept("valueDecimal", decimal),
    27: rule("container.type", (field, target, conversion, segment) => {
      const type = cwe("ContainerType")(field.first, conversion, segment, 27);
      if (!type) return false;
      containerOf(target).type = type;
      return true;
    }),
    28: kept("valueCodeableConcept", cwe(undefined, "0544")),
    29: kept("valueCodeableConcept", cwe(undefined, "0494")),
    30: one("accessionIdentifier", cxToIdentifier),
    31: each("identifier", cxToIdentifier),
    32: each("identifier", ei("SHIP")),
    33: kept("valueDateTime", dateTime),
    34: kept("valueString", text),
    35: kept("valueBoolean", yesOrNo),
  },
  { 1: SET_ID },
);

type Container = NonNullable<Specimen["container"]>[number];

export function containerOf(target: Specimen): Container {
  const list = (target.container ??= []);
  list[0] ??= {};
  return list[0];
}

/** A specimen, of the order it stands under or for the orders under it. Identity: SPM-2, else the order and SPM-1. */
export function spm(segment: Segment, state: State): void {
  const { conversion, patientReference, slots } = state;
  const { order } = slots;
  const specimen = conversion.draft<Specimen>({
    resourceType: "Specimen",
    id: specimenId(segment, state),
    ...(patientReference ? { subject: patientReference } : {}),
  });
  applyMap(spmSpecimen, segment, specimen, conversion);
  const reference = referenceTo(specimen);
  if (order) {
    if (order.request) {
      const requests = (specimen.request ??= []);
      const request = referenceTo(order.request);
      if (!requests.some((other) => other.reference === request.reference)) requests.push(request);
    }
    order.specimens.push(reference);
  } else state.specimensOutside = [...state.specimensOutside, reference];
  state.isUnderSpecimen = true;
  state.slots = { ...slots, specimen, owner: specimen };
}

function specimenId(spm: Segment, { conversion, slots }: State): string {
  const eip = spm.field(2).first;
  for (const half of [1, 2] as const) {
    const identity = eipIdentity(eip, half);
    if (identity[1] !== "") return conversion.id("Specimen", ...identity);
  }
  const parent = slots.order?.request?.id;
  return parent === undefined
    ? conversion.id("Specimen", ...conversion.placeIdentity(spm))
    : conversion.distinctId("Specimen", parent, spm.field(1).value, spm.field(4).value);
}
