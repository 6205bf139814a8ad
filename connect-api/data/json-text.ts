import { Decimal } from "./decimal.ts";
import { Struct } from "./struct.ts";

/**
 * A record's value as JSON text, every number with its digits: a struct as the object of its fields, a
 * map as an object, bytes as base64, a Decimal and a bigint as numbers. For sinks that store documents.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, jsonMember) ?? "null";
}

/** `this` is the object that holds the value: bytes of Node have lost their kind in `value` (Buffer.toJSON). */
function jsonMember(this: unknown, key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object") {
    return typeof value === "bigint" ? JSON.rawJSON(String(value)) : value;
  }
  const original = (this as Readonly<Record<string, unknown>>)[key];
  if (original instanceof Uint8Array) return Buffer.from(original).toString("base64");
  if (value instanceof Decimal) return JSON.rawJSON(String(value));
  if (value instanceof Struct) {
    return Object.fromEntries(value.schema.fields.map(({ name }) => [name, value.get(name)]));
  }
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([name, item]) => [String(name), item as unknown]));
  }
  return value;
}
