import { ConfigDef, SchemaBuilder, Struct, invalidValue } from "#connect-api";
import type { ConfigKey, ConnectRecord, Props, Schema } from "#connect-api";
import { PartTransformation } from "./record-part.ts";
import { requireMap, requireStruct } from "./requirements.ts";
import { setMember } from "./schemaless.ts";
import { copyBasics, perSchema } from "./schemas.ts";
import { REPLACE_NULL_WITH_DEFAULT, replaceNullWithDefault, splitAtColons } from "./settings.ts";

export const EXCLUDE = "exclude";
export const INCLUDE = "include";
export const RENAMES = "renames";
const PURPOSE = "field replacement";

const list = (documentation: string) =>
  ({ type: "LIST", default: [], importance: "MEDIUM", documentation }) as const satisfies ConfigKey;

export const configDef = new ConfigDef({
  [EXCLUDE]: list("Fields that are left out, also when `include` names them."),
  [INCLUDE]: list("The only fields that stay; empty: all."),
  [RENAMES]: {
    ...list("New names of fields, as `old:new`; `exclude` and `include` know the old ones."),
    validator: {
      ensureValid: (_key, value) => void renamesOf((value ?? []) as readonly string[]),
      describe: () => "list of colon-delimited pairs, e.g. foo:bar,abc:xyz",
    },
  },
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
});

function renamesOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const pair of pairs) {
    const [from, to, ...more] = splitAtColons(pair);
    if (from === undefined || to === undefined || more.length > 0) {
      throw invalidValue(RENAMES, pairs, `Invalid rename mapping: ${pair}`);
    }
    renames.set(from, to);
  }
  return renames;
}

/** Leaves fields out and renames them. Source: org.apache.kafka.connect.transforms.ReplaceField. */
export class ReplaceField extends PartTransformation {
  #exclude: ReadonlySet<string> = new Set();
  #include: ReadonlySet<string> = new Set();
  #renames: ReadonlyMap<string, string> = new Map();
  #originals: ReadonlyMap<string, string> = new Map();
  #withDefault = true;
  readonly #schemaFor = perSchema((schema) => this.#makeSchema(schema));

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#exclude = new Set(config[EXCLUDE]);
    this.#include = new Set(config[INCLUDE]);
    this.#renames = renamesOf(config[RENAMES]);
    this.#originals = new Map([...this.#renames].map(([from, to]) => [to, from]));
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.part.value(record);
    if (value === null) return record;
    const schema = this.part.schema(record);
    if (schema) return this.#replaceInStruct(record, schema, value);
    const map = requireMap(value, PURPOSE);
    const updated: Record<string, unknown> = {};
    for (const name of Object.keys(map)) {
      if (this.#stays(name)) setMember(updated, this.#renames.get(name) ?? name, map[name]);
    }
    return this.part.with(record, null, updated);
  }

  #stays(name: string): boolean {
    return !this.#exclude.has(name) && (this.#include.size === 0 || this.#include.has(name));
  }

  #replaceInStruct<R extends ConnectRecord>(record: R, schema: Schema, value: unknown): R {
    const struct = requireStruct(value, schema, PURPOSE);
    const updatedSchema = this.#schemaFor(struct.schema);
    const updated = new Struct(updatedSchema);
    for (const { name } of updatedSchema.fields) {
      const original = this.#originals.get(name) ?? name;
      updated.put(
        name,
        this.#withDefault ? struct.get(original) : struct.getWithoutDefault(original),
      );
    }
    return this.part.with(record, updatedSchema, updated);
  }

  #makeSchema(schema: Schema): Schema {
    const builder = copyBasics(schema, SchemaBuilder.struct());
    for (const { name, schema: inner } of schema.fields) {
      if (this.#stays(name)) builder.field(this.#renames.get(name) ?? name, inner);
    }
    return builder.build();
  }
}
