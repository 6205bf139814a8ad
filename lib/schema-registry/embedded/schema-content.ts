import { createHash } from "node:crypto";
import { avroOf, jsonOf } from "../compatibility-level.ts";
import type { ResolvedSchema } from "../compatibility-level.ts";
import { ERROR_CODES } from "../registry-error.ts";
import type { NewSchema } from "../registry.ts";
import { refused } from "./refusals.ts";
import type { StoredVersion } from "./schema-store.ts";

/** Throws RegistryError for text that is no schema of its type. */
export function checkSchema(schema: ResolvedSchema): void {
  try {
    if (schema.schemaType === "AVRO") avroOf(schema);
    else if (schema.schemaType === "JSON") checkJsonSchema(jsonOf(schema));
    else throw new Error("Protobuf schemas are not supported by the embedded registry");
  } catch (error) {
    throw refused(ERROR_CODES.invalidSchema, `Invalid schema: ${(error as Error).message}`);
  }
}

const JSON_TYPES = new Set(["null", "boolean", "object", "array", "number", "string", "integer"]);

function checkJsonSchema(schema: unknown): void {
  const isSchema = typeof schema === "boolean" || (typeof schema === "object" && schema !== null);
  if (!isSchema || Array.isArray(schema))
    throw new Error("a JSON Schema is an object or a boolean");
  const { type } = schema as { type?: unknown };
  for (const each of type === undefined ? [] : [type].flat()) {
    if (!JSON_TYPES.has(each as string)) throw new Error(`"${String(each)}" is no JSON type`);
  }
}

/** Same text, references and type; metadata and rules only when they are given. */
export function isSame(stored: StoredVersion, wanted: NewSchema): boolean {
  return (
    stored.schemaType === wanted.schemaType &&
    stored.schema === wanted.schema &&
    JSON.stringify(stored.references) === JSON.stringify(wanted.references ?? []) &&
    (wanted.metadata === undefined ||
      JSON.stringify(stored.metadata) === JSON.stringify(wanted.metadata)) &&
    (wanted.ruleSet === undefined ||
      JSON.stringify(stored.ruleSet) === JSON.stringify(wanted.ruleSet))
  );
}

/** What tells contents apart, whatever the subject. */
export function hashOf({ schemaType, schema, references, metadata, ruleSet }: NewSchema): string {
  return createHash("sha256")
    .update(
      JSON.stringify([schemaType, schema, references ?? [], metadata ?? null, ruleSet ?? null]),
    )
    .digest("hex");
}
