import { avroIncompatibilities, parseAvroSchema } from "#lib/avro";
import { jsonSchemaIncompatibilities } from "#lib/json-schema";
import type { JsonSchema } from "#lib/json-schema";
import { RegistryError } from "./registry-error.ts";
import type { SchemaType } from "./registry.ts";

export const COMPATIBILITY_LEVELS = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
] as const;
export type CompatibilityLevel = (typeof COMPATIBILITY_LEVELS)[number];

/** A schema with the texts of what it refers to, in order of their own dependencies. */
export interface ResolvedSchema {
  readonly schemaType: SchemaType;
  readonly schema: string;
  readonly references: readonly { readonly name: string; readonly schema: string }[];
  readonly version?: number;
}

/**
 * Why a schema cannot follow the ones before it (oldest first); empty when it can. Transitive levels look at all
 * of them and stop at the first that does not fit, others look at the newest.
 *
 * Throws RegistryError SCHEMA_INVALID for a schema that is none.
 */
export function levelReasons(
  level: CompatibilityLevel,
  next: ResolvedSchema,
  previous: readonly ResolvedSchema[],
  policy: "STRICT" | "LENIENT" = "STRICT",
): readonly string[] {
  if (level === "NONE" || previous.length === 0) return [];
  const others = level.endsWith("_TRANSITIVE") ? previous.toReversed() : previous.slice(-1);
  for (const other of others) {
    if (other.schemaType !== next.schemaType) {
      return [`the schema was ${other.schemaType} and is ${next.schemaType}`];
    }
    const reasons: string[] = [];
    const isFull = level.startsWith("FULL");
    if (isFull || level.startsWith("BACKWARD")) reasons.push(...backward(other, next, policy));
    if (isFull || level.startsWith("FORWARD")) {
      reasons.push(
        ...backward(next, other, policy).map((reason) => `seen by older readers: ${reason}`),
      );
    }
    if (reasons.length > 0) {
      const version = other.version === undefined ? "" : ` (against version ${other.version})`;
      return [...reasons.map((reason) => reason + version), `compatibility level: ${level}`];
    }
  }
  return [];
}

/** Why data of `writer` cannot be read with `reader`. */
function backward(
  writer: ResolvedSchema,
  reader: ResolvedSchema,
  policy: "STRICT" | "LENIENT",
): readonly string[] {
  if (reader.schemaType === "AVRO") {
    return avroIncompatibilities(avroOf(reader), avroOf(writer)).map(
      ({ type, path, message }) => `${type} at ${path === "" ? "the top" : path}: ${message}`,
    );
  }
  if (reader.schemaType === "JSON") {
    return jsonSchemaIncompatibilities(jsonOf(writer), jsonOf(reader), { policy }).map(
      ({ path, message }) => `${path}: ${message}`,
    );
  }
  throw new RegistryError("SCHEMA_INVALID", "Protobuf schemas are not compared");
}

export function avroOf({ schema, references }: ResolvedSchema) {
  return parseAvroSchema(
    schema,
    references.map((reference) => reference.schema),
  );
}

/** The JSON Schema with what it refers to among its definitions, by the references' names. */
export function jsonOf({ schema, references }: ResolvedSchema): JsonSchema {
  const parse = (text: string): JsonSchema => {
    try {
      return JSON.parse(text) as JsonSchema;
    } catch {
      throw new RegistryError("SCHEMA_INVALID", "The JSON Schema is not JSON");
    }
  };
  const root = parse(schema);
  if (references.length === 0 || typeof root === "boolean") return root;
  const named = references.map(({ name, schema: text }) => {
    const part = parse(text);
    return [name, typeof part === "boolean" ? part : { ...part, $id: name }] as const;
  });
  const definitions = (root["definitions"] ?? {}) as Record<string, JsonSchema>;
  return { ...root, definitions: { ...definitions, ...Object.fromEntries(named) } };
}
