import type { Coverage, CoverageClass, Organization, RelatedPerson } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import type { Draft } from "../conversion.ts";
import { cwe, cweIdentifier } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { periodOf } from "../datatypes/dr-period.ts";
import { authorityOf } from "../datatypes/hd-uri.ts";
import {
  code,
  date,
  dateTime,
  decimal,
  positiveInt,
  text,
  yesOrNo,
} from "../datatypes/primitives.ts";
import { money } from "../datatypes/quantities.ts";
import { xadToAddress, xadToOrganizationAddress } from "../datatypes/xad-address.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { organization, xonToOrganization } from "../datatypes/xon-organization.ts";
import { xpnToHumanName } from "../datatypes/xpn-humanname.ts";
import { organizationXtn } from "../datatypes/xtn-contactpoint.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";

const CLASS = "http://terminology.hl7.org/CodeSystem/coverage-class";

const { each, one, rule, kept } = rowsFor<Coverage>();
const payorRows = rowsFor<Organization>();
const insuredRows = rowsFor<RelatedPerson>();

/** Source: HL7 v2-to-FHIR, IN1[Coverage]; IN1-8, IN1-9, IN1-36 as Microsoft's template; the rest is kept. */
export const in1Coverage = segmentMap<Coverage>(
  "IN1[Coverage]",
  {
    2: [
      each("identifier", cweIdentifier()),
      rule("class", (field, target) => {
        const value = field.value || field.component(2).value;
        return addClass(target, "plan", value, field.component(2).value);
      }),
    ],
    8: rule("class", (field, target, _conversion, segment) =>
      addClass(target, "group", field.value, segment.field(9).value),
    ),
    9: rule(
      "class.name",
      (field, target, _conversion, segment) =>
        segment.field(8).value !== "" || addClass(target, "group", field.value, field.value),
    ),
    10: [
      each("identifier", cxToIdentifier),
      one("policyHolder", (repetition, conversion) => {
        const identifier = cxToIdentifier(repetition, conversion);
        return identifier && { type: "Organization", identifier };
      }),
    ],
    11: rule("policyHolder", (field, target, conversion, segment) => {
      const reference = organization(field.first, conversion, segment, 11);
      if (!reference) return false;
      target.policyHolder = reference;
      return true;
    }),
    12: one("period.start", date),
    13: rule("period.end", (field, target, conversion) => {
      const period = periodOf(target.period?.start, conversion.date(field.value));
      if (!period?.end) return false;
      target.period = period;
      return true;
    }),
    14: kept("valueString", text),
    15: one("type", cwe(undefined, "0086")),
    17: one("relationship", cwe("Relationship", "0063")),
    20: kept("valueCodeableConcept", cwe(undefined, "0135")),
    21: kept("valueCodeableConcept", cwe(undefined, "0173")),
    22: one("order", positiveInt),
    23: kept("valueBoolean", yesOrNo),
    24: kept("valueDate", date),
    25: kept("valueBoolean", yesOrNo),
    26: kept("valueDate", date),
    27: kept("valueCodeableConcept", cwe(undefined, "0093")),
    28: kept("valueString", text),
    29: kept("valueDateTime", dateTime),
    30: kept("valueReference", practitioner),
    31: kept("valueCodeableConcept", cwe(undefined, "0098")),
    32: kept("valueCodeableConcept", cwe(undefined, "0022")),
    33: kept("valueDecimal", decimal),
    34: kept("valueDecimal", decimal),
    35: kept("valueCodeableConcept", cwe(undefined, "0042")),
    36: [
      each("identifier", ({ value }) => (value === "" ? undefined : { value })),
      one("subscriberId", text),
    ],
    37: kept("valueMoney", money),
    38: kept("valueMoney", money),
    39: kept("valueDecimal", decimal),
    40: kept("valueMoney", money),
    41: kept("valueMoney", money),
    42: kept("valueCodeableConcept", cwe(undefined, "0066")),
    45: kept("valueBoolean", yesOrNo),
    46: kept("valueString", text),
    47: kept("valueCodeableConcept", cwe(undefined, "0309")),
    48: kept("valueCodeableConcept", cwe(undefined, "0295")),
    49: [each("identifier", cxToIdentifier), one("subscriberId", text)],
    50: kept("valueCodeableConcept", cwe(undefined, "0535")),
    51: kept("valueDate", date),
    53: kept("valueString", text),
    54: kept("valueDate", date),
    55: kept("valueString", text),
  },
  { 1: SET_ID },
);

/** Source: HL7 v2-to-FHIR, IN1[Coverage], rows of the payor. */
export const in1Payor = segmentMap<Organization>("IN1[Organization]", {
  3: payorRows.each("identifier", cxToIdentifier),
  4: payorRows.one("name", text),
  5: payorRows.each("address", xadToOrganizationAddress),
  6: payorRows.each("contact", (repetition, conversion) => {
    const name = xpnToHumanName(repetition, conversion);
    return name && { name };
  }),
  7: payorRows.each("telecom", organizationXtn),
});

/** The insured person, where it is not the patient. Source: HL7 v2-to-FHIR, IN1[Coverage], rows of IN1-16. */
export const in1Insured = segmentMap<RelatedPerson>("IN1[RelatedPerson]", {
  16: insuredRows.each("name", xpnToHumanName),
  17: insuredRows.each("relationship", cwe("Relationship", "0063")),
  18: insuredRows.one("birthDate", date),
  19: insuredRows.each("address", xadToAddress),
  43: insuredRows.one("gender", code("AdministrativeSex")),
  44: insuredRows.kept("valueAddress", xadToAddress),
  49: insuredRows.each("identifier", cxToIdentifier),
  52: insuredRows.kept("valueString", text),
});

/**
 * An insurance. Identity: the patient, the company and the policy (else the plan).
 *
 * Status is `active`: IN1 has none, and a cancelled insurance is not sent. FHIR demands a payor: where IN1-3 and IN1-4
 * name none, the patient pays for himself as far as the message says.
 */
export function in1(segment: Segment, state: State): void {
  const { conversion, patientReference } = state;
  if (!patientReference) return;
  const payor = payorOf(segment, state);
  const policy = segment.field(36).value || segment.field(49).value;
  const plan = segment.field(2).component(1).value;
  if (!payor && policy === "" && plan === "") return;
  const { reference = "" } = patientReference;
  const coverage = conversion.draft<Coverage>({
    resourceType: "Coverage",
    id: conversion.id("Coverage", reference, payor?.id ?? "", plan, policy),
    status: "active",
    beneficiary: patientReference,
    payor: [payor ? { reference: `Organization/${payor.id}` } : patientReference],
  });
  applyMap(in1Coverage, segment, coverage, conversion);
  if (payor) applyMap(in1Payor, segment, payor, conversion);
  state.slots.coverage = coverage;
  state.slots.owner = coverage;
  insured(segment, coverage, state);
}

function payorOf(in1: Segment, { conversion }: State): Draft<Organization> | undefined {
  const named = xonToOrganization(in1.field(4).first, conversion);
  if (named) return named;
  const id = in1.field(3).first;
  if (id.value === "") return undefined;
  return conversion.draft<Organization>({
    resourceType: "Organization",
    id: conversion.id("Organization", authorityOf(id.component(4), conversion), id.value),
  });
}

/** IN1-17 of table 0063: SEL (self) and, by the older user table, 18. */
const SELF: ReadonlySet<string> = new Set(["SEL", "18", "patient", "self"]);

function insured(in1: Segment, coverage: Draft<Coverage>, state: State): void {
  const { conversion, patientReference } = state;
  if (!patientReference) return;
  if (SELF.has(in1.field(17).value)) {
    coverage.subscriber = patientReference;
    for (const field of [16, 18, 19, 43, 49]) {
      if (!in1.field(field).isEmpty) {
        conversion.marks.ignored(in1, field, "the insured is the patient, of whom PID says it");
      }
    }
    return;
  }
  if (in1.field(16).isEmpty) return;
  const { reference = "" } = patientReference;
  const person = conversion.draft<RelatedPerson>({
    resourceType: "RelatedPerson",
    id: conversion.id("RelatedPerson", reference, in1.field(16).text, in1.field(17).value),
    patient: patientReference,
  });
  applyMap(in1Insured, in1, person, conversion);
  coverage.subscriber = { reference: `RelatedPerson/${person.id}` };
}

function addClass(target: Coverage, code: "plan" | "group", value: string, name: string): boolean {
  if (value === "") return false;
  const made: CoverageClass = {
    type: { coding: [{ system: CLASS, code }] },
    value,
    ...(name === "" ? {} : { name }),
  };
  const list = (target.class ??= []);
  if (!list.some((other) => other.type.coding?.[0]?.code === code)) list.push(made);
  return true;
}
