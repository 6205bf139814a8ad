import type { FhirProblem, ValidationLevel } from "./finding.ts";
import type { Element } from "./invariants/element.ts";
import { ruleProblems } from "./rules.ts";
import { structureProblems } from "./structure.ts";

/**
 * Checks a resource against the base definition of its type. Returns nothing when it is valid.
 *
 * A resource whose structure is wrong is not checked any further, because the rules speak of elements that are what
 * they should be.
 */
export function validateResource(
  resource: unknown,
  level: ValidationLevel = "references",
): readonly FhirProblem[] {
  const { resourceType } = (resource ?? {}) as { readonly resourceType?: unknown };
  const type = typeof resourceType === "string" ? resourceType : "";
  const problems = structureProblems(type, resource);
  if (problems.length > 0 || level === "structure") return problems;
  return ruleProblems(type, resource as Element, { references: level === "references" });
}
