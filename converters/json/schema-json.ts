import { DataError, SchemaBuilder } from "#connect-api";
import type { Schema, SchemaType } from "#connect-api";
import { valueFromJson, valueToJson } from "./value-json.ts";

/** Names of the types in JSON, in Kafka's spelling. */
const jsonTypes: Readonly<Record<SchemaType, string>> = {
  INT8: "int8",
  INT16: "int16",
  INT32: "int32",
  INT64: "int64",
  FLOAT32: "float",
  FLOAT64: "double",
  BOOLEAN: "boolean",
  STRING: "string",
  BYTES: "bytes",
  ARRAY: "array",
  MAP: "map",
  STRUCT: "struct",
};
const schemaTypes = new Map(
  Object.entries(jsonTypes).map(([type, name]) => [name, type as SchemaType]),
);

const written = new WeakMap<Schema, object>();

/** The JSON form of a schema; made once per schema. */
export function schemaToJson(schema: Schema): object {
  const known = written.get(schema);
  if (known) return known;
  const json: Record<string, unknown> = { type: jsonTypes[schema.type] };
  if (schema.type === "ARRAY") json["items"] = schemaToJson(schema.valueSchema as Schema);
  if (schema.type === "MAP") {
    json["keys"] = schemaToJson(schema.keySchema as Schema);
    json["values"] = schemaToJson(schema.valueSchema as Schema);
  }
  if (schema.type === "STRUCT") {
    json["fields"] = schema.fields.map((field) => ({
      ...schemaToJson(field.schema),
      field: field.name,
    }));
  }
  json["optional"] = schema.optional;
  if (schema.name !== null) json["name"] = schema.name;
  if (schema.version !== null) json["version"] = schema.version;
  if (schema.doc !== null) json["doc"] = schema.doc;
  if (schema.parameters) json["parameters"] = schema.parameters;
  if (schema.defaultValue !== null) {
    json["default"] = valueToJson(schema, schema.defaultValue, {
      decimalsAsNumbers: false,
      replaceNullWithDefault: false,
    });
  }
  written.set(schema, json);
  return json;
}

/** Reads the JSON form. Throws DataError with Kafka's texts. */
export function schemaFromJson(json: unknown): Schema {
  if (typeof json !== "object" || json === null || !("type" in json)) {
    throw new DataError("SCHEMA_INVALID", "Schema must contain 'type' field");
  }
  const members = json as Readonly<Record<string, unknown>>;
  const type = schemaTypes.get(String(members["type"]));
  if (!type)
    throw new DataError("SCHEMA_INVALID", `Unknown schema type: ${String(members["type"])}`);
  const builder = builderFor(type, members);
  builder.optional(members["optional"] === true);
  if (typeof members["name"] === "string") builder.name(members["name"]);
  if (members["version"] !== undefined && members["version"] !== null) {
    builder.version(Number(members["version"]));
  }
  if (typeof members["doc"] === "string") builder.doc(members["doc"]);
  if (typeof members["parameters"] === "object" && members["parameters"] !== null) {
    builder.parameters(members["parameters"] as Record<string, string>);
  }
  const text = members["default"];
  if (text !== undefined && text !== null) {
    builder.defaultValue(valueFromJson(builder.build(), text));
  }
  return builder.build();
}

function builderFor(type: SchemaType, members: Readonly<Record<string, unknown>>): SchemaBuilder {
  if (type === "ARRAY") return SchemaBuilder.array(schemaFromJson(members["items"]));
  if (type === "MAP") {
    return SchemaBuilder.map(schemaFromJson(members["keys"]), schemaFromJson(members["values"]));
  }
  const builder = SchemaBuilder.of(type);
  if (type !== "STRUCT") return builder;
  const fields = members["fields"];
  if (!Array.isArray(fields)) {
    throw new DataError("SCHEMA_INVALID", 'Struct schema\'s "fields" argument is not an array.');
  }
  for (const field of fields as Record<string, unknown>[]) {
    if (typeof field["field"] !== "string") {
      throw new DataError("SCHEMA_INVALID", "Struct schema's field name not specified properly");
    }
    builder.field(field["field"], schemaFromJson(field));
  }
  return builder;
}
