import { DataError } from "../errors.ts";
import { Decimal } from "./decimal.ts";
import { javaClassName } from "./java-value.ts";
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
 * Checks a value, and what it holds, against a schema. `field`: the name of the field it stands in.
 *
 * Throws DataError with Kafka's texts, which name field, type and class and never the value.
 * Source: org.apache.kafka.connect.data.ConnectSchema.validateValue.
 */
export function validateValue(schema: Schema, value: unknown, field?: string): void {
  if (!isPlain(schema, value)) {
    check(schema, value, field === undefined ? "value" : `field: "${field}"`);
  }
}

/** What most values are: of a type without members, and fitting. */
function isPlain(schema: Schema, value: unknown): boolean {
  return schema.name === null && typeof value !== "object" && checks[schema.type](value);
}

function check(schema: Schema, value: unknown, location: string): void {
  if (value === null || value === undefined) {
    if (schema.optional) return;
    const message = `Invalid value: null used for required ${location}, schema type: ${schema.type}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  if (!fits(schema, value)) {
    const name = schema.name === null ? "" : ` "${schema.name}"`;
    const message = `Invalid Java object for schema${name} with type ${schema.type}: class ${classOf(value)} for ${location}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  switch (schema.type) {
    case "ARRAY": {
      const place = `element of array ${location}`;
      const items = known(schema.valueSchema, place);
      for (const item of value as unknown[]) check(items, item, place);
      break;
    }
    case "MAP": {
      const [keyPlace, valuePlace] = [`key of map ${location}`, `value of map ${location}`];
      const [keys, values] = [
        known(schema.keySchema, keyPlace),
        known(schema.valueSchema, valuePlace),
      ];
      for (const [key, item] of value as Map<unknown, unknown>) {
        check(keys, key, keyPlace);
        check(values, item, valuePlace);
      }
      break;
    }
    case "STRUCT": {
      const struct = value as StructValue;
      if (!sameSchema(struct.schema, schema)) {
        throw new DataError("SCHEMA_MISMATCH", "Struct schemas do not match.");
      }
      struct.validate();
      break;
    }
    default:
  }
}

function known(schema: Schema | null, location: string): Schema {
  if (schema) return schema;
  throw new DataError("SCHEMA_MISMATCH", `No schema defined for ${location}`);
}

function fits(schema: Schema, value: unknown): boolean {
  if (schema.name !== null && DATE_NAMES.has(schema.name)) return value instanceof Date;
  if (schema.name === "org.apache.kafka.connect.data.Decimal") return value instanceof Decimal;
  return checks[schema.type](value);
}

/** A number that does not fit has no width of its own. */
function classOf(value: unknown): string {
  return Number.isInteger(value) ? "java.lang.Integer" : javaClassName(value);
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
