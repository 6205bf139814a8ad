import type { OperationOutcome, OperationOutcomeIssue } from "fhir/r4";
import type { Segment } from "#lib/hl7v2";
import { cwe } from "../datatypes/cwe-codeableconcept.ts";
import { text, wholeText } from "../datatypes/primitives.ts";
import { applyMap, rowsFor, segmentMap } from "../segment-map.ts";
import type { State } from "../state.ts";
import { codeTable } from "../codesystems/code-table.ts";

const { one, rule, kept } = rowsFor<OperationOutcomeIssue>();
const SEVERITY: Readonly<Record<string, OperationOutcomeIssue["severity"]>> = codeTable({
  E: "error",
  W: "warning",
  I: "information",
  F: "fatal",
});

/** What was wrong with a message. The guide has no map for ERR: an issue of an OperationOutcome. */
export const errOperationOutcome = segmentMap<OperationOutcomeIssue>("ERR[OperationOutcome]", {
  1: kept("valueString", wholeText),
  2: rule("expression", (field, target) => {
    const [segment, sequence, position] = [1, 2, 3].map((part) => field.component(part).value);
    if (!segment) return false;
    const nth = sequence ? `[${sequence}]` : "";
    target.expression = [`${segment}${nth}${position ? `-${position}` : ""}`];
    return true;
  }),
  3: one("details", cwe(undefined, "0357")),
  4: rule("severity", (field, target) => {
    const severity = SEVERITY[field.value];
    if (severity) target.severity = severity;
    return severity !== undefined;
  }),
  5: kept("valueCodeableConcept", cwe(undefined, "0533")),
  6: kept("valueString", text),
  7: one("diagnostics", wholeText),
  8: kept("valueString", wholeText),
  9: kept("valueCodeableConcept", cwe(undefined, "0517")),
  10: kept("valueCodeableConcept", cwe(undefined, "0518")),
  11: kept("valueCodeableConcept", cwe(undefined, "0519")),
});

/** All ERR segments of a message are issues of one OperationOutcome. */
export function err(segment: Segment, { conversion }: State): void {
  const outcome = conversion.draft<OperationOutcome>({
    resourceType: "OperationOutcome",
    id: conversion.id("OperationOutcome", ...conversion.messageIdentity),
    issue: [],
  });
  const issue: OperationOutcomeIssue = { severity: "error", code: "processing" };
  const resource = outcome;
  applyMap(errOperationOutcome, segment, issue, conversion, { resource, element: "issue" });
  outcome.issue.push(issue);
}
