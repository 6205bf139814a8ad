import { SchemaBuilder } from "#connect-api";
import type { Field, Schema, Struct } from "#connect-api";

/** Remembers what a transformation made of a schema: schemas are few, and records share them. */
export function perSchema(make: (schema: Schema) => Schema): (schema: Schema) => Schema {
  const made = new WeakMap<Schema, Schema>();
  return (schema) => {
    let known = made.get(schema);
    if (!known) {
      known = make(schema);
      made.set(schema, known);
    }
    return known;
  };
}

/** A builder with name, version, doc and parameters of a schema; neither optional nor with a default. */
export function copyBasics(schema: Schema, builder: SchemaBuilder): SchemaBuilder {
  builder.name(schema.name).version(schema.version).doc(schema.doc);
  if (schema.parameters) builder.parameters(schema.parameters);
  return builder;
}

/** A builder of the same type with the same basics. Source: …transforms.util.SchemaUtil. */
export function builderLike(schema: Schema): SchemaBuilder {
  if (schema.type === "ARRAY") return copyBasics(schema, SchemaBuilder.array(schema.valueSchema));
  if (schema.type === "MAP") {
    return copyBasics(schema, SchemaBuilder.map(schema.keySchema, schema.valueSchema));
  }
  return copyBasics(schema, SchemaBuilder.of(schema.type));
}

/** Reads a field: its default for null, or null itself (`replace.null.with.default`). */
export function fieldValue(struct: Struct, field: Field, withDefault: boolean): unknown {
  return withDefault ? struct.get(field.name) : struct.getWithoutDefault(field.name);
}
