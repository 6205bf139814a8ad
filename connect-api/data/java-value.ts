import { Decimal } from "./decimal.ts";
import { doubleText, floatText } from "./java-text.ts";
import { NarrowNumber } from "./narrow-number.ts";
import { StructValue } from "./schema.ts";
import type { Schema, SchemaType } from "./schema.ts";

/** A number that keeps its digits: what JSON.rawJSON makes. Source: ECMAScript, "JSON.parse source text access". */
interface DigitsNumber {
  readonly rawJSON: string;
}
const json = JSON as unknown as {
  rawJSON(text: string): DigitsNumber;
  isRawJSON(value: unknown): value is DigitsNumber;
};

/** A schemaless map: a plain object. */
export function isSchemalessMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || (prototype === null && !json.isRawJSON(value));
}

/**
 * The type that Kafka Connect infers for a schemaless value; null for what has none (Date, Decimal, …).
 *
 * Source: org.apache.kafka.connect.data.ConnectSchema.schemaType.
 */
export function schemalessType(value: unknown): SchemaType | null {
  switch (typeof value) {
    case "string":
      return "STRING";
    case "boolean":
      return "BOOLEAN";
    case "bigint":
      return "INT64";
    case "number":
      return "FLOAT64";
    case "object":
      break;
    default:
      return null;
  }
  if (value === null) return null;
  if (Array.isArray(value)) return "ARRAY";
  if (value instanceof NarrowNumber) return value.type;
  if (json.isRawJSON(value)) return "FLOAT64";
  if (value instanceof Uint8Array) return "BYTES";
  if (value instanceof StructValue) return "STRUCT";
  return value instanceof Map || isSchemalessMap(value) ? "MAP" : null;
}

const CLASS_NAMES: Readonly<Record<SchemaType, string>> = {
  INT8: "java.lang.Byte",
  INT16: "java.lang.Short",
  INT32: "java.lang.Integer",
  INT64: "java.lang.Long",
  FLOAT32: "java.lang.Float",
  FLOAT64: "java.lang.Double",
  BOOLEAN: "java.lang.Boolean",
  STRING: "java.lang.String",
  BYTES: "[B",
  ARRAY: "java.util.ArrayList",
  MAP: "java.util.HashMap",
  STRUCT: "org.apache.kafka.connect.data.Struct",
};

/** The Java class of a value, as error texts name it. `schema` tells the width of a plain number. */
export function javaClassName(value: unknown, schema: Schema | null = null): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Date) return "java.util.Date";
  if (value instanceof Decimal) return "java.math.BigDecimal";
  if (typeof value === "number" && schema) return CLASS_NAMES[schema.type];
  const type = schemalessType(value);
  if (type !== null) return CLASS_NAMES[type];
  return value.constructor?.name ?? "java.lang.Object";
}

/**
 * A schemaless Double. A number that Java writes otherwise than JSON does (`42.0`, `1.0E7`) keeps Java's
 * text, so that it is still seen to be a Double.
 */
export function schemalessDouble(value: number): unknown {
  const text = doubleText(value);
  return Number.isFinite(value) && text !== String(value) ? json.rawJSON(text) : value;
}

/** The JavaScript number of a schemaless value that is one (not of a bigint). */
export function numberValue(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (value instanceof NarrowNumber) return value.value;
  return json.isRawJSON(value) ? Number(value.rawJSON) : undefined;
}

/** The text of a number as Java's toString gives it; undefined for what is no number. */
export function numberText(value: unknown, schema: Schema | null = null): string | undefined {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") {
    // Without a schema, a Double that is whole is held with its digits: this is a plug-in's own count.
    if (schema === null) return Number.isSafeInteger(value) ? String(value) : doubleText(value);
    if (schema.type === "FLOAT64") return doubleText(value);
    return schema.type === "FLOAT32" ? floatText(value) : String(value);
  }
  if (value instanceof NarrowNumber) return value.toString();
  if (value instanceof Decimal) return value.toJavaString();
  return json.isRawJSON(value) ? value.rawJSON : undefined;
}

/** A value of a schema as it stands without one: the width goes into the value. */
export function withoutSchema(schema: Schema | null, value: unknown): unknown {
  if (schema === null || typeof value !== "number") return value;
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "FLOAT32":
      return new NarrowNumber(schema.type, value);
    default:
      return schemalessDouble(value);
  }
}
