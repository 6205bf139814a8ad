import { DataError } from "../errors.ts";
import { Decimal } from "./decimal.ts";
import { StructValue } from "./schema.ts";
import type { Schema, SchemaType } from "./schema.ts";

const isInteger =
  (bits: number) =>
  (value: unknown): boolean =>
    Number.isInteger(value) &&
    (value as number) >= -(2 ** (bits - 1)) &&
    (value as number) < 2 ** (bits - 1);

const checks: Readonly<Record<SchemaType, (value: unknown) => boolean>> = {
  INT8: isInteger(8),
  INT16: isInteger(16),
  INT32: isInteger(32),
  INT64: (value) => typeof value === "bigint" && BigInt.asIntN(64, value) === value,
  FLOAT32: (value) => typeof value === "number",
  FLOAT64: (value) => typeof value === "number",
  BOOLEAN: (value) => typeof value === "boolean",
  STRING: (value) => typeof value === "string",
  BYTES: (value) => value instanceof Uint8Array,
  ARRAY: Array.isArray,
  MAP: (value) => value instanceof Map,
  STRUCT: (value) => value instanceof StructValue,
};

const DATE_NAMES: ReadonlySet<string> = new Set(
  ["Date", "Time", "Timestamp"].map((name) => `org.apache.kafka.connect.data.${name}`),
);

/**
 * Checks a value, and what it holds, against a schema.
 *
 * Throws DataError that names the field and the types, never the value.
 * Source: org.apache.kafka.connect.data.ConnectSchema.validateValue.
 */
export function validateValue(schema: Schema, value: unknown, field = "value"): void {
  if (value === null || value === undefined) {
    if (schema.optional) return;
    const message = `Invalid value: null used for required field: "${field}", schema type: ${schema.type}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  if (!fits(schema, value)) {
    const message = `Invalid value for field "${field}": a ${kindOf(value)} is not ${schema.name ?? schema.type}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  switch (schema.type) {
    case "ARRAY":
      for (const item of value as unknown[])
        validateValue(schema.valueSchema as Schema, item, field);
      break;
    case "MAP":
      for (const [key, item] of value as Map<unknown, unknown>) {
        validateValue(schema.keySchema as Schema, key, field);
        validateValue(schema.valueSchema as Schema, item, field);
      }
      break;
    case "STRUCT":
      if (!sameSchema((value as StructValue).schema, schema)) {
        throw new DataError("SCHEMA_MISMATCH", `Struct schemas do not match for field "${field}"`);
      }
      break;
    default:
  }
}

function fits(schema: Schema, value: unknown): boolean {
  if (schema.name !== null && DATE_NAMES.has(schema.name)) return value instanceof Date;
  if (schema.name === "org.apache.kafka.connect.data.Decimal") return value instanceof Decimal;
  return checks[schema.type](value);
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  return value.constructor?.name ?? "object";
}

/** Whether two schemas say the same, member by member. */
export function sameSchema(a: Schema | null, b: Schema | null): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  return (
    a.type === b.type &&
    a.optional === b.optional &&
    a.name === b.name &&
    a.version === b.version &&
    a.doc === b.doc &&
    sameText(a.parameters, b.parameters) &&
    sameSchema(a.keySchema, b.keySchema) &&
    sameSchema(a.valueSchema, b.valueSchema) &&
    a.fields.length === b.fields.length &&
    a.fields.every((field, index) => {
      const other = b.fields[index];
      return field.name === other?.name && sameSchema(field.schema, other.schema);
    })
  );
}

function sameText(
  a: Readonly<Record<string, string>> | null,
  b: Readonly<Record<string, string>> | null,
): boolean {
  const [left, right] = [Object.entries(a ?? {}), Object.entries(b ?? {})];
  return left.length === right.length && left.every(([key, value]) => b?.[key] === value);
}
