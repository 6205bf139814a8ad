import { ConfigDef, SchemaBuilder, Struct, withoutSchema } from "#connect-api";
import type { ConnectRecord, Props, Schema } from "#connect-api";
import { CAST_TARGETS, castValue } from "./cast-value.ts";
import type { CastTarget } from "./cast-value.ts";
import { PartTransformation } from "./record-part.ts";
import { configError, requireFields, requireMap, requireStruct } from "./requirements.ts";
import { copyBasics, fieldValue, perSchema } from "./schemas.ts";
import { member, setMember } from "./schemaless.ts";
import { REPLACE_NULL_WITH_DEFAULT, replaceNullWithDefault, splitAtColons } from "./settings.ts";

export const SPEC = "spec";
const PURPOSE = "cast types";

export const configDef = new ConfigDef({
  [SPEC]: {
    type: "LIST",
    importance: "HIGH",
    validator: {
      ensureValid: (_key, value) => void casts(value as readonly string[] | null),
      describe: () => "list of colon-delimited pairs, e.g. foo:bar,abc:xyz",
    },
    documentation:
      "Fields and the type that each gets, as `field:type`, or one type for the whole value: int8, int16, int32, int64, float32, float64, boolean, string. Bytes can become a string only (base64).",
  },
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
});

/** Casts of fields, or one of the whole value. */
interface Casts {
  readonly whole: CastTarget | undefined;
  readonly fields: ReadonlyMap<string, CastTarget>;
}

function casts(spec: readonly string[] | null): Casts {
  if (!spec || spec.length === 0) throw configError("Must specify at least one field to cast.");
  const fields = new Map<string, CastTarget>();
  let whole: CastTarget | undefined;
  for (const item of spec) {
    const parts = splitAtColons(item);
    if (parts.length > 2) {
      const message = `Invalid value [${spec.join(", ")}] for configuration renames: Invalid rename mapping: ${item}`;
      throw configError(message);
    }
    const target = targetOf((parts[1] ?? parts[0] ?? "").trim());
    if (parts.length === 2) fields.set((parts[0] ?? "").trim(), target);
    else whole = target;
  }
  if (whole !== undefined && spec.length > 1) {
    throw configError(
      "Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec",
    );
  }
  return { whole, fields };
}

function targetOf(text: string): CastTarget {
  const target = CAST_TARGETS.find((type) => type === text.toUpperCase());
  if (target) return target;
  if (["BYTES", "ARRAY", "MAP", "STRUCT"].includes(text.toUpperCase())) {
    const message = `Cast transformation does not support casting to ${text.toUpperCase()}; supported types are [${CAST_TARGETS.join(", ")}]`;
    throw configError(message);
  }
  throw configError(`Invalid type found in casting spec: ${text}`);
}

/** Casts top-level fields, or the whole, to other types. Source: org.apache.kafka.connect.transforms.Cast. */
export class Cast extends PartTransformation {
  #casts: Casts = { whole: undefined, fields: new Map() };
  #withDefault = true;
  readonly #schemaFor = perSchema((schema) => this.#makeSchema(schema));

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#casts = casts(config[SPEC]);
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.part.value(record);
    if (value === null) return record;
    const schema = this.part.schema(record);
    const { whole, fields } = this.#casts;
    if (whole !== undefined) {
      const cast = castValue(schema, value, whole);
      return schema
        ? this.part.with(record, this.#schemaFor(schema), cast)
        : this.part.with(record, null, schemaless(whole, cast));
    }
    if (schema) return this.#castStruct(record, schema, value);
    const map = requireMap(value, PURPOSE);
    const updated = { ...map };
    for (const [field, target] of fields) {
      setMember(updated, field, schemaless(target, castValue(null, member(map, field), target)));
    }
    return this.part.with(record, null, updated);
  }

  #castStruct<R extends ConnectRecord>(record: R, schema: Schema, value: unknown): R {
    const updatedSchema = this.#schemaFor(schema);
    const struct = requireStruct(value, schema, PURPOSE);
    const updated = new Struct(updatedSchema);
    for (const field of struct.schema.fields) {
      const original = fieldValue(struct, field, this.#withDefault);
      const target = this.#casts.fields.get(field.name);
      updated.put(field.name, target ? castValue(field.schema, original, target) : original);
    }
    return this.part.with(record, updatedSchema, updated);
  }

  /** A cast field loses its logical name; a whole that is cast keeps the name of its schema. */
  #makeSchema(schema: Schema): Schema {
    const { whole, fields } = this.#casts;
    if (whole !== undefined) {
      const builder = copyBasics(schema, SchemaBuilder.of(whole)).optional(schema.optional);
      if (schema.defaultValue !== null) {
        builder.defaultValue(castValue(schema, schema.defaultValue, whole));
      }
      return builder.build();
    }
    requireFields(schema, "list");
    const builder = copyBasics(schema, SchemaBuilder.struct()).optional(schema.optional);
    for (const field of schema.fields) {
      const target = fields.get(field.name);
      if (!target) {
        builder.field(field.name, field.schema);
        continue;
      }
      const cast = SchemaBuilder.of(target).optional(field.schema.optional);
      const { defaultValue } = field.schema;
      if (defaultValue !== null) cast.defaultValue(castValue(field.schema, defaultValue, target));
      builder.field(field.name, cast.build());
    }
    return builder.build();
  }
}

const schemaOf = Object.fromEntries(
  CAST_TARGETS.map((target) => [target, SchemaBuilder.of(target).build()]),
) as Readonly<Record<CastTarget, Schema>>;

/** Without a schema, the width stays in the value. */
function schemaless(target: CastTarget, value: unknown): unknown {
  return withoutSchema(schemaOf[target], value);
}
