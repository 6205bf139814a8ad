import { DATE, DECIMAL, TIME, TIMESTAMP, DataError } from "#connect-api";
import type { Schema } from "#connect-api";

type Json = Record<string, unknown>;

export interface JsonDataOptions {
  readonly additionalProperties: boolean;
  readonly optionalForNonrequired: boolean;
  readonly decimalsAsNumbers: boolean;
  readonly flattenSingletonUnions: boolean;
}

export const ENUM_PARAMETER = "org.apache.kafka.connect.data.Enum";
export const UNION_NAME = "io.confluent.connect.json.OneOf";
export const UNION_FIELD = "io.confluent.connect.json.OneOf.field.";

const TYPES: Readonly<Record<string, readonly [type: string, connectType: string | undefined]>> = {
  INT8: ["integer", "int8"],
  INT16: ["integer", "int16"],
  INT32: ["integer", "int32"],
  INT64: ["integer", "int64"],
  FLOAT32: ["number", "float32"],
  FLOAT64: ["number", "float64"],
  BOOLEAN: ["boolean", undefined],
  STRING: ["string", undefined],
  BYTES: ["string", "bytes"],
};

/**
 * The JSON Schema (draft-07) of a Connect schema.
 *
 * Source: io.confluent.connect.json.JsonSchemaData.fromConnectSchema.
 */
export function jsonSchemaOfConnect(schema: Schema, options: JsonDataOptions): Json {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    ...partOf(schema, options, undefined, []),
  };
}

function partOf(
  schema: Schema,
  options: JsonDataOptions,
  index: number | undefined,
  open: readonly Schema[],
): Json {
  if (open.includes(schema)) {
    throw new DataError("SCHEMA_MISMATCH", "A schema that holds itself has no JSON Schema here");
  }
  const base = baseOf(schema, options, [...open, schema]);
  const isUnion = schema.name === UNION_NAME;
  const place = index === undefined ? {} : { "connect.index": index };
  if (schema.optional && !options.optionalForNonrequired && !isUnion) {
    return { oneOf: [{ type: "null" }, { ...base, ...metaOf(schema) }], ...place };
  }
  return { ...base, ...place, ...metaOf(schema) };
}

function metaOf(schema: Schema): Json {
  return {
    ...(schema.name === null ? {} : { title: schema.name }),
    ...(schema.version === null ? {} : { "connect.version": schema.version }),
    ...(schema.doc === null ? {} : { description: schema.doc }),
    ...(schema.parameters && Object.keys(schema.parameters).length > 0
      ? { "connect.parameters": schema.parameters }
      : {}),
    ...(schema.defaultValue === null || typeof schema.defaultValue === "object"
      ? {}
      : {
          default:
            typeof schema.defaultValue === "bigint"
              ? Number(schema.defaultValue)
              : schema.defaultValue,
        }),
  };
}

function baseOf(schema: Schema, options: JsonDataOptions, open: readonly Schema[]): Json {
  switch (schema.name) {
    case DECIMAL:
      return { type: "number", "connect.type": "bytes" };
    case DATE:
    case TIME:
      return { type: "integer", "connect.type": "int32" };
    case TIMESTAMP:
      return { type: "integer", "connect.type": "int64" };
    default:
  }
  switch (schema.type) {
    case "ARRAY":
      return {
        type: "array",
        items: partOf(schema.valueSchema as Schema, options, undefined, open),
      };
    case "MAP": {
      const [keys, values] = [schema.keySchema as Schema, schema.valueSchema as Schema];
      if (keys.type === "STRING" && !keys.optional) {
        return {
          type: "object",
          "connect.type": "map",
          additionalProperties: partOf(values, options, undefined, open),
        };
      }
      return {
        type: "array",
        "connect.type": "map",
        items: {
          type: "object",
          properties: {
            key: partOf(keys, options, 0, open),
            value: partOf(values, options, 1, open),
          },
        },
      };
    }
    case "STRUCT":
      return structOf(schema, options, open);
    default: {
      const [type, connectType] = TYPES[schema.type] as (typeof TYPES)[string];
      const values = enumOf(schema);
      return {
        ...(values ? { enum: values } : { type }),
        ...(connectType ? { "connect.type": connectType } : {}),
      };
    }
  }
}

function structOf(schema: Schema, options: JsonDataOptions, open: readonly Schema[]): Json {
  if (schema.name === UNION_NAME) {
    const branches = schema.fields.map((field, index) => {
      const { oneOf, ...rest } = partOf(field.schema, options, index, open) as { oneOf?: Json[] };
      return oneOf ? { ...oneOf[1], ...rest } : rest;
    });
    return { oneOf: schema.optional ? [{ type: "null" }, ...branches] : branches };
  }
  const required = schema.fields
    .filter((field) => options.optionalForNonrequired && !field.schema.optional)
    .map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(
      schema.fields.map((field) => [field.name, partOf(field.schema, options, field.index, open)]),
    ),
    ...(required.length > 0 ? { required } : {}),
    ...(options.additionalProperties ? {} : { additionalProperties: false }),
  };
}

function enumOf(schema: Schema): readonly string[] | undefined {
  if (schema.type !== "STRING" || schema.parameters?.[ENUM_PARAMETER] === undefined)
    return undefined;
  const prefix = `${ENUM_PARAMETER}.`;
  return Object.keys(schema.parameters)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
}
