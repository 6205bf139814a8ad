import { Decimal, Struct } from "#connect-api";

const decoder = new TextDecoder();

/**
 * A value as one line: text as it is, bytes as UTF-8, everything else as JSON (a struct as its fields,
 * bytes within as base64), so that JSON values give NDJSON. Line ends inside of text become blanks, because a line is a record; JSON has none.
 *
 * Kafka's sink writes Java's toString of maps and structs (`{a=1}`), which no program reads.
 */
export function lineText(value: unknown): string {
  if (typeof value === "string") return oneLine(value);
  if (value instanceof Uint8Array) return oneLine(decoder.decode(value));
  return JSON.stringify(value, jsonValue) ?? "null";
}

function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replaceAll(/\r\n|[\r\n]/g, " ") : text;
}

/** `this` is the object that holds the value: bytes of Node have lost their kind in `value` (Buffer.toJSON). */
function jsonValue(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[key];
  if (original instanceof Uint8Array) return Buffer.from(original).toString("base64");
  if (typeof value === "bigint") return JSON.rawJSON(String(value));
  if (value instanceof Decimal) return JSON.rawJSON(String(value));
  if (value instanceof Struct) {
    return Object.fromEntries(value.schema.fields.map(({ name }) => [name, value.get(name)]));
  }
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([name, item]) => [String(name), item as unknown]));
  }
  return value;
}
