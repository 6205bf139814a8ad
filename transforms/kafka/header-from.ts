import { ConfigDef, DataError, Headers, SchemaBuilder, Struct, oneOf } from "#connect-api";
import type { ConnectRecord, Header, Props, Schema } from "#connect-api";
import { PartTransformation } from "./record-part.ts";
import { configError, requireFields, requireMap, requireStruct } from "./requirements.ts";
import { member } from "./schemaless.ts";
import { copyBasics, fieldValue, perSchema } from "./schemas.ts";
import { REPLACE_NULL_WITH_DEFAULT, names, replaceNullWithDefault } from "./settings.ts";

export const FIELDS = "fields";
export const HEADERS = "headers";
export const OPERATION = "operation";

export const configDef = new ConfigDef({
  [FIELDS]: names("Fields whose values go into headers."),
  [HEADERS]: names("Names of the headers, in the order of `fields`."),
  [OPERATION]: {
    type: "STRING",
    importance: "HIGH",
    validator: oneOf("move", "copy"),
    documentation: "`move` takes the fields away from the record, `copy` leaves them there.",
  },
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
});

/** Moves or copies fields into headers. Source: org.apache.kafka.connect.transforms.HeaderFrom. */
export class HeaderFrom extends PartTransformation {
  #fields: readonly string[] = [];
  #headers: readonly string[] = [];
  #operation = "";
  #withDefault = true;
  readonly #schemaFor = perSchema((schema) => this.#makeSchema(schema));

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#fields = config[FIELDS];
    this.#headers = config[HEADERS];
    if (this.#fields.length !== this.#headers.length) {
      throw configError(
        "'fields' config must have the same number of elements as 'headers' config.",
      );
    }
    this.#operation = config[OPERATION];
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
  }

  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.part.schema(record);
    const value = this.part.value(record);
    const purpose = `header ${this.#operation}`;
    if (schema) return this.#fromStruct(record, schema, requireStruct(value, schema, purpose));
    const map = requireMap(value, purpose);
    const headers = this.#fields.map((field, index): Header =>
      this.#header(index, null, member(map, field)),
    );
    let updated = map;
    if (this.#operation === "move") {
      const moved = new Set(this.#fields);
      updated = Object.fromEntries(Object.entries(map).filter(([name]) => !moved.has(name)));
    }
    return this.part.with(record, null, updated, withHeaders(record, headers));
  }

  #fromStruct<R extends ConnectRecord>(record: R, schema: Schema, struct: Struct): R {
    const headers = this.#fields.map((name, index): Header => {
      const field = struct.schema.field(name);
      if (!field) throw new DataError("FIELD_UNKNOWN", `Field does not exist: ${name}`);
      const value = fieldValue(struct, field, this.#withDefault);
      if (value === null && !field.schema.optional) {
        const message = "A null value requires an optional schema";
        throw new DataError("SCHEMA_MISMATCH", message);
      }
      return this.#header(index, field.schema, value);
    });
    if (this.#operation === "copy") {
      return this.part.with(record, schema, struct, withHeaders(record, headers));
    }
    const updatedSchema = this.#schemaFor(schema);
    const updated = new Struct(updatedSchema);
    for (const field of updatedSchema.fields) {
      updated.put(field.name, fieldValue(struct, field, this.#withDefault));
    }
    return this.part.with(record, updatedSchema, updated, withHeaders(record, headers));
  }

  #header(index: number, schema: Schema | null, value: unknown): Header {
    return { key: this.#headers[index] ?? "", schema, value };
  }

  #makeSchema(schema: Schema): Schema {
    requireFields(schema, "list");
    const builder = copyBasics(schema, SchemaBuilder.struct());
    for (const field of schema.fields) {
      if (!this.#fields.includes(field.name)) builder.field(field.name, field.schema);
    }
    return builder.build();
  }
}

function withHeaders(record: ConnectRecord, headers: readonly Header[]): Headers {
  return new Headers([...record.headers, ...headers]);
}
