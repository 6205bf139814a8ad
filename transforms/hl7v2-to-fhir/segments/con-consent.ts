import type { Consent } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { codeOf, cwe } from "../datatypes/cwe-codeableconcept.ts";
import { ei } from "../datatypes/ei-identifier.ts";
import { dateTime, decimal, text, wholeText } from "../datatypes/primitives.ts";
import { practitioner } from "../datatypes/xcn-practitioner.ts";
import { SET_ID, applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { each, one, rule, kept } = rowsFor<Consent>();

/** Table 0498: active, limited, pending, refused, bypassed, rescinded, expired. */
const STATUS: Readonly<Record<string, Consent["status"]>> = codeTable({
  A: "active",
  L: "active",
  P: "proposed",
  R: "rejected",
  B: "active",
  X: "inactive",
});

/** A consent. The guide announces CON and has no map. */
export const conConsent = segmentMap<Consent>(
  "CON[Consent]",
  {
    2: each("category", cwe(undefined, "0496")),
    3: kept("valueString", text),
    4: each("identifier", ei()),
    5: kept("valueString", wholeText),
    6: kept("valueString", wholeText),
    7: kept("valueString", wholeText),
    8: kept("valueString", wholeText),
    9: kept("valueString", wholeText),
    10: kept("valueCodeableConcept", cwe(undefined, "0497")),
    11: rule("status", (field, target) => {
      const status = STATUS[field.value];
      if (status) target.status = status;
      return status !== undefined;
    }),
    12: kept("valueDateTime", dateTime),
    13: one("dateTime", dateTime),
    14: one("provision.period.start", dateTime),
    15: one("provision.period.end", dateTime),
    16: kept("valueCode", text),
    17: kept("valueCode", text),
    18: kept("valueCode", text),
    19: kept("valueCodeableConcept", cwe(undefined, "0500")),
    20: kept("valueCodeableConcept", cwe(undefined, "0501")),
    21: kept("valueCode", text),
    22: each("performer", practitioner),
    23: each("performer", practitioner),
    24: rule("provision.actor", (field, target, conversion, segment) => {
      const reference = practitioner(field.first, conversion, segment, 24);
      if (!reference) return false;
      const role = cwe(undefined, "0502")(segment.field(25).first, conversion, segment, 25);
      ((target.provision ??= {}).actor ??= []).push({
        role: role ?? { text: "unknown" },
        reference,
      });
      return true;
    }),
    25: rule("provision.actor.role", (field) => field.value !== ""),
    26: kept("valueDecimal", decimal),
  },
  { 1: SET_ID },
);

/** Identity: CON-4, else the patient, the kind of consent and when it was given. */
export function con(segment: Segment, state: State): void {
  const { conversion, patientReference } = state;
  const consent = conversion.draft<Consent>({
    resourceType: "Consent",
    id: conversion.distinctId(
      "Consent",
      patientReference?.reference ?? "",
      segment.field(4).text,
      segment.field(2).value,
      segment.field(13).value,
    ),
    status: "active",
    scope: codeOf("http://terminology.hl7.org/CodeSystem/consentscope", "treatment"),
    ...({} as { category: Consent["category"] }),
    ...(patientReference ? { patient: patientReference } : {}),
    // Invariant ppc-1: a policy, or a rule; the message names none.
    policyRule: { text: "as the sender's consent form says" },
  });
  applyMap(conConsent, segment, consent, conversion);
  consent.category ??= [{ text: "unknown" }];
}
