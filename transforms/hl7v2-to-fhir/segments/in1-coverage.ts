import type { Coverage, Reference } from "fhir/r4";
import { resourceId } from "#lib/fhir";
import type { Segment } from "#lib/hl7v2";
import { hl7Table } from "../codesystems/coding-system.ts";
import type { Conversion } from "../conversion.ts";
import { cweToCodeableConcept } from "../datatypes/cwe-codeableconcept.ts";
import { cxToIdentifier } from "../datatypes/cx-identifier.ts";
import { xadToAddress } from "../datatypes/xad-address.ts";
import { xonToOrganization } from "../datatypes/xon-organization.ts";

const CLASS = "http://terminology.hl7.org/CodeSystem/coverage-class";

/**
 * Maps IN1 to Coverage. Identity: the patient, the company and the policy. undefined when no payer is named,
 * because FHIR demands one.
 *
 * Status is `active`: IN1 has none, and a cancelled insurance is not sent. IN1-16 (the insured) is left out.
 * Source: HL7 v2-to-FHIR, IN1[Coverage]; IN1-3, IN1-8, IN1-9, IN1-36 and IN1-49 as Microsoft's template.
 */
export function in1ToCoverage(
  in1: Segment,
  patient: Reference,
  conversion: Conversion,
): Reference | undefined {
  const companies = in1.field(3).repetitions.flatMap((cx) => cxToIdentifier(cx) ?? []);
  const payor = xonToOrganization(in1.field(4).first, conversion, {
    identifiers: companies,
    address: xadToAddress(in1.field(5).first),
  });
  if (!payor) return undefined;
  const type = cweToCodeableConcept(in1.field(15).first, hl7Table("0086"));
  const relationship = cweToCodeableConcept(in1.field(17).first, hl7Table("0063"));
  const plan = in1.field(2).component(1).value;
  const policy = in1.field(36).value;
  const group = in1.field(8).value;
  const coverage: Coverage = {
    resourceType: "Coverage",
    id: resourceId(
      "Coverage",
      patient.reference ?? "",
      payor.reference ?? "",
      plan,
      policy || in1.field(49).value,
    ),
    identifier: [
      ...(policy === "" ? [] : [{ value: policy }]),
      ...in1.field(49).repetitions.flatMap((cx) => cxToIdentifier(cx) ?? []),
    ],
    status: "active",
    ...(type ? { type } : {}),
    subscriberId: in1.field(49).value || policy,
    beneficiary: patient,
    ...(relationship ? { relationship } : {}),
    period: {
      start: conversion.date(in1.field(12).value) ?? "",
      end: conversion.date(in1.field(13).value) ?? "",
    },
    payor: [payor],
    class: [
      coverageClass("plan", plan, in1.field(2).component(2).value),
      coverageClass("group", group, in1.field(9).value),
    ].filter((each) => each !== undefined),
  };
  return conversion.add(coverage);
}

function coverageClass(code: "plan" | "group", value: string, name: string) {
  if (value === "") return undefined;
  return { type: { coding: [{ system: CLASS, code }] }, value, name };
}
