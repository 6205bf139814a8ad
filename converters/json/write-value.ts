import {
  DECIMAL,
  DataError,
  Decimal,
  Struct,
  doubleText,
  encodeLogical,
  floatText,
  isSchemalessMap,
  javaClassName,
  logicalName,
  numberText,
  sameSchema,
  schemalessType,
  validateValue,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { isExactNumber } from "#lib/exact-json";
import { base64 } from "./base64.ts";
import { numberJson, stringText } from "./json-text.ts";

export interface WriteOptions {
  /** Decimals as JSON numbers; otherwise as base64 of their unscaled value. */
  readonly decimalsAsNumbers: boolean;
  readonly replaceNullWithDefault: boolean;
}

/**
 * The JSON text of a value with a schema. Throws DataError for a value that does not fit it.
 *
 * Source: org.apache.kafka.connect.json.JsonConverter.convertToJson.
 */
export function valueJson(schema: Schema | null, value: unknown, options: WriteOptions): string {
  if (schema === null) return plainJson(value);
  if (value === null || value === undefined) return nullJson(schema, options);
  const logical = logicalName(schema);
  if (logical === DECIMAL) return decimalJson(schema, value, options);
  if (logical !== undefined) {
    if (value instanceof Date) return String(encodeLogical(schema, value));
    const kind = logical.slice(logical.lastIndexOf(".") + 1);
    const message = `Invalid type for ${kind}, expected Date but was class ${javaClassName(value, schema)}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  switch (schema.type) {
    case "ARRAY":
      if (!Array.isArray(value)) break;
      return `[${value.map((item) => valueJson(schema.valueSchema, item, options)).join(",")}]`;
    case "MAP":
      if (!(value instanceof Map)) break;
      return mapJson(schema, value, options);
    case "STRUCT":
      if (!(value instanceof Struct)) break;
      return structJson(schema, value, options);
    default:
      validateValue(schema, value);
      return primitiveJson(schema, value);
  }
  const message = `Invalid type for ${schema.type}: class ${javaClassName(value)}`;
  throw new DataError("SCHEMA_MISMATCH", message);
}

function nullJson(schema: Schema, options: WriteOptions): string {
  if (schema.defaultValue !== null && options.replaceNullWithDefault) {
    return valueJson(schema, schema.defaultValue, options);
  }
  if (schema.optional) return "null";
  throw new DataError(
    "SCHEMA_MISMATCH",
    "Conversion error: null value for field that is required and has no default value",
  );
}

function primitiveJson(schema: Schema, value: unknown): string {
  switch (schema.type) {
    case "STRING":
      return stringText(value as string);
    case "BYTES":
      return `"${base64(value as Uint8Array)}"`;
    case "FLOAT32":
      return numberJson(floatText(value as number));
    case "FLOAT64":
      return numberJson(doubleText(value as number));
    default:
      return String(value);
  }
}

function decimalJson(schema: Schema, value: unknown, options: WriteOptions): string {
  if (!(value instanceof Decimal)) {
    const message = `Invalid type for Decimal, expected BigDecimal but was class ${javaClassName(value, schema)}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  if (options.decimalsAsNumbers) return value.toJavaString();
  const scale = Number(schema.parameters?.["scale"]);
  if (value.scale !== scale) {
    const message = `Decimal value has mismatching scale for given Decimal schema. Schema has scale ${scale}, value has scale ${value.scale}.`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  return `"${base64(value.toBytes())}"`;
}

/** An object when the keys are text, otherwise an array of pairs. */
function mapJson(
  schema: Schema,
  map: ReadonlyMap<unknown, unknown>,
  options: WriteOptions,
): string {
  const isObject = schema.keySchema?.type === "STRING";
  const members = [...map].map(([key, item]) => {
    const [left, right] = [
      valueJson(schema.keySchema, key, options),
      valueJson(schema.valueSchema, item, options),
    ];
    if (!isObject) return `[${left},${right}]`;
    return `${left === "null" ? '"null"' : left}:${right}`;
  });
  return isObject ? `{${members.join(",")}}` : `[${members.join(",")}]`;
}

function structJson(schema: Schema, struct: Struct, options: WriteOptions): string {
  if (!sameSchema(struct.schema, schema)) {
    throw new DataError("SCHEMA_MISMATCH", "Mismatching schema.");
  }
  let members = "";
  for (const { name, schema: inner } of schema.fields) {
    const comma = members === "" ? "" : ",";
    members += `${comma}${stringText(name)}:${valueJson(inner, struct.getWithoutDefault(name), options)}`;
  }
  return `{${members}}`;
}

const PLAIN: WriteOptions = { decimalsAsNumbers: false, replaceNullWithDefault: true };

/**
 * The JSON text of a schemaless value. Throws DataError for what has no type without a schema (Date).
 *
 * A JavaScript number is written as the language writes it; one that Java would write otherwise (`42.0`) is held with
 * its digits.
 */
export function plainJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return stringText(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "number":
      return numberJson(String(value));
    case "undefined":
      return "null";
    default:
      return value === null ? "null" : objectJson(value as object);
  }
}

function objectJson(value: object): string {
  if (Array.isArray(value)) return arrayJson(value);
  const map: unknown = value;
  if (isSchemalessMap(map)) return membersJson(map);
  if (isExactNumber(value)) return value.rawJSON;
  if (value instanceof Uint8Array) return `"${base64(value)}"`;
  if (value instanceof Map) return plainMapJson(value);
  if (value instanceof Struct) return structJson(value.schema, value, PLAIN);
  // A decimal without a schema has no place in Kafka; its digits are clear all the same.
  if (value instanceof Decimal) return value.toString();
  const type = schemalessType(value);
  const number = numberText(value);
  if (type !== null && number !== undefined) return numberJson(number);
  const message = `Java class class ${javaClassName(value)} does not have corresponding schema type.`;
  throw new DataError("SCHEMA_MISMATCH", message);
}

function arrayJson(values: readonly unknown[]): string {
  let items = "";
  for (const value of values) items += `${items === "" ? "" : ","}${plainJson(value)}`;
  return `[${items}]`;
}

/** Members that are undefined do not exist. */
function membersJson(value: Readonly<Record<string, unknown>>): string {
  let members = "";
  for (const name of Object.keys(value)) {
    const item = value[name];
    if (item === undefined) continue;
    members += `${members === "" ? "" : ","}${stringText(name)}:${plainJson(item)}`;
  }
  return `{${members}}`;
}

function plainMapJson(map: ReadonlyMap<unknown, unknown>): string {
  const isObject = [...map.keys()].every((key) => typeof key === "string");
  const members = [...map].map(([key, item]) =>
    isObject ? `${plainJson(key)}:${plainJson(item)}` : `[${plainJson(key)},${plainJson(item)}]`,
  );
  return isObject ? `{${members.join(",")}}` : `[${members.join(",")}]`;
}
