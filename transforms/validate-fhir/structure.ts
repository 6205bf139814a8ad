import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import type { ErrorObject, ValidateFunction } from "ajv";
import { isExactNumber } from "#lib/exact-json";
import type { FhirProblem } from "./finding.ts";

/**
 * Structure by the strict JSON Schemas of schemas/fhir/json: known elements only, types, formats, cardinalities, codes
 * with a required binding.
 *
 * The resources of the pipeline are compiled ahead of time (schemas/fhir/compiled), and read at the first use (some 50 ms).
 * Any other type is compiled at its own first use; data types are shared among those, so they are compiled once.
 */
export function structureProblems(type: string, resource: unknown): readonly FhirProblem[] {
  const validate = validatorOf(type);
  if (!validate) {
    return [{ path: "resourceType", rule: "not a FHIR R4 resource type", code: "structure" }];
  }
  if (validate(resource)) return [];
  return (validate.errors ?? []).map((error) => problemOf(type, error));
}

const folder = new URL("../../schemas/fhir/json/", import.meta.url);
const validators = new Map<string, ValidateFunction | undefined>();
const sharedTypes = new Set<string>();

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
ajv.addKeyword({
  keyword: "fhirNumber",
  schemaType: "object",
  validate: (range: NumberRange, value: unknown) => isNumber(range, value),
});
ajv.addKeyword({
  keyword: "fhirChoice",
  schemaType: "array",
  validate: (choices: readonly (readonly string[])[], value: object) =>
    choices.every((names) => names.filter((name) => hasElement(value, name)).length <= 1),
});
ajv.addKeyword({
  keyword: "fhirResource",
  schemaType: "boolean",
  validate: (_: boolean, value: { readonly resourceType?: unknown }) => isValidContained(value),
});

interface NumberRange {
  readonly integer: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A number, or one that keeps its digits (JSON.rawJSON). */
function isNumber({ integer, minimum, maximum }: NumberRange, value: unknown): boolean {
  const number =
    typeof value === "bigint"
      ? Number(value)
      : isExactNumber(value)
        ? Number(value.rawJSON)
        : value;
  if (typeof number !== "number") return false;
  if (integer && !Number.isInteger(number)) return false;
  return (
    (minimum === undefined || number >= minimum) && (maximum === undefined || number <= maximum)
  );
}

const hasElement = (value: object, name: string): boolean => name in value || `_${name}` in value;

interface CompiledValidators {
  readonly [type: string]: ValidateFunction | undefined;
}

const require = createRequire(import.meta.url);
let aheadOfTime: CompiledValidators | undefined;

/** Validators of the pipeline's resources, which are plain functions in a file. */
function compiledAheadOfTime(): CompiledValidators {
  if (aheadOfTime) return aheadOfTime;
  const { setResourceCheck, ...made } =
    require("../../schemas/fhir/compiled/validators.js") as CompiledValidators & {
      setResourceCheck(check: (resource: { readonly resourceType?: unknown }) => boolean): void;
    };
  setResourceCheck(isValidContained);
  aheadOfTime = made;
  return made;
}

/** Each contained resource is checked by the schema of its own type. */
function isValidContained(resource: { readonly resourceType?: unknown }): boolean {
  const validate = validatorOf(String(resource.resourceType));
  return validate !== undefined && validate(resource) === true;
}

function validatorOf(type: string): ValidateFunction | undefined {
  if (!validators.has(type)) {
    const made = compiledAheadOfTime();
    validators.set(type, Object.hasOwn(made, type) ? made[type] : compiled(type));
  }
  return validators.get(type);
}

/** The same validator, compiled now; for tests that compare both. */
export function compiledNow(type: string): ValidateFunction | undefined {
  return compiled(type);
}

interface Schema {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly [keyword: string]: unknown;
}

/** undefined for what is no type of a resource. */
function compiled(type: string): ValidateFunction | undefined {
  const file = new URL(`${type}.json`, folder);
  if (!/^[A-Z][A-Za-z]+$/.test(type) || !existsSync(file)) return undefined;
  // `#/definitions/HumanName` becomes a schema of its own, shared by all resources.
  const text = readFileSync(file, "utf8").replaceAll('"#/definitions/', '"fhir:');
  const {
    definitions,
    $schema: _,
    ...own
  } = JSON.parse(text) as {
    readonly definitions: Readonly<Record<string, Schema>>;
    readonly $schema?: string;
  };
  for (const [name, schema] of Object.entries(definitions)) {
    if (sharedTypes.has(name)) continue;
    sharedTypes.add(name);
    ajv.addSchema({ ...exactNumbers(schema), $id: `fhir:${name}` });
  }
  return ajv.compile(own);
}

/** Numbers may keep their digits; the schemas know plain numbers only. */
function exactNumbers(schema: Schema): Schema {
  const { type, minimum, maximum } = schema;
  if (type !== "number" && type !== "integer") return schema;
  return {
    fhirNumber: {
      integer: type === "integer",
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    },
  };
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
    code: codes[keyword] ?? "value",
  };
}

const codes: Readonly<Record<string, FhirProblem["code"]>> = {
  required: "required",
  anyOf: "required",
  additionalProperties: "structure",
  type: "structure",
  fhirChoice: "structure",
  fhirResource: "structure",
  enum: "code-invalid",
  const: "code-invalid",
};
