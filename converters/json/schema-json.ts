import { DataError, SchemaBuilder } from "#connect-api";
import type { Schema, SchemaType } from "#connect-api";
import { stringText } from "./json-text.ts";
import { valueFromJson } from "./read-value.ts";
import type { ReadOptions } from "./read-value.ts";
import { valueJson } from "./write-value.ts";
import type { WriteOptions } from "./write-value.ts";

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

/** Writes schemas as JSON; each of them once. */
export class SchemaWriter {
  readonly #members = new WeakMap<Schema, string>();
  readonly #options: WriteOptions;

  constructor(options: WriteOptions) {
    this.#options = options;
  }

  text(schema: Schema | null): string {
    return schema === null ? "null" : `{${this.#membersOf(schema)}}`;
  }

  #membersOf(schema: Schema): string {
    let members = this.#members.get(schema);
    if (members === undefined) {
      members = this.#write(schema);
      this.#members.set(schema, members);
    }
    return members;
  }

  #write(schema: Schema): string {
    const members = [`"type":"${jsonTypes[schema.type]}"`];
    if (schema.type === "ARRAY") members.push(`"items":${this.text(schema.valueSchema)}`);
    if (schema.type === "MAP") {
      members.push(`"keys":${this.text(schema.keySchema)}`);
      members.push(`"values":${this.text(schema.valueSchema)}`);
    }
    if (schema.type === "STRUCT") {
      const fields = schema.fields.map(
        ({ name, schema: inner }) => `{${this.#membersOf(inner)},"field":${stringText(name)}}`,
      );
      members.push(`"fields":[${fields.join(",")}]`);
    }
    members.push(`"optional":${schema.optional}`);
    if (schema.name !== null) members.push(`"name":${stringText(schema.name)}`);
    if (schema.version !== null) members.push(`"version":${schema.version}`);
    if (schema.doc !== null) members.push(`"doc":${stringText(schema.doc)}`);
    if (schema.parameters) {
      const parameters = Object.entries(schema.parameters).map(
        ([name, text]) => `${stringText(name)}:${stringText(text)}`,
      );
      members.push(`"parameters":{${parameters.join(",")}}`);
    }
    if (schema.defaultValue !== null) {
      members.push(`"default":${valueJson(schema, schema.defaultValue, this.#options)}`);
    }
    return members.join(",");
  }
}

type Members = Readonly<Record<string, unknown>>;

/** Reads the JSON form. Throws DataError with Kafka's texts. */
export function schemaFromJson(json: unknown, options: ReadOptions): Schema {
  const members = (typeof json === "object" && json !== null ? json : {}) as Members;
  const name = members["type"];
  if (typeof name !== "string") {
    throw new DataError("SCHEMA_INVALID", "Schema must contain 'type' field");
  }
  const type = schemaTypes.get(name);
  if (!type) throw new DataError("SCHEMA_INVALID", `Unknown schema type: ${name}`);
  const builder = builderFor(type, members, options);
  builder.optional(members["optional"] === true);
  if (typeof members["name"] === "string") builder.name(members["name"]);
  if (typeof members["version"] === "bigint") {
    builder.version(Number(BigInt.asIntN(32, members["version"])));
  }
  if (typeof members["doc"] === "string") builder.doc(members["doc"]);
  addParameters(builder, members["parameters"]);
  if (members["default"] !== undefined) {
    builder.defaultValue(valueFromJson(builder.build(), members["default"], options));
  }
  return builder.build();
}

function addParameters(builder: SchemaBuilder, parameters: unknown): void {
  if (typeof parameters !== "object" || parameters === null || Array.isArray(parameters)) return;
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value !== "string") {
      throw new DataError("SCHEMA_INVALID", "Schema parameters must have string values.");
    }
    builder.parameter(name, value);
  }
}

function builderFor(type: SchemaType, members: Members, options: ReadOptions): SchemaBuilder {
  if (type === "ARRAY") {
    if ((members["items"] ?? null) === null) {
      throw new DataError("SCHEMA_INVALID", "Array schema did not specify the element type");
    }
    return SchemaBuilder.array(schemaFromJson(members["items"], options));
  }
  if (type === "MAP") {
    const part = (name: "keys" | "values", what: string): Schema | null => {
      if (members[name] === undefined) {
        throw new DataError("SCHEMA_INVALID", `Map schema did not specify the ${what} type`);
      }
      return members[name] === null ? null : schemaFromJson(members[name], options);
    };
    return SchemaBuilder.map(part("keys", "key"), part("values", "value"));
  }
  const builder = SchemaBuilder.of(type);
  return type === "STRUCT" ? addFields(builder, members["fields"], options) : builder;
}

function addFields(builder: SchemaBuilder, fields: unknown, options: ReadOptions): SchemaBuilder {
  if (!Array.isArray(fields)) {
    throw new DataError("SCHEMA_INVALID", 'Struct schema\'s "fields" argument is not an array.');
  }
  for (const field of fields as readonly (Members | null)[]) {
    const name = field?.["field"];
    if (typeof name !== "string") {
      throw new DataError("SCHEMA_INVALID", "Struct schema's field name not specified properly");
    }
    builder.field(name, schemaFromJson(field, options));
  }
  return builder;
}
