import type { ChargeItem } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { referenceTo } from "../conversion.ts";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { drToPeriod } from "../datatypes/dr-period.ts";
import { ei, eiIdentity } from "../datatypes/ei-identifier.ts";
import { componentsOf } from "../datatypes/parts.ts";
import { location } from "../datatypes/pl-location.ts";
import { dateTime, decimal, text, unsignedInt, yesOrNo } from "../datatypes/primitives.ts";
import { cq, money, quantityOf } from "../datatypes/quantities.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { ValueOf } from "../segment-map.ts";
import type { State } from "../state.ts";

type Performer = NonNullable<ChargeItem["performer"]>[number];
const { each, one, rule, kept } = rowsFor<ChargeItem>();

const performer =
  (name: string): ValueOf<Performer> =>
  (xcn, conversion, segment, position) => {
    const actor = practitioner(xcn, conversion, segment, position);
    return actor && { function: { text: name }, actor };
  };

/** A financial transaction. The guide has no map for FT1: a ChargeItem, as Microsoft's template; the rest is kept. */
export const ft1ChargeItem = segmentMap<ChargeItem>(
  "FT1[ChargeItem]",
  {
    2: each("identifier", ({ value }) => (value === "" ? undefined : { value })),
    3: kept("valueString", text),
    4: rule("occurrence[x]", (field, target, conversion) => {
      const period = drToPeriod(componentsOf(field.first), conversion);
      if (!period) return false;
      if (period.end || !period.start) target.occurrencePeriod = period;
      else target.occurrenceDateTime = period.start;
      return true;
    }),
    5: one("enteredDate", dateTime),
    6: rule("status", (field, target, conversion, segment) => {
      // CG charge, CD credit, PY payment, AJ adjustment (table 0017); a credit takes a charge back.
      const type = cwe(undefined, "0017")(field.first, conversion, segment, 6);
      if (type) {
        (target.extension ??= []).push({
          url: "urn:hl7-org:v2xml#FT1.6",
          valueCodeableConcept: type,
        });
      }
      return type !== undefined;
    }),
    7: one("code", cwe(undefined, "0132")),
    8: kept("valueString", text),
    9: kept("valueString", text),
    10: rule("quantity", (field, target) => {
      const quantity = quantityOf(field.value, field);
      if (quantity?.value === undefined) return false;
      target.quantity = { value: quantity.value };
      return true;
    }),
    11: one("priceOverride", money),
    12: kept("valueMoney", money),
    13: one("costCenter", (repetition, conversion) => {
      const code = repetition.value || repetition.component(2).value;
      if (code === "") return undefined;
      const { sendingFacility } = conversion.message.header;
      return conversion.add({
        resourceType: "Organization",
        id: conversion.id("Organization", sendingFacility, "department", code),
        identifier: [{ value: code }],
        name: repetition.component(2).value || code,
      });
    }),
    14: kept("valueCodeableConcept", cwe(undefined, "0072")),
    15: kept("valueMoney", money),
    16: kept("valueReference", location),
    17: kept("valueCodeableConcept", cwe(undefined, "0024")),
    18: kept("valueCodeableConcept", cwe(undefined, "0018")),
    19: each("reason", cwe()),
    20: each("performer", performer("performed by")),
    21: each("performer", performer("ordered by")),
    22: kept("valueMoney", money),
    23: each("identifier", ei("FILL")),
    24: one("enterer", practitioner),
    25: rule("code", (field, target, conversion, segment) => {
      const procedure = cwe()(field.first, conversion, segment, 25);
      if (!procedure) return false;
      target.code ??= {};
      target.code.coding = [...(target.code.coding ?? []), ...(procedure.coding ?? [])];
      target.code.text ??= procedure.text;
      return true;
    }),
    26: rule("code.coding", (field, target, conversion, segment) => {
      const made = field.repetitions.flatMap(
        (each) => cwe(undefined, "0340")(each, conversion, segment, 26) ?? [],
      );
      const codings = made.flatMap(({ coding = [] }) => coding);
      if (codings.length > 0) ((target.code ??= {}).coding ??= []).push(...codings);
      return codings.length > 0;
    }),
    27: kept("valueCodeableConcept", cwe(undefined, "0339")),
    28: kept("valueCodeableConcept", cwe(undefined, "0476")),
    29: kept("valueCodeableConcept", cwe(undefined, "0549")),
    30: kept("valueIdentifier", cxToIdentifier),
    31: kept("valueIdentifier", cxToIdentifier),
    32: kept("valueIdentifier", cxToIdentifier),
    33: kept("valueUnsignedInt", unsignedInt),
    34: kept("valueIdentifier", cxToIdentifier),
    35: one("overrideReason", ({ value }) => value || undefined),
    36: kept("valueCodeableConcept", cwe()),
    37: kept("valueIdentifier", ei()),
    38: kept("valueIdentifier", ei()),
    39: kept("valueDateTime", dateTime),
    40: kept("valueReference", location),
    41: kept("valueDateTime", dateTime),
    42: kept("valueDateTime", dateTime),
    43: kept("valueString", text),
    44: kept("valueBoolean", yesOrNo),
    55: kept("valueDecimal", decimal),
    56: kept("valueQuantity", cq),
  },
  { 1: SET_ID },
);

/** Identity: FT1-2 with FT1-23, else the patient, the code and when it was. */
export function ft1(segment: Segment, state: State): void {
  const { conversion, patientReference, encounterReference, account } = state;
  if (!patientReference) return;
  const filler = segment.field(23).first;
  const number = segment.field(2).value;
  const own =
    number === "" && filler.value === ""
      ? [segment.field(7).text, segment.field(25).text, segment.field(4).text]
      : [number, ...eiIdentity(filler)];
  const item = conversion.draft<ChargeItem>({
    resourceType: "ChargeItem",
    id: conversion.distinctId("ChargeItem", patientReference.reference ?? "", ...own),
    status: "billable",
    ...({} as { code: ChargeItem["code"] }),
    subject: patientReference,
    ...(encounterReference ? { context: encounterReference } : {}),
    ...(account ? { account: [referenceTo(account)] } : {}),
  });
  applyMap(ft1ChargeItem, segment, item, conversion);
  item.code ??= { text: "unknown" };
  state.slots = { ...state.slots, ...(state.isInOrder ? {} : { order: undefined }), owner: item };
}
