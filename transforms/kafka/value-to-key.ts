import { ConfigDef, DataError, SchemaBuilder, Struct, Transformation } from "#connect-api";
import type { ConnectRecord, Props, Schema } from "#connect-api";
import { requireMap, requireStruct } from "./requirements.ts";
import { member, setMember } from "./schemaless.ts";
import { perSchema } from "./schemas.ts";
import { REPLACE_NULL_WITH_DEFAULT, names, replaceNullWithDefault } from "./settings.ts";

export const FIELDS = "fields";
const PURPOSE = "copying fields from value to key";

export const configDef = new ConfigDef({
  [FIELDS]: names("Fields of the value that make the key."),
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
});

/** Makes the key from fields of the value. Source: org.apache.kafka.connect.transforms.ValueToKey. */
export class ValueToKey extends Transformation {
  override readonly version = "1.0.0";
  #fields: readonly string[] = [];
  #withDefault = true;
  readonly #schemaFor = perSchema((schema) => this.#makeSchema(schema));

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#fields = config[FIELDS];
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
  }

  apply<R extends ConnectRecord>(record: R): R {
    const { valueSchema, value } = record;
    if (valueSchema === null) {
      const map = requireMap(value, PURPOSE);
      const key: Record<string, unknown> = {};
      for (const field of this.#fields) setMember(key, field, member(map, field));
      return record.with({ keySchema: null, key });
    }
    const struct = requireStruct(value, valueSchema, PURPOSE);
    const keySchema = this.#schemaFor(struct.schema);
    const key = new Struct(keySchema);
    for (const field of this.#fields) {
      key.put(field, this.#withDefault ? struct.get(field) : struct.getWithoutDefault(field));
    }
    return record.with({ keySchema, key, valueSchema: struct.schema });
  }

  #makeSchema(schema: Schema): Schema {
    const builder = SchemaBuilder.struct();
    for (const name of this.#fields) {
      const field = schema.field(name);
      if (!field) throw new DataError("FIELD_UNKNOWN", `Field does not exist: ${name}`);
      builder.field(name, field.schema);
    }
    return builder.build();
  }
}
