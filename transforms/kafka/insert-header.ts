import { ConfigDef, Transformation, nonNull, parseLiteral } from "#connect-api";
import type { ConnectRecord, Props, SchemaAndValue } from "#connect-api";

export const HEADER = "header";
export const VALUE_LITERAL = "value.literal";

export const configDef = new ConfigDef({
  [HEADER]: {
    type: "STRING",
    importance: "HIGH",
    validator: nonNull,
    documentation: "Name of the header.",
  },
  [VALUE_LITERAL]: {
    type: "STRING",
    importance: "HIGH",
    validator: nonNull,
    documentation:
      "Value of the header in every record. Its type is guessed as SimpleHeaderConverter does: `1` is a number, `[1,2]` a list.",
  },
});

/** Adds a header with a fixed value. Source: org.apache.kafka.connect.transforms.InsertHeader. */
export class InsertHeader extends Transformation {
  override readonly version = "1.0.0";
  #header = "";
  #literal: SchemaAndValue = { schema: null, value: null };

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#header = config[HEADER];
    this.#literal = parseLiteral(config[VALUE_LITERAL]);
  }
  apply<R extends ConnectRecord>(record: R): R {
    const { schema, value } = this.#literal;
    return record.with({ headers: record.headers.add(this.#header, value, schema) });
  }
}
