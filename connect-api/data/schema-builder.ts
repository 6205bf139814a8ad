import { SchemaBuilderError } from "../errors.ts";
import type { Field, Schema, SchemaType } from "./schema.ts";
import { validateValue } from "./validate-value.ts";

interface SchemaParts {
  type: SchemaType;
  optional: boolean;
  defaultValue: unknown;
  name: string | null;
  version: number | null;
  doc: string | null;
  parameters: Readonly<Record<string, string>> | null;
  fields: readonly Field[];
  keySchema: Schema | null;
  valueSchema: Schema | null;
}

/** An immutable schema. Source: org.apache.kafka.connect.data.ConnectSchema. */
class ConnectSchema implements Schema {
  readonly type: SchemaType;
  readonly optional: boolean;
  readonly defaultValue: unknown;
  readonly name: string | null;
  readonly version: number | null;
  readonly doc: string | null;
  readonly parameters: Readonly<Record<string, string>> | null;
  readonly fields: readonly Field[];
  readonly keySchema: Schema | null;
  readonly valueSchema: Schema | null;
  readonly #fieldsByName: ReadonlyMap<string, Field>;

  constructor(parts: Readonly<SchemaParts>) {
    this.type = parts.type;
    this.optional = parts.optional;
    this.defaultValue = parts.defaultValue;
    this.name = parts.name;
    this.version = parts.version;
    this.doc = parts.doc;
    this.parameters = parts.parameters;
    this.fields = parts.fields;
    this.keySchema = parts.keySchema;
    this.valueSchema = parts.valueSchema;
    this.#fieldsByName = new Map(parts.fields.map((field) => [field.name, field]));
  }

  field(name: string): Field | undefined {
    return this.#fieldsByName.get(name);
  }
}

/**
 * Builds schemas step by step: `SchemaBuilder.of("STRUCT").field("id", STRING_SCHEMA).build()`.
 *
 * Throws SchemaBuilderError for what cannot be: fields of a non-struct, a default that does not fit.
 * Source: org.apache.kafka.connect.data.SchemaBuilder.
 */
export class SchemaBuilder {
  readonly #parts: SchemaParts;
  readonly #fields: Field[] = [];

  private constructor(type: SchemaType, keySchema: Schema | null, valueSchema: Schema | null) {
    this.#parts = {
      type,
      optional: false,
      defaultValue: null,
      name: null,
      version: null,
      doc: null,
      parameters: null,
      fields: [],
      keySchema,
      valueSchema,
    };
  }

  static of(type: Exclude<SchemaType, "ARRAY" | "MAP">): SchemaBuilder {
    return new SchemaBuilder(type, null, null);
  }
  static struct(): SchemaBuilder {
    return SchemaBuilder.of("STRUCT");
  }
  /** `items` is null only where every item is null, as in the header `[null]`. */
  static array(items: Schema | null): SchemaBuilder {
    return new SchemaBuilder("ARRAY", null, items);
  }
  /** `keys` and `values` are null only where nothing is known of them, as in the header `{}`. */
  static map(keys: Schema | null, values: Schema | null): SchemaBuilder {
    return new SchemaBuilder("MAP", keys, values);
  }

  optional(isOptional = true): this {
    this.#parts.optional = isOptional;
    return this;
  }
  name(name: string | null): this {
    this.#parts.name = name;
    return this;
  }
  version(version: number | null): this {
    this.#parts.version = version;
    return this;
  }
  doc(doc: string | null): this {
    this.#parts.doc = doc;
    return this;
  }
  parameter(key: string, value: string): this {
    this.#parts.parameters = { ...this.#parts.parameters, [key]: value };
    return this;
  }
  parameters(parameters: Readonly<Record<string, string>>): this {
    this.#parts.parameters = { ...this.#parts.parameters, ...parameters };
    return this;
  }
  defaultValue(value: unknown): this {
    this.#parts.defaultValue = value;
    return this;
  }
  field(name: string, schema: Schema): this {
    if (this.#parts.type !== "STRUCT") {
      throw new SchemaBuilderError(
        "SCHEMA_INVALID",
        "Cannot create fields on a type that is no struct",
      );
    }
    if (name === "") throw new SchemaBuilderError("SCHEMA_INVALID", "A field needs a name");
    if (this.#fields.some((field) => field.name === name)) {
      throw new SchemaBuilderError(
        "SCHEMA_INVALID",
        `Cannot create field because of field name duplication ${name}`,
      );
    }
    this.#fields.push({ name, index: this.#fields.length, schema });
    return this;
  }

  build(): Schema {
    const schema = new ConnectSchema({ ...this.#parts, fields: [...this.#fields] });
    if (schema.defaultValue !== null) {
      try {
        validateValue(schema, schema.defaultValue);
      } catch (cause) {
        throw new SchemaBuilderError(
          "SCHEMA_INVALID",
          "The default value does not fit the schema",
          {
            cause,
          },
        );
      }
    }
    return schema;
  }
}

/** Starts a builder with everything that a schema has, so that a part of it can be changed. */
export function schemaLike(schema: Schema): SchemaBuilder {
  const builder =
    schema.type === "ARRAY"
      ? SchemaBuilder.array(schema.valueSchema)
      : schema.type === "MAP"
        ? SchemaBuilder.map(schema.keySchema, schema.valueSchema)
        : SchemaBuilder.of(schema.type);
  builder.name(schema.name).version(schema.version).doc(schema.doc).optional(schema.optional);
  if (schema.parameters) builder.parameters(schema.parameters);
  builder.defaultValue(schema.defaultValue);
  for (const field of schema.fields) builder.field(field.name, field.schema);
  return builder;
}
