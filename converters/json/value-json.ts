import {
  DATE,
  DECIMAL,
  DataError,
  Decimal,
  NarrowNumber,
  Struct,
  TIME,
  TIMESTAMP,
  logicalName,
  validateValue,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { exactNumber, isExactNumber, parseExactJson } from "#lib/exact-json";
import { base64, bytesOfBase64 } from "./base64.ts";

export interface JsonOptions {
  readonly decimalsAsNumbers: boolean;
  readonly replaceNullWithDefault: boolean;
}

const DAY_MS = 86_400_000;

/** The JSON tree of a value with a schema; numbers keep their digits as JSON.rawJSON. */
export function valueToJson(schema: Schema, given: unknown, options: JsonOptions): unknown {
  let value: unknown = given ?? null;
  if (value === null) {
    if (schema.defaultValue !== null && options.replaceNullWithDefault) value = schema.defaultValue;
    else if (schema.optional || schema.defaultValue !== null) return null;
    else {
      throw new DataError(
        "SCHEMA_MISMATCH",
        "Conversion error: null value for field that is required and has no default value",
      );
    }
  }
  validateValue(schema, value);
  switch (logicalName(schema)) {
    case DATE:
      return Math.floor((value as Date).getTime() / DAY_MS);
    case TIME:
      return (value as Date).getTime();
    case TIMESTAMP:
      return (value as Date).getTime();
    case DECIMAL:
      return options.decimalsAsNumbers
        ? exactNumber(String(value))
        : base64((value as Decimal).toBytes());
    default:
  }
  switch (schema.type) {
    case "INT64":
      return exactNumber(String(value));
    case "BYTES":
      return base64(value as Uint8Array);
    case "ARRAY":
      return (value as unknown[]).map((item) =>
        valueToJson(schema.valueSchema as Schema, item, options),
      );
    case "MAP":
      return mapToJson(schema, value as Map<unknown, unknown>, options);
    case "STRUCT": {
      const struct = value as Struct;
      const members: Record<string, unknown> = {};
      for (const field of schema.fields) {
        members[field.name] = valueToJson(
          field.schema,
          struct.getWithoutDefault(field.name),
          options,
        );
      }
      return members;
    }
    default:
      return value;
  }
}

/** An object when all keys are text, otherwise an array of pairs. */
function mapToJson(schema: Schema, map: Map<unknown, unknown>, options: JsonOptions): unknown {
  const [keys, values] = [schema.keySchema as Schema, schema.valueSchema as Schema];
  const pairs = [...map].map(
    ([key, item]) => [valueToJson(keys, key, options), valueToJson(values, item, options)] as const,
  );
  return keys.type === "STRING" && !keys.optional ? Object.fromEntries(pairs) : pairs;
}

/**
 * The JSON tree of schemaless data. Data that JSON holds as it is comes back untouched, so the
 * common case costs one walk and no copy.
 */
export function plainToJson(value: unknown): unknown {
  return isPlain(value) ? value : copyToJson(value);
}

function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null || isExactNumber(value)) return true;
      if (Array.isArray(value)) return value.every(isPlain);
      if (Object.getPrototypeOf(value) !== Object.prototype) return false;
      for (const key in value) {
        if (!isPlain((value as Record<string, unknown>)[key])) return false;
      }
      return true;
    default:
      return false;
  }
}

function copyToJson(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return exactNumber(String(value));
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || isExactNumber(value)) return value;
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof NarrowNumber) return value.value;
  if (value instanceof Decimal) return exactNumber(value.toString());
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(copyToJson);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), copyToJson(item)]));
  }
  if (value instanceof Struct) {
    return valueToJson(value.schema, value, {
      decimalsAsNumbers: false,
      replaceNullWithDefault: true,
    });
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, copyToJson(item)]),
  );
}

/** Parses plain JSON with Java's widths and with all digits. Throws DataError without the content. */
export function plainFromJson(text: string): unknown {
  try {
    return parseExactJson(text, numberFromJson);
  } catch {
    // The parser's own message quotes the text, which may be patient data.
    throw new DataError(
      "JSON_INVALID",
      "Converting byte[] to Kafka Connect data failed due to serialization error: the value is not valid JSON",
    );
  }
}

function numberFromJson(source: string, value: number): unknown {
  if (/^-?\d+$/.test(source)) return BigInt(source);
  return String(value) === source ? value : exactNumber(source);
}

/** The value of a payload that was parsed with plainFromJson. */
export function valueFromJson(schema: Schema, json: unknown): unknown {
  if (json === null || json === undefined) {
    if (schema.defaultValue !== null) return schema.defaultValue;
    if (schema.optional) return null;
    throw new DataError("SCHEMA_MISMATCH", `Invalid null value for required ${schema.type} field`);
  }
  switch (logicalName(schema)) {
    case DATE:
      return new Date(numberOf(json) * DAY_MS);
    case TIME:
    case TIMESTAMP:
      return new Date(numberOf(json));
    case DECIMAL:
      return decimalFromJson(json, Number(schema.parameters?.["scale"] ?? 0));
    default:
  }
  const value = fromJson(schema, json);
  validateValue(schema, value);
  return value;
}

function fromJson(schema: Schema, json: unknown): unknown {
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "FLOAT32":
    case "FLOAT64":
      return numberOf(json);
    case "INT64":
      return typeof json === "bigint" ? json : BigInt(Math.trunc(numberOf(json)));
    case "BYTES":
      return typeof json === "string" ? bytesOfBase64(json) : json;
    case "ARRAY":
      return Array.isArray(json)
        ? json.map((item) => valueFromJson(schema.valueSchema as Schema, item))
        : json;
    case "MAP":
      return mapFromJson(schema, json);
    case "STRUCT": {
      if (typeof json !== "object" || Array.isArray(json)) return json;
      const struct = new Struct(schema);
      for (const field of schema.fields) {
        const member = (json as Record<string, unknown>)[field.name];
        struct.put(field.name, valueFromJson(field.schema, member));
      }
      return struct;
    }
    default:
      return json;
  }
}

function mapFromJson(schema: Schema, json: unknown): unknown {
  const [keys, values] = [schema.keySchema as Schema, schema.valueSchema as Schema];
  const pairs: (readonly [unknown, unknown])[] = Array.isArray(json)
    ? (json as [unknown, unknown][])
    : typeof json === "object" && json !== null
      ? Object.entries(json)
      : [];
  return new Map(
    pairs.map(([key, item]) => [valueFromJson(keys, key), valueFromJson(values, item)]),
  );
}

function numberOf(json: unknown): number {
  if (typeof json === "number") return json;
  if (typeof json === "bigint") return Number(json);
  if (isExactNumber(json)) return Number(JSON.stringify(json));
  throw new DataError("SCHEMA_MISMATCH", "A JSON number was expected");
}

function decimalFromJson(json: unknown, scale: number): Decimal {
  if (typeof json === "string") return Decimal.fromBytes(bytesOfBase64(json), scale);
  const decimal = Decimal.parse(
    typeof json === "bigint" ? String(json) : (JSON.stringify(json) ?? ""),
  );
  if (decimal.scale > scale) {
    throw new DataError(
      "SCHEMA_MISMATCH",
      `The decimal has more than ${scale} digits after the point`,
    );
  }
  return new Decimal(decimal.unscaled * 10n ** BigInt(scale - decimal.scale), scale);
}
