/** How much is checked; each level includes those before it. */
export const LEVELS = ["structure", "invariants", "references"] as const;
export type ValidationLevel = (typeof LEVELS)[number];

/** One thing that is wrong: where (FHIRPath) and which rule. No value of the resource. */
export interface FhirProblem {
  /** `Patient.contact[0].telecom`. */
  readonly path: string;
  /** `required status`, or an invariant's key such as `per-1`. */
  readonly rule: string;
  /** OperationOutcome.issue.code. */
  readonly code: "structure" | "required" | "value" | "code-invalid" | "invariant" | "not-found";
}
