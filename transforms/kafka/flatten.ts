import {
  ConfigDef,
  DataError,
  SchemaBuilder,
  Struct,
  isSchemalessMap,
  javaClassName,
  schemalessType,
} from "#connect-api";
import type { ConnectRecord, Props, Schema } from "#connect-api";
import { PartTransformation } from "./record-part.ts";
import { requireFields, requireMap, requireStruct } from "./requirements.ts";
import type { SchemalessMap } from "./requirements.ts";
import { setMember } from "./schemaless.ts";
import { builderLike, copyBasics, perSchema } from "./schemas.ts";

export const DELIMITER = "delimiter";
const PURPOSE = "flattening";

export const configDef = new ConfigDef({
  [DELIMITER]: {
    type: "STRING",
    default: ".",
    importance: "MEDIUM",
    documentation: "What stands between the names of outer and inner field in the new name.",
  },
});

/** Makes one level of nested structs and maps; lists stay. Source: org.apache.kafka.connect.transforms.Flatten. */
export class Flatten extends PartTransformation {
  #delimiter = ".";
  readonly #schemaFor = perSchema((schema) => this.#makeSchema(schema));

  config() {
    return configDef;
  }
  configure(props: Props): void {
    this.#delimiter = configDef.parse(props)[DELIMITER];
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.part.value(record);
    if (value === null) return record;
    const schema = this.part.schema(record);
    if (schema === null) {
      const flat: Record<string, unknown> = {};
      this.#flattenMap(requireMap(value, PURPOSE), "", flat);
      return this.part.with(record, null, flat);
    }
    const struct = requireStruct(value, schema, PURPOSE);
    const updatedSchema = this.#schemaFor(schema);
    const flat = new Struct(updatedSchema);
    this.#flattenStruct(struct, "", flat);
    return this.part.with(record, updatedSchema, flat);
  }

  #nameOf(prefix: string, name: string): string {
    return prefix === "" ? name : prefix + this.#delimiter + name;
  }

  #flattenMap(map: SchemalessMap, prefix: string, flat: Record<string, unknown>): void {
    for (const key of Object.keys(map)) {
      const value = map[key] ?? null;
      const name = this.#nameOf(prefix, key);
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        setMember(flat, name, value);
      } else if (isSchemalessMap(value)) {
        this.#flattenMap(value, name, flat);
      } else {
        requireFlat(value, name);
        setMember(flat, name, value);
      }
    }
  }

  #flattenStruct(struct: Struct, prefix: string, flat: Struct): void {
    for (const field of struct.schema.fields) {
      const name = this.#nameOf(prefix, field.name);
      if (field.schema.type === "STRUCT") {
        const inner = struct.getWithoutDefault(field.name);
        if (inner instanceof Struct) this.#flattenStruct(inner, name, flat);
      } else flat.put(name, struct.get(field.name));
    }
  }

  #makeSchema(schema: Schema): Schema {
    requireFields(schema, "list");
    const builder = copyBasics(schema, SchemaBuilder.struct());
    const defaults = schema.defaultValue instanceof Struct ? schema.defaultValue : null;
    this.#addFields(schema, "", builder, schema.optional, defaults);
    return builder.build();
  }

  /** What is inside an optional struct becomes optional, and gets its default from that of the struct. */
  #addFields(
    schema: Schema,
    prefix: string,
    builder: SchemaBuilder,
    isOptional: boolean,
    defaults: Struct | null,
  ): void {
    for (const field of schema.fields) {
      const name = this.#nameOf(prefix, field.name);
      const optional = isOptional || field.schema.optional;
      const defaultValue = field.schema.defaultValue ?? defaults?.get(field.name) ?? null;
      switch (field.schema.type) {
        case "STRUCT":
          this.#addFields(
            field.schema,
            name,
            builder,
            optional,
            defaultValue instanceof Struct ? defaultValue : null,
          );
          break;
        case "MAP": {
          const message = `Flatten transformation does not support MAP for record with schemas (for field ${name}).`;
          throw new DataError("FLATTEN_UNSUPPORTED", message);
        }
        default: {
          const flat = builderLike(field.schema).optional(optional).defaultValue(defaultValue);
          builder.field(name, flat.build());
        }
      }
    }
  }
}

function requireFlat(value: unknown, name: string): void {
  const type = schemalessType(value);
  if (type === null) {
    const message = `Flatten transformation was passed a value of type class ${javaClassName(value)} which is not supported by Connect's data API`;
    throw new DataError("FLATTEN_UNSUPPORTED", message);
  }
  if (type === "MAP" || type === "STRUCT") {
    const message = `Flatten transformation does not support class ${javaClassName(value)} for record without schemas (for field ${name}).`;
    throw new DataError("FLATTEN_UNSUPPORTED", message);
  }
}
