import {
  DATE,
  DECIMAL,
  DataError,
  Decimal,
  NarrowNumber,
  Struct,
  TIME,
  TIMESTAMP,
  validateValue,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { AvroUnionValue, isNamed, nullableBranch } from "#lib/avro";
import type { AvroSchema } from "#lib/avro";
import { isExactNumber } from "#lib/exact-json";
import { GENERALIZED_UNION, UNION_FIELD_PREFIX, UNION_NAME } from "./avro-data-options.ts";
import type { AvroDataOptions } from "./avro-data-options.ts";
import { scrubbedName } from "./avro-schema-of.ts";
import { unionFieldName } from "./connect-schema-of.ts";

const DAY_MS = 86_400_000;

/** A Connect value as the codec's native form for `avro`. Throws DataError for what does not fit its schema. */
export function nativeOfConnect(
  schema: Schema,
  given: unknown,
  avro: AvroSchema,
  options: AvroDataOptions,
): unknown {
  const value = given ?? schema.defaultValue ?? null;
  if (value === null) {
    if (schema.optional) return null;
    throw new DataError("SCHEMA_MISMATCH", `A null stands for a required ${schema.type}`);
  }
  const inner = nullableBranch(avro);
  if (inner) return nativeOfConnect(schema, value, inner, options);
  switch (schema.name) {
    case DATE:
      return Math.floor((value as Date).getTime() / DAY_MS);
    case TIME:
      return (value as Date).getTime();
    case TIMESTAMP:
      return BigInt((value as Date).getTime());
    case DECIMAL:
      return decimalBytes(schema, value as Decimal, avro);
    default:
  }
  switch (schema.type) {
    case "ARRAY": {
      const items = avro.type === "array" ? avro.items : avro;
      return (value as unknown[]).map((item) =>
        nativeOfConnect(schema.valueSchema as Schema, item, items, options),
      );
    }
    case "MAP":
      return mapToNative(schema, value as Map<unknown, unknown>, avro, options);
    case "STRUCT":
      return isUnionSchema(schema)
        ? unionToNative(schema, value as Struct, avro, options)
        : structToNative(schema, value as Struct, avro, options);
    default:
      validateValue(schema, value);
      return value;
  }
}

function structToNative(
  schema: Schema,
  struct: Struct,
  avro: AvroSchema,
  options: AvroDataOptions,
): unknown {
  if (avro.type !== "record") return {};
  const record: Record<string, unknown> = {};
  for (const field of schema.fields) {
    const name = options.scrubInvalidNames ? scrubbedIfNeeded(field.name) : field.name;
    const target = avro.fields.find((each) => each.name === name);
    const value = struct.get(field.name);
    // A field that the chosen schema has not: the codec refuses it by its name, unless there is nothing to lose.
    if (target) record[name] = nativeOfConnect(field.schema, value, target.type, options);
    else if (value !== null) record[name] = value;
  }
  return record;
}

const scrubbedIfNeeded = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : scrubbedName(name);

function mapToNative(
  schema: Schema,
  map: Map<unknown, unknown>,
  avro: AvroSchema,
  options: AvroDataOptions,
): unknown {
  const [keys, values] = [schema.keySchema as Schema, schema.valueSchema as Schema];
  if (avro.type === "map") {
    return new Map(
      [...map].map(([key, item]) => [key, nativeOfConnect(values, item, avro.values, options)]),
    );
  }
  const entry = avro.type === "array" ? avro.items : avro;
  const typeOf = (name: string): AvroSchema =>
    entry.type === "record"
      ? (entry.fields.find((field) => field.name === name)?.type ?? avro)
      : avro;
  return [...map].map(([key, item]) => ({
    key: nativeOfConnect(keys, key, typeOf("key"), options),
    value: nativeOfConnect(values, item, typeOf("value"), options),
  }));
}

function isUnionSchema({ name, parameters }: Schema): boolean {
  return (
    name === UNION_NAME ||
    name === GENERALIZED_UNION ||
    parameters?.[GENERALIZED_UNION] !== undefined
  );
}

function unionToNative(
  schema: Schema,
  struct: Struct,
  avro: AvroSchema,
  options: AvroDataOptions,
): unknown {
  const field = schema.fields.find(({ name }) => struct.getWithoutDefault(name) !== null);
  if (!field) return null;
  const branches = avro.type === "union" ? avro.branches : [avro];
  const others = branches.filter(({ type }) => type !== "null");
  const branch = field.name.startsWith(UNION_FIELD_PREFIX)
    ? others[Number(field.name.slice(UNION_FIELD_PREFIX.length))]
    : (others.find((each) => isNamed(each) && each.fullName === field.name) ??
      others.find((each) => unionFieldName(each, false) === field.name));
  if (!branch) throw new DataError("SCHEMA_MISMATCH", `The union has no branch ${field.name}`);
  const native = nativeOfConnect(
    field.schema,
    struct.getWithoutDefault(field.name),
    branch,
    options,
  );
  return avro.type === "union" ? new AvroUnionValue(branches.indexOf(branch), native) : native;
}

function decimalBytes(schema: Schema, decimal: Decimal, avro: AvroSchema): Uint8Array {
  validateValue(schema, decimal);
  const scale = Number(schema.parameters?.["scale"] ?? 0);
  const bytes = decimal.withScale(scale).toBytes();
  if (avro.type !== "fixed") return bytes;
  if (bytes.length > avro.size) {
    throw new DataError("SCHEMA_MISMATCH", `The decimal has more than ${avro.size} bytes`);
  }
  const padded = new Uint8Array(avro.size).fill(decimal.unscaled < 0n ? 0xff : 0);
  padded.set(bytes, avro.size - bytes.length);
  return padded;
}

/** What the codec read in its native form, as a Connect value. */
export function connectOfNative(
  schema: Schema,
  avro: AvroSchema,
  native: unknown,
  options: AvroDataOptions,
): unknown {
  if (native === null || native === undefined) return null;
  const inner = nullableBranch(avro);
  if (inner) return connectOfNative(schema, inner, native, options);
  if (avro.type === "union") return unionOfNative(schema, avro.branches, native, options);
  switch (schema.name) {
    case DATE:
      return new Date((native as number) * DAY_MS);
    case TIME:
      return new Date(native as number);
    case TIMESTAMP:
      return new Date(Number(native as bigint));
    case DECIMAL:
      return Decimal.fromBytes(native as Uint8Array, Number(schema.parameters?.["scale"] ?? 0));
    default:
  }
  switch (schema.type) {
    case "ARRAY":
      return (native as unknown[]).map((item) =>
        connectOfNative(schema.valueSchema as Schema, itemsOf(avro), item, options),
      );
    case "MAP":
      return mapOfNative(schema, avro, native, options);
    case "STRUCT": {
      const struct = new Struct(schema);
      if (avro.type !== "record") return struct;
      for (const field of avro.fields) {
        const target = schema.field(field.name);
        if (!target) continue;
        const member = (native as Record<string, unknown>)[field.name];
        struct.put(field.name, connectOfNative(target.schema, field.type, member, options));
      }
      return struct;
    }
    default:
      return native;
  }
}

const itemsOf = (avro: AvroSchema): AvroSchema => (avro.type === "array" ? avro.items : avro);

function unionOfNative(
  schema: Schema,
  branches: readonly AvroSchema[],
  native: unknown,
  options: AvroDataOptions,
): unknown {
  const index = native instanceof AvroUnionValue ? native.branch : 0;
  const value = native instanceof AvroUnionValue ? native.value : native;
  const branch = branches[index] as AvroSchema;
  const others = branches.filter(({ type }) => type !== "null");
  if (!isUnionSchema(schema)) return connectOfNative(schema, branch, value, options);
  const struct = new Struct(schema);
  const field = schema.fields[others.indexOf(branch)];
  if (field) struct.put(field.name, connectOfNative(field.schema, branch, value, options));
  return struct;
}

function mapOfNative(
  schema: Schema,
  avro: AvroSchema,
  native: unknown,
  options: AvroDataOptions,
): unknown {
  const [keys, values] = [schema.keySchema as Schema, schema.valueSchema as Schema];
  if (avro.type === "map") {
    return new Map(
      [...(native as Map<string, unknown>)].map(([key, item]) => [
        key,
        connectOfNative(values, avro.values, item, options),
      ]),
    );
  }
  const entry = itemsOf(avro);
  const typeOf = (name: string): AvroSchema =>
    entry.type === "record"
      ? (entry.fields.find((field) => field.name === name)?.type ?? avro)
      : avro;
  return new Map(
    (native as { key: unknown; value: unknown }[]).map(({ key, value }) => [
      connectOfNative(keys, typeOf("key"), key, options),
      connectOfNative(values, typeOf("value"), value, options),
    ]),
  );
}

/** Data without a schema as a value of ANYTHING_SCHEMA. */
export function anythingOf(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  switch (typeof value) {
    case "boolean":
      return { boolean: value };
    case "string":
      return { string: value };
    case "bigint":
      return { long: value };
    case "number":
      return { double: value };
    default:
  }
  if (value instanceof NarrowNumber) {
    return value.type === "FLOAT32" ? { float: value.value } : { int: value.value };
  }
  if (isExactNumber(value)) return { double: Number(value.rawJSON) };
  if (value instanceof Uint8Array) return { bytes: value };
  if (Array.isArray(value)) return { array: value.map(anythingOf) };
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  return { map: entries.map(([key, item]) => ({ key: anythingOf(key), value: anythingOf(item) })) };
}

/** Data without a schema, from a value of ANYTHING_SCHEMA. */
export function plainOfAnything(given: unknown): unknown {
  const anything = (given ?? {}) as Record<string, unknown>;
  for (const name of ["boolean", "string", "long", "double", "bytes"]) {
    const value = anything[name];
    if (value !== null && value !== undefined) return value;
  }
  const { int, float, array, map } = anything;
  if (typeof int === "number") return new NarrowNumber("INT32", int);
  if (typeof float === "number") return new NarrowNumber("FLOAT32", float);
  if (Array.isArray(array)) return array.map(plainOfAnything);
  if (!Array.isArray(map)) return null;
  return Object.fromEntries(
    (map as { key: unknown; value: unknown }[]).map(({ key, value }) => [
      String(plainOfAnything(key)),
      plainOfAnything(value),
    ]),
  );
}
