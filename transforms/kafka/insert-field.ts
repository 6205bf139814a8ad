import {
  ConfigDef,
  INT32_SCHEMA,
  INT64_SCHEMA,
  NarrowNumber,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  TIMESTAMP_SCHEMA,
  timestampSchema,
} from "#connect-api";
import type { ConfigKey, ConnectRecord, Props, Schema } from "#connect-api";
import { PartTransformation } from "./record-part.ts";
import { configError, requireMap, requireSinkRecord, requireStruct } from "./requirements.ts";
import { setMember } from "./schemaless.ts";
import { copyBasics, fieldValue, perSchema } from "./schemas.ts";
import { REPLACE_NULL_WITH_DEFAULT, replaceNullWithDefault } from "./settings.ts";

export const TOPIC_FIELD = "topic.field";
export const PARTITION_FIELD = "partition.field";
export const OFFSET_FIELD = "offset.field";
export const TIMESTAMP_FIELD = "timestamp.field";
export const STATIC_FIELD = "static.field";
export const STATIC_VALUE = "static.value";
const PURPOSE = "field insertion";

const fieldName = (what: string) =>
  ({
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    documentation: `Name of a field for ${what}. With \`!\` at its end the field is required, with \`?\` or without it is optional.`,
  }) as const satisfies ConfigKey;

export const configDef = new ConfigDef({
  [TOPIC_FIELD]: fieldName("the topic"),
  [PARTITION_FIELD]: fieldName("the partition"),
  [OFFSET_FIELD]: fieldName("the offset (sink connectors only)"),
  [TIMESTAMP_FIELD]: fieldName("the record's timestamp"),
  [STATIC_FIELD]: fieldName("the text of `static.value`"),
  [STATIC_VALUE]: {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    documentation: "The text that goes into `static.field`.",
  },
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
});

/** One field to insert: its schema, and its value with and without a schema (null: none). */
interface Insertion {
  readonly name: string;
  readonly schema: Schema;
  value(record: ConnectRecord): unknown;
  schemaless(record: ConnectRecord): unknown;
}

const OPTIONAL_TIMESTAMP_SCHEMA = timestampSchema().optional().build();

function insertion(
  spec: string | null,
  schemas: readonly [optional: Schema, required: Schema],
  value: (record: ConnectRecord) => unknown,
  schemaless: (record: ConnectRecord) => unknown = value,
): Insertion | undefined {
  if (spec === null) return undefined;
  const isMarked = spec.endsWith("?") || spec.endsWith("!");
  const name = isMarked ? spec.slice(0, -1) : spec;
  return { name, schema: schemas[spec.endsWith("!") ? 1 : 0], value, schemaless };
}

/** Adds what is known of a record, or a fixed text, as fields. Source: org.apache.kafka.connect.transforms.InsertField. */
export class InsertField extends PartTransformation {
  #insertions: readonly Insertion[] = [];
  #withDefault = true;
  readonly #schemaFor = perSchema((schema) => this.#makeSchema(schema));

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
    const text = [OPTIONAL_STRING_SCHEMA, STRING_SCHEMA] as const;
    this.#insertions = [
      insertion(config[TOPIC_FIELD], text, ({ topic }) => topic),
      insertion(
        config[PARTITION_FIELD],
        [OPTIONAL_INT32_SCHEMA, INT32_SCHEMA],
        ({ partition }) => partition,
        ({ partition }) => (partition === null ? null : new NarrowNumber("INT32", partition)),
      ),
      insertion(config[OFFSET_FIELD], [OPTIONAL_INT64_SCHEMA, INT64_SCHEMA], (record) =>
        BigInt(requireSinkRecord(record, PURPOSE).offset),
      ),
      insertion(
        config[TIMESTAMP_FIELD],
        [OPTIONAL_TIMESTAMP_SCHEMA, TIMESTAMP_SCHEMA],
        ({ timestamp }) => (timestamp === null ? null : new Date(timestamp)),
        ({ timestamp }) => (timestamp === null ? null : BigInt(timestamp)),
      ),
      insertion(config[STATIC_FIELD], text, () => config[STATIC_VALUE]),
    ].filter((each) => each !== undefined);
    if (this.#insertions.length === 0) throw configError("No field insertion configured");
    if (config[STATIC_FIELD] !== null && config[STATIC_VALUE] === null) {
      throw configError(
        `Invalid value null for configuration ${STATIC_VALUE}: No value specified for static field: ${config[STATIC_FIELD]}`,
      );
    }
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.part.value(record);
    if (value === null) return record;
    const schema = this.part.schema(record);
    if (schema) return this.#insertIntoStruct(record, schema, value);
    const updated = { ...requireMap(value, PURPOSE) };
    for (const { name, schemaless } of this.#insertions) {
      const inserted = schemaless(record);
      if (inserted !== null) setMember(updated, name, inserted);
    }
    return this.part.with(record, null, updated);
  }

  #insertIntoStruct<R extends ConnectRecord>(record: R, schema: Schema, value: unknown): R {
    const struct = requireStruct(value, schema, PURPOSE);
    const updatedSchema = this.#schemaFor(struct.schema);
    const updated = new Struct(updatedSchema);
    for (const field of struct.schema.fields) {
      updated.put(field.name, fieldValue(struct, field, this.#withDefault));
    }
    for (const { name, value: valueOf } of this.#insertions) {
      const inserted = valueOf(record);
      if (inserted !== null) updated.put(name, inserted);
    }
    return this.part.with(record, updatedSchema, updated);
  }

  #makeSchema(schema: Schema): Schema {
    const builder = copyBasics(schema, SchemaBuilder.struct());
    for (const field of schema.fields) builder.field(field.name, field.schema);
    for (const { name, schema: inserted } of this.#insertions) builder.field(name, inserted);
    return builder.build();
  }
}
