import { ConfigDef, DataError, oneOfIgnoringCase } from "#connect-api";
import type { ConnectRecord, Props } from "#connect-api";
import { FieldPath } from "./field-path.ts";
import { PartTransformation } from "./record-part.ts";
import { requireMap, requireStruct } from "./requirements.ts";
import { REPLACE_NULL_WITH_DEFAULT, replaceNullWithDefault } from "./settings.ts";

export const FIELD = "field";
export const FIELD_SYNTAX_VERSION = "field.syntax.version";
const PURPOSE = "field extraction";

export const configDef = new ConfigDef({
  [FIELD]: {
    type: "STRING",
    importance: "MEDIUM",
    documentation: "Name of the field that is taken out.",
  },
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
  [FIELD_SYNTAX_VERSION]: {
    type: "STRING",
    default: "V1",
    importance: "HIGH",
    validator: oneOfIgnoringCase("V1", "V2"),
    documentation:
      "V1: `field` is one name. V2: dots lead into nested structs and maps; a name that holds dots stands in backticks.",
  },
});

/** Puts one field in the place of the whole. Source: org.apache.kafka.connect.transforms.ExtractField. */
export class ExtractField extends PartTransformation {
  #name = "";
  #path = new FieldPath("", "V1");
  #withDefault = true;

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#name = config[FIELD];
    this.#path = new FieldPath(
      this.#name,
      config[FIELD_SYNTAX_VERSION].toUpperCase() === "V2" ? "V2" : "V1",
    );
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.part.value(record);
    const schema = this.part.schema(record);
    if (schema === null) {
      const found = value === null ? null : this.#path.valueInMap(requireMap(value, PURPOSE));
      return this.part.with(record, null, found);
    }
    const struct = value === null ? null : requireStruct(value, schema, PURPOSE);
    const field = this.#path.fieldIn(schema);
    if (!field) throw new DataError("FIELD_UNKNOWN", `Unknown field: ${this.#name}`);
    const found = struct && this.#path.valueInStruct(struct, this.#withDefault);
    return this.part.with(record, field.schema, found);
  }
}
