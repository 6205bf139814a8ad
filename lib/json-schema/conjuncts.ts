import type { JsonSchema, SchemaObject } from "./schema-document.ts";

/** One of the rules that a schema asks for together. */
export type Conjunct =
  /** A single type with its keywords. */
  | { readonly kind: "plain"; readonly schema: SchemaObject }
  | { readonly kind: "any" | "one"; readonly branches: readonly JsonSchema[] }
  | { readonly kind: "values"; readonly values: readonly unknown[] }
  | { readonly kind: "not"; readonly schema: JsonSchema };

const COMBINING = new Set(["allOf", "anyOf", "oneOf", "not", "enum", "const"]);

/** Keywords that tell a type that is not named. */
const TYPE_OF_KEYWORD: Readonly<Record<string, string>> = {
  properties: "object",
  required: "object",
  additionalProperties: "object",
  unevaluatedProperties: "object",
  patternProperties: "object",
  propertyNames: "object",
  minProperties: "object",
  maxProperties: "object",
  dependencies: "object",
  dependentRequired: "object",
  dependentSchemas: "object",
  items: "array",
  prefixItems: "array",
  additionalItems: "array",
  unevaluatedItems: "array",
  minItems: "array",
  maxItems: "array",
  uniqueItems: "array",
  contains: "array",
  minLength: "string",
  maxLength: "string",
  pattern: "string",
  format: "string",
  minimum: "number",
  maximum: "number",
  exclusiveMinimum: "number",
  exclusiveMaximum: "number",
  multipleOf: "number",
};

const made = new WeakMap<SchemaObject, readonly Conjunct[]>();

/**
 * The rules of a schema. A list of types is "any of" them; `allOf` is taken apart one level deep by those who
 * compare. A union of one branch is that branch.
 */
export function conjunctsOf(schema: SchemaObject): readonly Conjunct[] {
  const known = made.get(schema);
  if (known) return known;
  const conjuncts: Conjunct[] = [];
  const plain = Object.fromEntries(Object.entries(schema).filter(([name]) => !COMBINING.has(name)));
  const { type } = schema as { type?: string | readonly string[] };
  if (Array.isArray(type)) {
    const branches = type.map((each: string) => ({ ...plain, type: each }));
    conjuncts.push(
      branches.length === 1
        ? { kind: "plain", schema: branches[0] as SchemaObject }
        : { kind: "any", branches },
    );
  } else if (typeof type === "string") {
    conjuncts.push({ kind: "plain", schema: plain });
  } else {
    const implied = Object.keys(plain).flatMap((name) => TYPE_OF_KEYWORD[name] ?? [])[0];
    if (implied !== undefined)
      conjuncts.push({ kind: "plain", schema: { ...plain, type: implied } });
  }
  const {
    enum: values,
    const: only,
    not,
  } = schema as {
    enum?: readonly unknown[];
    const?: unknown;
    not?: JsonSchema;
  };
  if (Array.isArray(values)) conjuncts.push({ kind: "values", values });
  if ("const" in schema) conjuncts.push({ kind: "values", values: [only] });
  if (not !== undefined) conjuncts.push({ kind: "not", schema: not });
  for (const [keyword, kind] of [
    ["anyOf", "any"],
    ["oneOf", "one"],
  ] as const) {
    const branches = schema[keyword];
    if (Array.isArray(branches)) conjuncts.push({ kind, branches: branches as JsonSchema[] });
  }
  if (Array.isArray(schema["allOf"])) {
    const branches = new Map(
      (schema["allOf"] as JsonSchema[]).map((branch) => [JSON.stringify(branch), branch]),
    );
    for (const branch of branches.values()) conjuncts.push({ kind: "any", branches: [branch] });
  }
  made.set(schema, conjuncts);
  return conjuncts;
}
