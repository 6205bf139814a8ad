import {
  DATE,
  DECIMAL,
  DataError,
  Decimal,
  Struct,
  TIME,
  TIMESTAMP,
  logicalName,
  validateValue,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { isExactNumber } from "#lib/exact-json";
import { bytesOfBase64 } from "./base64.ts";

const DAY_MS = 86_400_000;

export interface ReadOptions {
  readonly replaceNullWithDefault: boolean;
}

/**
 * The value of a payload as `plainFromJson` reads it. Throws DataError for one that does not fit the schema;
 * Kafka reads 0, false or null then.
 *
 * Source: org.apache.kafka.connect.json.JsonConverter.convertToConnect.
 */
export function valueFromJson(schema: Schema | null, json: unknown, options: ReadOptions): unknown {
  if (schema === null) return json ?? null;
  if (json === null || json === undefined) {
    if (schema.defaultValue !== null && options.replaceNullWithDefault) return schema.defaultValue;
    if (schema.optional) return null;
    throw new DataError("SCHEMA_MISMATCH", `Invalid null value for required ${schema.type} field`);
  }
  switch (logicalName(schema)) {
    case DATE:
      return dateOf(logicalNumber(json, "Date", "integer") * DAY_MS);
    case TIME:
      return dateOf(logicalNumber(json, "Time", "integer"));
    case TIMESTAMP:
      return dateOf(logicalNumber(json, "Timestamp", "integral"));
    case DECIMAL:
      return decimalFromJson(schema, json);
    default:
      return fromJson(schema, json, options);
  }
}

function fromJson(schema: Schema, json: unknown, options: ReadOptions): unknown {
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
      return checked(schema, Number(integerFrom(schema, json)));
    case "INT64":
      return checked(schema, integerFrom(schema, json));
    case "FLOAT32":
      return Math.fround(numberFrom(schema, json));
    case "FLOAT64":
      return numberFrom(schema, json);
    case "BYTES":
      return typeof json === "string" ? bytesOfBase64(json) : checked(schema, json);
    case "ARRAY":
      if (!Array.isArray(json)) throw mismatch(schema, json);
      return json.map((item) => valueFromJson(schema.valueSchema, item, options));
    case "MAP":
      return mapFromJson(schema, json, options);
    case "STRUCT": {
      if (!isObject(json)) {
        const message = `Structs should be encoded as JSON objects, but found ${kindOf(json)}`;
        throw new DataError("SCHEMA_MISMATCH", message);
      }
      const struct = new Struct(schema);
      for (const { name, schema: inner } of schema.fields) {
        const member = Object.hasOwn(json, name) ? json[name] : null;
        struct.put(name, valueFromJson(inner, member, options));
      }
      return struct;
    }
    default:
      return checked(schema, json);
  }
}

function mapFromJson(schema: Schema, json: unknown, options: ReadOptions): Map<unknown, unknown> {
  const { keySchema, valueSchema } = schema;
  if (keySchema?.type === "STRING") {
    if (!isObject(json)) {
      const message = `Maps with string fields should be encoded as JSON objects, but found ${kindOf(json)}`;
      throw new DataError("SCHEMA_MISMATCH", message);
    }
    return new Map(
      Object.entries(json).map(([key, item]) => [key, valueFromJson(valueSchema, item, options)]),
    );
  }
  if (!Array.isArray(json)) {
    const message = `Maps with non-string fields should be encoded as JSON array of tuples, but found ${kindOf(json)}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  return new Map(
    json.map((entry: unknown) => {
      if (!Array.isArray(entry)) {
        const message = `Found invalid map entry instead of array tuple: ${kindOf(entry)}`;
        throw new DataError("SCHEMA_MISMATCH", message);
      }
      if (entry.length !== 2) {
        const message = `Found invalid map entry, expected length 2 but found :${entry.length}`;
        throw new DataError("SCHEMA_MISMATCH", message);
      }
      const [key, item] = entry as readonly unknown[];
      return [valueFromJson(keySchema, key, options), valueFromJson(valueSchema, item, options)];
    }),
  );
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json) && !isExactNumber(json);
}

/** Days or milliseconds of a date or time. */
function logicalNumber(json: unknown, type: string, kind: "integer" | "integral"): number {
  const isInt =
    typeof json === "bigint" && (kind === "integral" || BigInt.asIntN(32, json) === json);
  if (isInt) return Number(json);
  const message = `Invalid type for ${type}, underlying representation should be ${kind} but was ${kindOf(json)}`;
  throw new DataError("SCHEMA_MISMATCH", message);
}

/** The value if it fits its schema. */
function checked(schema: Schema, value: unknown): unknown {
  validateValue(schema, value);
  return value;
}

/** A whole number, also one that is written as `12.0`. */
function integerFrom(schema: Schema, json: unknown): bigint {
  if (typeof json === "bigint") return json;
  const number = numberFrom(schema, json);
  if (!Number.isInteger(number)) throw mismatch(schema, json);
  return BigInt(number);
}

function numberFrom(schema: Schema, json: unknown): number {
  if (typeof json === "number") return json;
  if (typeof json === "bigint") return Number(json);
  if (isExactNumber(json)) return Number(json.rawJSON);
  throw mismatch(schema, json);
}

function mismatch(schema: Schema, json: unknown): DataError {
  const type = schema.name ?? schema.type;
  return new DataError("SCHEMA_MISMATCH", `${kindOf(json)} does not fit the type ${type}`);
}

/** Jackson's names of the kinds of JSON values. */
function kindOf(json: unknown): string {
  if (json === null || json === undefined) return "NULL";
  if (Array.isArray(json)) return "ARRAY";
  if (typeof json === "bigint" || isExactNumber(json)) return "NUMBER";
  return (typeof json).toUpperCase();
}

function dateOf(ms: number): Date {
  const date = new Date(ms);
  if (!Number.isNaN(date.getTime())) return date;
  throw new DataError("SCHEMA_MISMATCH", "The timestamp is out of range: beyond the year 275760");
}

/** From base64 of the unscaled value, or from a number, whose own scale is kept. */
function decimalFromJson(schema: Schema, json: unknown): Decimal {
  const scale = Number(schema.parameters?.["scale"]);
  if (typeof json === "string") return Decimal.fromBytes(bytesOfBase64(json), scale);
  if (typeof json === "bigint") return new Decimal(json, 0);
  if (typeof json === "number") return Decimal.parse(String(json));
  if (isExactNumber(json)) return Decimal.parse(json.rawJSON);
  const message = `Invalid type for Decimal, underlying representation should be numeric or bytes but was ${kindOf(json)}`;
  throw new DataError("SCHEMA_MISMATCH", message);
}
