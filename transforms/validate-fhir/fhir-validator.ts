import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import type { ErrorObject, ValidateFunction } from "ajv";
import { isExactNumber } from "#lib/exact-json";

/** One thing that is wrong: where (FHIRPath) and which rule. No value of the resource. */
export interface FhirProblem {
  readonly path: string;
  readonly rule: string;
}

const schemaFile = new URL("../../schemas/fhir/r4/fhir.schema.json", import.meta.url);
let ajv: Ajv | undefined;
let types: ReadonlySet<string> = new Set();

/** The schema is read at the first use, and each type of resource is compiled at its own. */
function loaded(): Ajv {
  if (ajv) return ajv;
  const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as {
    $id: string;
    definitions: Record<string, { properties?: { resourceType?: unknown } }>;
  };
  types = new Set(
    Object.entries(schema.definitions)
      .filter(([, definition]) => definition.properties?.resourceType)
      .map(([name]) => name),
  );
  ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
  ajv.addKeyword({
    keyword: "fhirDecimal",
    schemaType: "boolean",
    validate: (_schema: boolean, value: unknown) =>
      typeof value === "number" || isExactNumber(value),
  });
  ajv.addSchema(schema, "fhir");
  return ajv;
}

/** Checks a resource against the base definition of its type. Returns nothing when it is valid. */
export function validateResource(resource: unknown): readonly FhirProblem[] {
  const validators = loaded();
  const type = (resource as { resourceType?: unknown } | null)?.resourceType;
  if (typeof type !== "string" || !types.has(type)) {
    return [{ path: "resourceType", rule: "not a FHIR R4 resource type" }];
  }
  const validate = validators.getSchema(`fhir#/definitions/${type}`) as ValidateFunction;
  if (validate(resource)) return [];
  return (validate.errors ?? []).map((error) => problemOf(type, error));
}

function problemOf(type: string, { instancePath, keyword, params }: ErrorObject): FhirProblem {
  const path = instancePath
    .split("/")
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join("");
  const { missingProperty, type: wanted, additionalProperty } = params as Record<string, unknown>;
  const detail = missingProperty ?? wanted ?? additionalProperty;
  // Only names of elements and types stand in a rule: `pattern` and `enum` would quote nothing of ours.
  return {
    path: `${type}${path}`,
    rule: typeof detail === "string" ? `${keyword} ${detail}` : keyword,
  };
}
