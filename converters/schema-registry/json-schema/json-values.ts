import {
  DATE,
  DECIMAL,
  DataError,
  Decimal,
  NarrowNumber,
  Struct,
  TIME,
  TIMESTAMP,
  floatText,
  validateValue,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { exactNumber, isExactNumber, parseExactJson } from "#lib/exact-json";
import { UNION_NAME } from "./json-schema-of.ts";
import type { JsonDataOptions } from "./json-schema-of.ts";

const DAY_MS = 86_400_000;

/** A Connect value as a JSON tree; numbers keep their digits. Throws DataError for what does not fit the schema. */
export function jsonOfConnect(schema: Schema, given: unknown, options: JsonDataOptions): unknown {
  const value = given ?? schema.defaultValue ?? null;
  if (value === null) {
    if (schema.optional) return null;
    throw new DataError("SCHEMA_MISMATCH", `A null stands for a required ${schema.type}`);
  }
  validateValue(schema, value);
  switch (schema.name) {
    case DATE:
      return Math.floor((value as Date).getTime() / DAY_MS);
    case TIME:
    case TIMESTAMP:
      return (value as Date).getTime();
    case DECIMAL:
      return options.decimalsAsNumbers
        ? exactNumber(String(value))
        : Buffer.from((value as Decimal).toBytes()).toString("base64");
    default:
  }
  switch (schema.type) {
    case "INT64":
      return exactNumber(String(value));
    case "FLOAT32":
      return floatJson(value as number);
    case "FLOAT64":
      return finiteOrText(value as number);
    case "BYTES":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "ARRAY":
      return (value as unknown[]).map((item) =>
        jsonOfConnect(schema.valueSchema as Schema, item, options),
      );
    case "MAP": {
      const [keys, values] = [schema.keySchema as Schema, schema.valueSchema as Schema];
      const entries = [...(value as Map<unknown, unknown>)];
      if (keys.type === "STRING" && !keys.optional) {
        return Object.fromEntries(
          entries.map(([key, item]) => [key, jsonOfConnect(values, item, options)]),
        );
      }
      return entries.map(([key, item]) => ({
        key: jsonOfConnect(keys, key, options),
        value: jsonOfConnect(values, item, options),
      }));
    }
    case "STRUCT": {
      const struct = value as Struct;
      if (schema.name === UNION_NAME) {
        const field = schema.fields.find(({ name }) => struct.getWithoutDefault(name) !== null);
        return field ? jsonOfConnect(field.schema, struct.get(field.name), options) : null;
      }
      const members: Record<string, unknown> = {};
      for (const field of schema.fields) {
        const member = jsonOfConnect(field.schema, struct.get(field.name), options);
        // An optional property that is not required is left out rather than null.
        if (member === null && options.optionalForNonrequired) continue;
        members[field.name] = member;
      }
      return members;
    }
    default:
      return value;
  }
}

/** JSON has no NaN and no infinity; Confluent's converter writes them as text, where JSON.stringify makes them null. */
function finiteOrText(number: number): number | string {
  return Number.isFinite(number) ? number : String(number);
}

/** 7.1 of 32 bits is 7.099999904632568 of 64, which nobody sent. */
function floatJson(float: number): unknown {
  return Number.isFinite(float) ? exactNumber(floatText(float)) : String(float);
}

/** Plain data as a JSON tree. */
export function jsonOfPlain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return exactNumber(String(value));
  if (typeof value === "number") return finiteOrText(value);
  if (typeof value !== "object" || isExactNumber(value)) return value;
  if (value instanceof NarrowNumber) {
    return value.type === "FLOAT32" ? floatJson(value.value) : value.value;
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(jsonOfPlain);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [String(key), jsonOfPlain(item)]),
  );
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** JSON bytes with exact numbers: whole ones are bigint. Throws DataError without the text. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return parseExactJson(decoder.decode(bytes), (source, value) => {
      if (/^-?\d+$/.test(source)) return BigInt(source);
      return String(value) === source ? value : exactNumber(source);
    });
  } catch {
    throw new DataError("JSON_INVALID", "The record's data is not JSON");
  }
}

/** What parseJson read, as a Connect value. */
export function connectOfJson(schema: Schema, json: unknown): unknown {
  if (json === null || json === undefined) {
    if (schema.defaultValue !== null) return schema.defaultValue;
    if (schema.optional) return null;
    throw new DataError("SCHEMA_MISMATCH", `A null stands for a required ${schema.type}`);
  }
  switch (schema.name) {
    case DATE:
      return new Date(numberOf(json) * DAY_MS);
    case TIME:
    case TIMESTAMP:
      return new Date(numberOf(json));
    case DECIMAL:
      return decimalOf(json, Number(schema.parameters?.["scale"] ?? 0));
    case UNION_NAME:
      return unionOf(schema, json);
    default:
  }
  const value = plainOf(schema, json);
  validateValue(schema, value);
  return value;
}

function plainOf(schema: Schema, json: unknown): unknown {
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
      return typeof json === "string" ? new Uint8Array(Buffer.from(json, "base64")) : json;
    case "STRING":
      // Values of an enum may be of other kinds.
      return typeof json === "string" ? json : typeof json === "object" ? json : String(json);
    case "ARRAY":
      return Array.isArray(json)
        ? json.map((item) => connectOfJson(schema.valueSchema as Schema, item))
        : json;
    case "MAP": {
      const entries: (readonly [unknown, unknown])[] = Array.isArray(json)
        ? (json as { key: unknown; value: unknown }[]).map(({ key, value }) => [key, value])
        : Object.entries(json as object);
      return new Map(
        entries.map(([key, item]) => [
          connectOfJson(schema.keySchema as Schema, key),
          connectOfJson(schema.valueSchema as Schema, item),
        ]),
      );
    }
    case "STRUCT": {
      if (typeof json !== "object" || Array.isArray(json)) return json;
      const struct = new Struct(schema);
      for (const field of schema.fields) {
        const member = (json as Record<string, unknown>)[field.name];
        struct.put(field.name, connectOfJson(field.schema, member));
      }
      return struct;
    }
    default:
      return json;
  }
}

/** The first branch that takes the value. */
function unionOf(schema: Schema, json: unknown): Struct {
  for (const field of schema.fields) {
    try {
      return new Struct(schema).put(field.name, connectOfJson(field.schema, json));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  }
  throw new DataError("SCHEMA_MISMATCH", "No branch of the union takes the value");
}

function numberOf(json: unknown): number {
  if (typeof json === "number") return json;
  if (typeof json === "bigint") return Number(json);
  if (isExactNumber(json)) return Number(json.rawJSON);
  throw new DataError("SCHEMA_MISMATCH", "A JSON number was expected");
}

function decimalOf(json: unknown, scale: number): Decimal {
  if (typeof json === "string")
    return Decimal.fromBytes(new Uint8Array(Buffer.from(json, "base64")), scale);
  return Decimal.parse(isExactNumber(json) ? json.rawJSON : String(json)).withScale(scale);
}
