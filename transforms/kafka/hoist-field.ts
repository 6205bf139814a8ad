import { ConfigDef, SchemaBuilder, Struct } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { PartTransformation } from "./record-part.ts";
import { setMember } from "./schemaless.ts";
import { perSchema } from "./schemas.ts";

export const FIELD = "field";

export const configDef = new ConfigDef({
  [FIELD]: {
    type: "STRING",
    importance: "MEDIUM",
    documentation: "Name of the one field of the new struct or map.",
  },
});

/** Makes the whole the one field of a struct or map. Source: org.apache.kafka.connect.transforms.HoistField. */
export class HoistField extends PartTransformation {
  #field = "";
  readonly #schemaFor = perSchema((schema) =>
    SchemaBuilder.struct().field(this.#field, schema).build(),
  );

  config() {
    return configDef;
  }
  configure(props: Props): void {
    this.#field = configDef.parse(props)[FIELD];
  }
  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.part.schema(record);
    const value = this.part.value(record);
    if (schema) {
      const hoisted = this.#schemaFor(schema);
      return this.part.with(record, hoisted, new Struct(hoisted).put(this.#field, value));
    }
    const map: Record<string, unknown> = {};
    setMember(map, this.#field, value);
    return this.part.with(record, null, map);
  }
}
