import { Ajv } from "ajv";
import type { ErrorObject, ValidateFunction } from "ajv";
import { DataError } from "#connect-api";
import { isExactNumber } from "#lib/exact-json";
import { isObject } from "#lib/json-schema";
import type { JsonSchema } from "#lib/json-schema";

const NUMBER_KEYWORDS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
];

/**
 * A check of JSON trees whose numbers may be exact (objects that hold their digits). It throws DataError with place and
 * rule, and nothing of the value.
 *
 * Throws DataError for a schema that cannot be used to check data.
 */
export function dataCheck(schema: JsonSchema): (json: unknown) => void {
  const validate = validatorOf(schema);
  const names = propertyNames(schema);
  return (json) => {
    if (validate(json)) return;
    throw new DataError("JSON_SCHEMA_MISMATCH", describe(validate.errors?.[0], names));
  };
}

function validatorOf(schema: JsonSchema): ValidateFunction {
  const ajv = new Ajv({ strict: false, validateFormats: false, logger: false, inlineRefs: false });
  ajv.addKeyword({
    keyword: "exactNumber",
    schemaType: "object",
    compile: (rules: Record<string, unknown>) => numberRule(rules),
  });
  try {
    const prepared = withExactNumbers(schema) as JsonSchema;
    if (typeof prepared === "boolean") return ajv.compile(prepared);
    // Its address would be looked up elsewhere, and the dialect is checked by being used.
    const { $schema: _dialect, $id: _address, ...rest } = prepared;
    return ajv.compile(rest);
  } catch {
    const message =
      "The JSON Schema cannot be used to check data; set json.fail.invalid.schema=false";
    throw new DataError("SCHEMA_INVALID", message);
  }
}

/** `{"type":"integer",…}` becomes a keyword that also takes the number as an object. */
function withExactNumbers(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withExactNumbers);
  if (!isObject(part)) return part;
  const members: Record<string, unknown> = Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      name === "enum" || name === "const" ? value : withExactNumbers(value),
    ]),
  );
  const { type } = members;
  if (type !== "integer" && type !== "number") return members;
  // A logical decimal is base64 text although its schema says number.
  const rules: Record<string, unknown> = { isBytes: members["connect.type"] === "bytes" };
  for (const name of ["type", ...NUMBER_KEYWORDS]) {
    if (name in members) rules[name] = members[name];
    delete members[name];
  }
  return { ...members, exactNumber: rules };
}

function numberRule(rules: Readonly<Record<string, unknown>>): (value: unknown) => boolean {
  return (value) => {
    if (typeof value === "string") return rules["isBytes"] === true;
    if (typeof value !== "number" && !isExactNumber(value)) return false;
    const number = typeof value === "number" ? value : Number(value.rawJSON);
    const holds = (name: string, test: (bound: number) => boolean): boolean =>
      typeof rules[name] !== "number" || test(rules[name]);
    return (
      (rules["type"] !== "integer" || Number.isInteger(number)) &&
      holds("minimum", (bound) => number >= bound) &&
      holds("maximum", (bound) => number <= bound) &&
      holds("exclusiveMinimum", (bound) => number > bound) &&
      holds("exclusiveMaximum", (bound) => number < bound) &&
      holds("multipleOf", (bound) => Number.isInteger(number / bound))
    );
  };
}

function describe(error: ErrorObject | undefined, names: ReadonlySet<string>): string {
  const path = (error?.instancePath ?? "")
    .split("/")
    .slice(1)
    // Keys of a map are data: only names that the schema has are said.
    .map((name) => (/^\d+$/.test(name) ? `[${name}]` : names.has(name) ? `.${name}` : ".*"))
    .join("");
  const { additionalProperty, missingProperty } = (error?.params ?? {}) as Record<string, unknown>;
  const detail = additionalProperty ?? missingProperty;
  const rule = `${error?.keyword ?? "a rule"}${detail === undefined ? "" : ` ${String(detail)}`}`;
  return `The data does not fit the schema at ${path === "" ? "the top" : path.replace(/^\./, "")}: ${rule}`;
}

function propertyNames(schema: JsonSchema): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(walk);
    if (!isObject(part)) return;
    if (isObject(part["properties"])) {
      for (const name of Object.keys(part["properties"])) names.add(name);
    }
    Object.values(part).forEach(walk);
  };
  walk(schema);
  return names;
}
