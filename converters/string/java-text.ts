import { Struct, base64Text, isSchemalessMap, numberText } from "#connect-api";
import type { Schema } from "#connect-api";

/**
 * The text that Java's toString gives: `{a=1, b=2}`, `Struct{a=1}`, `[1, 2]`, `Thu Jan 01 00:00:00 UTC 1970`.
 *
 * Bytes inside of others are base64; Java has no readable text for them.
 */
export function javaText(value: unknown, schema: Schema | null = null): string {
  if (value === null || value === undefined) return "null";
  const number = numberText(value, schema);
  if (number !== undefined) return number;
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array) return base64Text(value);
  if (value instanceof Struct) return structText(value);
  if (Array.isArray(value)) {
    return `[${value.map((item) => javaText(item, schema?.valueSchema)).join(", ")}]`;
  }
  if (value instanceof Map) return pairsText([...value], schema);
  return isSchemalessMap(value) ? pairsText(Object.entries(value), null) : String(value);
}

/** Fields that are null are left out. */
function structText(struct: Struct): string {
  const members = struct.schema.fields
    .map(({ name, schema }) => [name, schema, struct.getWithoutDefault(name)] as const)
    .filter(([, , member]) => member !== null)
    .map(([name, schema, member]) => `${name}=${javaText(member, schema)}`);
  return `Struct{${members.join(",")}}`;
}

function pairsText(pairs: readonly (readonly [unknown, unknown])[], schema: Schema | null): string {
  const members = pairs.map(
    ([key, item]) => `${javaText(key, schema?.keySchema)}=${javaText(item, schema?.valueSchema)}`,
  );
  return `{${members.join(", ")}}`;
}

/** Date.toString in UTC. */
function dateText(date: Date): string {
  const [weekday = "", day = "", month = "", year = "", time = ""] = date.toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${day} ${time} UTC ${year}`;
}
