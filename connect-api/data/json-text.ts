import { Decimal } from "./decimal.ts";
import { floatText } from "./java-text.ts";
import { NarrowNumber } from "./narrow-number.ts";
import type { SchemaType } from "./schema.ts";
import { Struct } from "./struct.ts";

/**
 * A record's value as JSON text, every number with its digits: a struct as the object of its fields, a
 * map as an object, bytes as base64, a Decimal and a bigint as numbers. For sinks that store documents.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, jsonMember) ?? "null";
}

/**
 * `this` is the object that holds the value: bytes of Node and narrow numbers have lost their kind in `value` (toJSON).
 */
function jsonMember(this: unknown, key: string, value: unknown): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return JSON.rawJSON(String(value));
  const original = (this as Readonly<Record<string, unknown>>)[key];
  if (typeof value !== "object") {
    return original instanceof NarrowNumber ? withDigits(original.type, value) : value;
  }
  if (original instanceof Uint8Array) return Buffer.from(original).toString("base64");
  if (value instanceof Decimal) return JSON.rawJSON(String(value));
  if (value instanceof Struct) {
    return Object.fromEntries(
      value.schema.fields.map(({ name, schema }) => [
        name,
        withDigits(schema.type, value.get(name)),
      ]),
    );
  }
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([name, item]) => [String(name), item as unknown]));
  }
  return value;
}

/** 7.1 of 32 bits is 7.099999904632568 of 64, which nobody sent. */
function withDigits(type: SchemaType, value: unknown): unknown {
  return type === "FLOAT32" && Number.isFinite(value)
    ? JSON.rawJSON(floatText(value as number))
    : value;
}
