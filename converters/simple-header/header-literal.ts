import {
  BOOLEAN_SCHEMA,
  DATE_SCHEMA,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  STRING_SCHEMA,
  TIMESTAMP_SCHEMA,
  TIME_SCHEMA,
  decimalSchema,
} from "#connect-api";
import type { Schema, SchemaAndValue } from "#connect-api";

/** Narrowest first. */
const integers: readonly (readonly [bits: number, schema: Schema])[] = [
  [8, INT8_SCHEMA],
  [16, INT16_SCHEMA],
  [32, INT32_SCHEMA],
  [64, INT64_SCHEMA],
];

/**
 * What a header's text is: null, boolean, the narrowest number, a date or time in UTC, or the text itself.
 *
 * Source: org.apache.kafka.connect.data.Values.parseString.
 */
export function headerValueOf(text: string): SchemaAndValue {
  const trimmed = text.trim();
  if (trimmed === "null") return { schema: null, value: null };
  if (trimmed === "true" || trimmed === "false") {
    return { schema: BOOLEAN_SCHEMA, value: trimmed === "true" };
  }
  if (/^[-+\d]/.test(trimmed)) {
    const found = temporal(trimmed.replaceAll("\\:", ":")) ?? number(trimmed);
    if (found) return found;
  }
  return { schema: STRING_SCHEMA, value: text };
}

function temporal(text: string): SchemaAndValue | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dated(DATE_SCHEMA, `${text}T00:00:00.000Z`);
  if (/^\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text)) return dated(TIME_SCHEMA, `1970-01-01T${text}`);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text)) {
    return dated(TIMESTAMP_SCHEMA, text);
  }
  return undefined;
}

function dated(schema: Schema, iso: string): SchemaAndValue | undefined {
  const value = new Date(iso);
  return Number.isNaN(value.getTime()) ? undefined : { schema, value };
}

function number(text: string): SchemaAndValue | undefined {
  if (!/^[+-]?\d+(\.\d*)?([eE][+-]?\d{1,4})?$/.test(text)) return undefined;
  const decimal = Decimal.parse(text);
  const power = 10n ** BigInt(Math.abs(decimal.scale));
  const isWhole = decimal.scale <= 0 || decimal.unscaled % power === 0n;
  if (isWhole) {
    const whole = decimal.scale <= 0 ? decimal.unscaled * power : decimal.unscaled / power;
    const width = integers.find(([bits]) => BigInt.asIntN(bits, whole) === whole);
    if (!width) return { schema: decimalSchema(0).build(), value: new Decimal(whole, 0) };
    return { schema: width[1], value: width[0] === 64 ? whole : Number(whole) };
  }
  const value = Number(text);
  if (!Number.isFinite(value))
    return { schema: decimalSchema(decimal.scale).build(), value: decimal };
  const isNarrow = Math.abs(value) <= 3.402_823_466_385_288_6e38;
  return { schema: isNarrow ? FLOAT32_SCHEMA : FLOAT64_SCHEMA, value };
}
