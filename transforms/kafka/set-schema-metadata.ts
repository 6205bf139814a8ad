import { ConfigDef, Struct, schemaLike } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { PartTransformation } from "./record-part.ts";
import { configError, requireSchema } from "./requirements.ts";
import { fieldValue, perSchema } from "./schemas.ts";
import { REPLACE_NULL_WITH_DEFAULT, replaceNullWithDefault } from "./settings.ts";

export const SCHEMA_NAME = "schema.name";
export const SCHEMA_VERSION = "schema.version";

export const configDef = new ConfigDef({
  [SCHEMA_NAME]: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    documentation: "Name that the schema gets.",
  },
  [SCHEMA_VERSION]: {
    type: "INT",
    default: null,
    importance: "HIGH",
    documentation: "Version that the schema gets.",
  },
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
});

/** Gives a schema another name or version. Source: org.apache.kafka.connect.transforms.SetSchemaMetadata. */
export class SetSchemaMetadata extends PartTransformation {
  #name: string | null = null;
  #version: number | null = null;
  #withDefault = true;
  readonly #schemaFor = perSchema((schema) =>
    schemaLike(schema)
      .name(this.#name ?? schema.name)
      .version(this.#version ?? schema.version)
      .build(),
  );

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#name = config[SCHEMA_NAME];
    this.#version = config[SCHEMA_VERSION];
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
    if (this.#name === null && this.#version === null) {
      throw configError("Neither schema name nor version configured");
    }
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.part.value(record);
    if (value === null && this.part.schema(record) === null) return record;
    const schema = requireSchema(this.part.schema(record), "updating schema metadata");
    const updatedSchema = this.#schemaFor(schema);
    if (!(value instanceof Struct)) return this.part.with(record, updatedSchema, value);
    const updated = new Struct(updatedSchema);
    for (const field of updatedSchema.fields) {
      updated.put(field.name, fieldValue(value, field, this.#withDefault));
    }
    return this.part.with(record, updatedSchema, updated);
  }
}
