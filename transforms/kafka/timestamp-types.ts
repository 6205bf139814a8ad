import {
  ConnectError,
  DATE,
  DATE_SCHEMA,
  DataError,
  INT64_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  TIME,
  TIMESTAMP,
  TIMESTAMP_SCHEMA,
  TIME_SCHEMA,
  dateSchema,
  javaClassName,
  timeSchema,
  timestampSchema,
} from "#connect-api";
import type { Schema } from "#connect-api";
import type { SimpleDateFormat } from "#lib/simple-date-format";

/** The forms in which a point in time stands in a record, as `target.type` names them. */
export const TIMESTAMP_TYPES = ["string", "unix", "Date", "Time", "Timestamp"] as const;
export type TimestampType = (typeof TIMESTAMP_TYPES)[number];

export const UNIX_PRECISIONS = ["nanoseconds", "microseconds", "milliseconds", "seconds"] as const;
export type UnixPrecision = (typeof UNIX_PRECISIONS)[number];

export interface TimestampForms {
  readonly format: SimpleDateFormat | undefined;
  readonly precision: UnixPrecision;
}

const DAY_MS = 86_400_000;
const dated = (optional: Schema, required: Schema) => [required, optional] as const;

/** Schemas of each form: required, optional. */
const SCHEMAS: Readonly<Record<TimestampType, readonly [Schema, Schema]>> = {
  string: dated(OPTIONAL_STRING_SCHEMA, STRING_SCHEMA),
  unix: dated(OPTIONAL_INT64_SCHEMA, INT64_SCHEMA),
  Date: dated(dateSchema().optional().build(), DATE_SCHEMA),
  Time: dated(timeSchema().optional().build(), TIME_SCHEMA),
  Timestamp: dated(timestampSchema().optional().build(), TIMESTAMP_SCHEMA),
};

export function timestampSchemaOf(type: TimestampType, isOptional: boolean): Schema {
  return SCHEMAS[type][isOptional ? 1 : 0];
}

/** The form that a schema says; throws ConnectError for one of another kind. */
export function typeOfSchema(schema: Schema): TimestampType {
  if (schema.name === TIMESTAMP) return "Timestamp";
  if (schema.name === DATE) return "Date";
  if (schema.name === TIME) return "Time";
  if (schema.type === "STRING") return "string";
  if (schema.type === "INT64") return "unix";
  const name = schema.name === null ? schema.type : `${schema.name}:${schema.type}`;
  throw new ConnectError(
    "TIMESTAMP_UNSUPPORTED",
    `Schema Schema{${name}} does not correspond to a known timestamp type format`,
  );
}

/** The form of a schemaless value. */
export function typeOfValue(value: unknown): TimestampType {
  if (value instanceof Date) return "Timestamp";
  if (typeof value === "bigint") return "unix";
  if (typeof value === "string") return "string";
  const message = `TimestampConverter does not support class ${javaClassName(value)} objects as timestamps`;
  throw new DataError("TIMESTAMP_UNSUPPORTED", message);
}

/** Milliseconds since 1970 of a value in one of the forms. A bigint, because Kafka's are 64 bits wide. */
export function toMs(type: TimestampType, value: unknown, forms: TimestampForms): bigint {
  switch (type) {
    case "string":
      return parse(value, forms.format);
    case "unix":
      return unixToMs(value, forms.precision);
    default:
      if (value instanceof Date) return BigInt(value.getTime());
      throw new DataError(
        "TIMESTAMP_UNSUPPORTED",
        `Expected ${type} to be a java.util.Date, but found class ${javaClassName(value)}`,
      );
  }
}

function parse(value: unknown, format: SimpleDateFormat | undefined): bigint {
  if (typeof value !== "string") {
    const message = `Expected string timestamp to be a String, but found class ${javaClassName(value)}`;
    throw new DataError("TIMESTAMP_UNSUPPORTED", message);
  }
  if (!format) {
    const message = "The setting format is needed to read a timestamp that is text";
    throw new DataError("TIMESTAMP_UNSUPPORTED", message);
  }
  const ms = format.parse(value);
  if (ms !== undefined) return BigInt(dateOf(ms).getTime());
  const message = `Could not parse timestamp: value does not match pattern (${format.pattern})`;
  throw new DataError("TIMESTAMP_INVALID", message);
}

function unixToMs(value: unknown, precision: UnixPrecision): bigint {
  if (typeof value !== "bigint") {
    const message = `Expected Unix timestamp to be a Long, but found class ${javaClassName(value)}`;
    throw new DataError("TIMESTAMP_UNSUPPORTED", message);
  }
  switch (precision) {
    case "seconds":
      return clamped(value * 1000n);
    case "microseconds":
      return value / 1000n;
    case "nanoseconds":
      return value / 1_000_000n;
    case "milliseconds":
      return value;
  }
}

/** A point in time, in milliseconds since 1970, in one of the forms. */
export function fromMs(type: TimestampType, ms: bigint, forms: TimestampForms): unknown {
  if (type === "unix") return msToUnix(ms, forms.precision);
  const date = dateOf(ms);
  const number = date.getTime();
  switch (type) {
    case "string":
      return (forms.format as SimpleDateFormat).format(number);
    case "Date":
      return new Date(Math.floor(number / DAY_MS) * DAY_MS);
    case "Time":
      return new Date(((number % DAY_MS) + DAY_MS) % DAY_MS);
    case "Timestamp":
      return date;
  }
}

/** The nearest number of 64 bits, as java.util.concurrent.TimeUnit has it. */
function clamped(value: bigint): bigint {
  const wrapped = BigInt.asIntN(64, value);
  if (wrapped === value) return value;
  return value > 0n ? 2n ** 63n - 1n : -(2n ** 63n);
}

function dateOf(ms: bigint | number): Date {
  const date = new Date(Number(ms));
  if (!Number.isNaN(date.getTime())) return date;
  throw new DataError("TIMESTAMP_INVALID", "The timestamp is out of range: beyond the year 275760");
}

function msToUnix(ms: bigint, precision: UnixPrecision): bigint {
  switch (precision) {
    case "seconds":
      return ms / 1000n;
    case "microseconds":
      return clamped(ms * 1000n);
    case "nanoseconds":
      return clamped(ms * 1_000_000n);
    case "milliseconds":
      return ms;
  }
}
