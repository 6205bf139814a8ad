import { DataError } from "../errors.ts";
import { SchemaBuilder } from "./schema-builder.ts";
import type { Schema } from "./schema.ts";

/** Names of Kafka Connect's logical types. Source: org.apache.kafka.connect.data.{Date,Time,Timestamp,Decimal}. */
export const DATE = "org.apache.kafka.connect.data.Date";
export const TIME = "org.apache.kafka.connect.data.Time";
export const TIMESTAMP = "org.apache.kafka.connect.data.Timestamp";
export const DECIMAL = "org.apache.kafka.connect.data.Decimal";

export type LogicalName = typeof DATE | typeof TIME | typeof TIMESTAMP | typeof DECIMAL;

const names: ReadonlySet<string> = new Set([DATE, TIME, TIMESTAMP, DECIMAL]);

/** The logical type of a schema, if it has one. */
export function logicalName(schema: Schema): LogicalName | undefined {
  return schema.name !== null && names.has(schema.name) ? (schema.name as LogicalName) : undefined;
}

/** Days since 1970, as a Date at midnight UTC. */
export const dateSchema = (): SchemaBuilder => SchemaBuilder.of("INT32").name(DATE).version(1);
/** Milliseconds since midnight, as a Date on 1970-01-01 UTC. */
export const timeSchema = (): SchemaBuilder => SchemaBuilder.of("INT32").name(TIME).version(1);
/** Milliseconds since 1970, as a Date. */
export const timestampSchema = (): SchemaBuilder =>
  SchemaBuilder.of("INT64").name(TIMESTAMP).version(1);
/** Exact decimals of one scale. */
export const decimalSchema = (scale: number): SchemaBuilder =>
  SchemaBuilder.of("BYTES").name(DECIMAL).version(1).parameter("scale", String(scale));

export const DATE_SCHEMA = dateSchema().build();
export const TIME_SCHEMA = timeSchema().build();
export const TIMESTAMP_SCHEMA = timestampSchema().build();

const DAY_MS = 86_400_000;

/**
 * The number that a Date, Time or Timestamp is written as: days, milliseconds of the day, or milliseconds
 * since 1970 (a bigint, as INT64 has it). Throws DataError when the date does not fit its type.
 */
export function encodeLogical(schema: Schema, value: Date): number | bigint {
  const ms = value.getTime();
  switch (logicalName(schema)) {
    case DATE:
      if (ms % DAY_MS === 0) return ms / DAY_MS;
      throw new DataError(
        "SCHEMA_MISMATCH",
        "Kafka Connect Date type should not have any time fields set to non-zero values.",
      );
    case TIME:
      if (ms >= 0 && ms <= DAY_MS) return ms;
      throw new DataError(
        "SCHEMA_MISMATCH",
        "Kafka Connect Time type should not have any date fields set to non-zero values.",
      );
    case TIMESTAMP:
      return BigInt(ms);
    default:
      throw new DataError("SCHEMA_MISMATCH", "The schema is not that of a date or time");
  }
}
