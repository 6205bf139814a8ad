import { DataError } from "../errors.ts";
import { Decimal } from "./decimal.ts";
import { isSchemalessMap, numberText, numberValue } from "./java-value.ts";
import { literalText } from "./literal-text.ts";
import { DATE, DECIMAL, TIME, TIMESTAMP } from "./logical.ts";
import { NarrowNumber } from "./narrow-number.ts";
import type { Schema, SchemaType } from "./schema.ts";
import { sameSchema } from "./validate-value.ts";

/** Numbers from the narrowest to the widest. */
const WIDTHS: readonly SchemaType[] = ["INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64"];
const DAY_MS = 86_400_000;

/** The schema that all elements of a list, or all keys or values of a map, have in common. */
export class CommonSchema {
  #schema: Schema | null = null;
  #isPossible = true;

  get schema(): Schema | null {
    return this.#schema;
  }

  /** null, the literal's schema, says nothing about the others. */
  add(schema: Schema | null): void {
    if (schema === null || !this.#isPossible) return;
    this.#schema = this.#schema === null ? schema : wider(this.#schema, schema);
    this.#isPossible = this.#schema !== null;
  }
}

function wider(first: Schema, second: Schema): Schema | null {
  if (first.type === second.type) {
    if (first.optional === second.optional) return first.optional ? first : second;
    return sameSchema(first, second) ? first : null;
  }
  const [a, b] = [WIDTHS.indexOf(first.type), WIDTHS.indexOf(second.type)];
  if (a < 0 || b < 0) return null;
  return a > b ? first : second;
}

/**
 * A schemaless value as one of that schema. Throws DataError when it cannot be one.
 *
 * Source: org.apache.kafka.connect.data.Values.convertTo.
 */
export function alignWith(schema: Schema, value: unknown): unknown {
  if (value === null) {
    if (schema.optional) return null;
    throw new DataError("LITERAL_INVALID", "A null stands among values that cannot be null");
  }
  switch (schema.type) {
    case "INT8":
    case "INT16":
      return Number(BigInt.asIntN(schema.type === "INT8" ? 8 : 16, integerOf(value)));
    case "INT32":
      if (schema.name === DATE) return dateOf(value, (days) => days * DAY_MS);
      if (schema.name === TIME) return dateOf(value, (ms) => ms);
      return Number(BigInt.asIntN(32, integerOf(value)));
    case "INT64":
      if (schema.name === TIMESTAMP) return dateOf(value, (ms) => ms);
      return integerOf(value);
    case "FLOAT32":
      return Math.fround(fractionOf(value));
    case "FLOAT64":
      return fractionOf(value);
    case "BOOLEAN":
      return typeof value === "boolean" ? value : integerOf(value) !== 0n;
    case "STRING":
      return literalText(value);
    case "BYTES":
      return schema.name === DECIMAL
        ? decimalOf(value)
        : ensure(value, value instanceof Uint8Array);
    case "ARRAY":
      return ensure(value, Array.isArray(value));
    case "MAP":
      return ensure(value, value instanceof Map || isSchemalessMap(value));
    case "STRUCT":
      return ensure(value, false);
  }
}

function ensure(value: unknown, fits: boolean): unknown {
  if (fits) return value;
  throw new DataError("LITERAL_INVALID", "Unable to convert the values to one type");
}

/** Number.longValue, also of a text that is a number. */
export function integerOf(value: unknown): bigint {
  if (typeof value === "bigint") return BigInt.asIntN(64, value);
  if (value instanceof Decimal) return value.toInt64();
  if (typeof value === "string") return Decimal.parse(value).toInt64();
  const number = numberValue(value);
  if (number !== undefined) return saturated(number);
  throw new DataError("LITERAL_INVALID", "Unable to convert the value to a number");
}

/** Number.doubleValue, also of a text that is a number. */
export function fractionOf(value: unknown): number {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Decimal) return value.toNumber();
  if (typeof value === "string") return Decimal.parse(value).toNumber();
  const number = numberValue(value);
  if (number !== undefined) return number;
  throw new DataError("LITERAL_INVALID", "Unable to convert the value to a number");
}

const INT64_MAX = 2n ** 63n - 1n;

/** Java's `(long) d`: towards zero, NaN is 0, and what is too large becomes the largest. */
export function saturated(number: number): bigint {
  if (Number.isNaN(number)) return 0n;
  if (number >= 2 ** 63) return INT64_MAX;
  if (number <= -(2 ** 63)) return -INT64_MAX - 1n;
  return BigInt(Math.trunc(number));
}

function dateOf(value: unknown, toMs: (number: number) => number): Date {
  return value instanceof Date ? value : new Date(toMs(Number(integerOf(value))));
}

function decimalOf(value: unknown): Decimal {
  if (value instanceof Decimal) return value;
  if (typeof value === "string") return Decimal.parse(value);
  // A number becomes a double first, as in Kafka.
  const text = numberText(value instanceof NarrowNumber ? value.value : Number(value));
  return Decimal.parse(text ?? "");
}
