import type { OperationOutcome } from "fhir/r4";
import type { FhirProblem } from "./finding.ts";

/** Problems as FHIR says them: places and rules, no value of the resource. */
export function operationOutcome(problems: readonly FhirProblem[]): OperationOutcome {
  return {
    resourceType: "OperationOutcome",
    issue:
      problems.length === 0
        ? [{ severity: "information", code: "informational", details: { text: "valid" } }]
        : problems.map(({ path, rule, code }) => ({
            severity: "error",
            code,
            details: { text: rule },
            expression: [path],
          })),
  };
}
