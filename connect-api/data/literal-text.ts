import { DataError } from "../errors.ts";
import { base64Text } from "./java-text.ts";
import { isSchemalessMap, javaClassName, numberText } from "./java-value.ts";
import type { Schema } from "./schema.ts";
import { Struct } from "./struct.ts";

const DAY_MS = 86_400_000;

/**
 * A value as text that `parseLiteral` reads back, as headers hold it: text as it is, `[1,"a"]`, `{"k":1}`.
 *
 * Throws DataError for a value that has no text form.
 * Source: org.apache.kafka.connect.data.Values.convertToString.
 */
export function literalText(value: unknown, schema: Schema | null = null): string {
  return typeof value === "string" ? value : nestedText(value, schema, false);
}

function nestedText(value: unknown, schema: Schema | null, isNested: boolean): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return `"${value.replace(/[\\"]/g, "\\$&")}"`;
  if (typeof value === "boolean") return String(value);
  const number = numberText(value, schema);
  if (number !== undefined) return number;
  if (value instanceof Uint8Array) {
    return isNested ? `"${base64Text(value)}"` : base64Text(value);
  }
  if (value instanceof Date) return isoText(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => nestedText(item, schema?.valueSchema ?? null, true));
    return `[${items.join(",")}]`;
  }
  if (value instanceof Struct) {
    const members = value.schema.fields.map(
      (field) =>
        `${nestedText(field.name, null, true)}:${nestedText(value.get(field.name), field.schema, true)}`,
    );
    return `{${members.join(",")}}`;
  }
  if (value instanceof Map) return pairsText([...value], schema);
  if (isSchemalessMap(value)) return pairsText(Object.entries(value), schema);
  const message = `Failed to serialize unexpected value type ${javaClassName(value, schema)}`;
  throw new DataError("LITERAL_INVALID", message);
}

function pairsText(pairs: readonly (readonly [unknown, unknown])[], schema: Schema | null): string {
  const members = pairs.map(
    ([key, item]) =>
      `${nestedText(key, schema?.keySchema ?? null, true)}:${nestedText(item, schema?.valueSchema ?? null, true)}`,
  );
  return `{${members.join(",")}}`;
}

/**
 * A point in time as ISO text in UTC: the time alone on the first day of 1970 and before, the date alone at
 * midnight, otherwise both. Source: org.apache.kafka.connect.data.Values.dateFormatFor.
 */
export function isoText(value: Date): string {
  const ms = value.getTime();
  if (Number.isNaN(ms)) throw new DataError("LITERAL_INVALID", "The date is not valid");
  const iso = value.toISOString();
  const time = iso.indexOf("T");
  if (ms < DAY_MS) return iso.slice(time + 1);
  return ms % DAY_MS === 0 ? iso.slice(0, time) : iso;
}
