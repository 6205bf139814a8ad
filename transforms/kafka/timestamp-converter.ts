import { ConfigDef, SchemaBuilder, Struct, javaTrim, oneOf } from "#connect-api";
import type { ConnectRecord, Props, Schema } from "#connect-api";
import { SimpleDateFormat } from "#lib/simple-date-format";
import { PartTransformation } from "./record-part.ts";
import { configError, requireFields, requireMap, requireStruct } from "./requirements.ts";
import { member, setMember } from "./schemaless.ts";
import { copyBasics, fieldValue, perSchema } from "./schemas.ts";
import { REPLACE_NULL_WITH_DEFAULT, replaceNullWithDefault } from "./settings.ts";
import {
  TIMESTAMP_TYPES,
  UNIX_PRECISIONS,
  fromMs,
  timestampSchemaOf,
  toMs,
  typeOfSchema,
  typeOfValue,
} from "./timestamp-types.ts";
import type { TimestampForms, TimestampType, UnixPrecision } from "./timestamp-types.ts";

export const FIELD = "field";
export const TARGET_TYPE = "target.type";
export const FORMAT = "format";
export const UNIX_PRECISION = "unix.precision";
const PURPOSE = "converting timestamp formats";

export const configDef = new ConfigDef({
  [FIELD]: {
    type: "STRING",
    default: "",
    importance: "HIGH",
    documentation: "The field with the timestamp; empty when the whole is one.",
  },
  [TARGET_TYPE]: {
    type: "STRING",
    importance: "HIGH",
    validator: oneOf(...TIMESTAMP_TYPES),
    documentation: "The form that it gets: string, unix, Date, Time or Timestamp.",
  },
  [FORMAT]: {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    documentation: "Pattern of Java's SimpleDateFormat by which text is written and read, in UTC.",
  },
  [UNIX_PRECISION]: {
    type: "STRING",
    default: "milliseconds",
    importance: "LOW",
    validator: oneOf(...UNIX_PRECISIONS),
    documentation:
      "Unit of unix timestamps that are written and read. What is below a millisecond is lost.",
  },
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
});

/** Turns timestamps into another form. Source: org.apache.kafka.connect.transforms.TimestampConverter. */
export class TimestampConverter extends PartTransformation {
  #field = "";
  #type: TimestampType = "Timestamp";
  #forms: TimestampForms = { format: undefined, precision: "milliseconds" };
  #withDefault = true;
  readonly #schemaFor = perSchema((schema) => this.#makeSchema(schema));

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#field = config[FIELD];
    this.#type = config[TARGET_TYPE] as TimestampType;
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
    const pattern = config[FORMAT];
    const hasPattern = javaTrim(pattern) !== "";
    if (this.#type === "string" && !hasPattern) {
      throw configError(
        "TimestampConverter requires format option to be specified when using string timestamps",
      );
    }
    this.#forms = {
      format: hasPattern ? formatOf(pattern) : undefined,
      precision: config[UNIX_PRECISION] as UnixPrecision,
    };
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.part.value(record);
    const schema = this.part.schema(record);
    if (schema === null) return this.#convertSchemaless(record, value);
    if (this.#field === "") {
      const updatedSchema = timestampSchemaOf(this.#type, schema.optional);
      return this.part.with(record, updatedSchema, this.#convert(typeOfSchema(schema), value));
    }
    const struct = value === null ? null : requireStruct(value, schema, PURPOSE);
    const updatedSchema = this.#schemaFor(schema);
    return this.part.with(
      record,
      updatedSchema,
      struct && this.#convertStruct(struct, updatedSchema),
    );
  }

  #convertSchemaless<R extends ConnectRecord>(record: R, value: unknown): R {
    if (value === null || this.#field === "") {
      return this.part.with(record, null, this.#convert(undefined, value));
    }
    const map = requireMap(value, PURPOSE);
    const updated = { ...map };
    setMember(updated, this.#field, this.#convert(undefined, member(map, this.#field)));
    return this.part.with(record, null, updated);
  }

  #convert(type: TimestampType | undefined, value: unknown): unknown {
    if (value === null) return null;
    return fromMs(this.#type, toMs(type ?? typeOfValue(value), value, this.#forms), this.#forms);
  }

  #convertStruct(struct: Struct, updatedSchema: Schema): Struct {
    const updated = new Struct(updatedSchema);
    for (const field of struct.schema.fields) {
      const value = fieldValue(struct, field, this.#withDefault);
      const isTimestamp = field.name === this.#field;
      updated.put(
        field.name,
        isTimestamp ? this.#convert(typeOfSchema(field.schema), value) : value,
      );
    }
    return updated;
  }

  #makeSchema(schema: Schema): Schema {
    requireFields(schema, "list");
    const builder = copyBasics(schema, SchemaBuilder.struct()).optional(schema.optional);
    for (const { name, schema: inner } of schema.fields) {
      const isTimestamp = name === this.#field;
      builder.field(name, isTimestamp ? timestampSchemaOf(this.#type, inner.optional) : inner);
    }
    if (schema.defaultValue instanceof Struct) {
      builder.defaultValue(this.#convertStruct(schema.defaultValue, builder.build()));
    }
    return builder.build();
  }
}

function formatOf(pattern: string): SimpleDateFormat {
  try {
    return new SimpleDateFormat(pattern);
  } catch {
    throw configError(
      `TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: ${pattern}`,
    );
  }
}
