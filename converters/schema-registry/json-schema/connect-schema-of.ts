import { DataError, SchemaBuilder } from "#connect-api";
import type { Schema } from "#connect-api";
import { SchemaDocument, isObject } from "#lib/json-schema";
import type { JsonSchema, SchemaObject } from "#lib/json-schema";
import { ENUM_PARAMETER, UNION_FIELD, UNION_NAME } from "./json-schema-of.ts";
import type { JsonDataOptions } from "./json-schema-of.ts";

const DEPTH_MAX = 64;

type PlainType = Exclude<Schema["type"], "ARRAY" | "MAP" | "STRUCT">;
const CONNECT_TYPES: Readonly<Record<string, PlainType>> = {
  int8: "INT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  float32: "FLOAT32",
  float64: "FLOAT64",
  bytes: "BYTES",
};

/**
 * The Connect schema of a JSON Schema. `version` is the registry's.
 *
 * Throws DataError for a schema without a type, and for one that holds itself: give such data plain (record.schemas=never).
 * Source: io.confluent.connect.json.JsonSchemaData.toConnectSchema.
 */
export function connectSchemaOfJson(
  root: JsonSchema,
  options: JsonDataOptions,
  version?: number,
): Schema {
  return new Builder(new SchemaDocument(root), options).schema(root, {
    isOptional: false,
    version,
    depth: 0,
  });
}

interface Context {
  readonly isOptional: boolean;
  readonly version?: number | undefined;
  readonly depth: number;
}

class Builder {
  readonly #document: SchemaDocument;
  readonly #options: JsonDataOptions;

  constructor(document: SchemaDocument, options: JsonDataOptions) {
    this.#document = document;
    this.#options = options;
  }

  schema(part: JsonSchema, context: Context): Schema {
    if (context.depth > DEPTH_MAX) {
      throw new DataError(
        "SCHEMA_MISMATCH",
        "The JSON Schema holds itself; set record.schemas=never",
      );
    }
    const schema = this.#document.resolved(part);
    if (!isObject(schema)) throw noType();
    const branches = branchesOf(schema);
    if (branches) return this.#combined(schema, branches, context);
    const builder = this.#base(schema, context);
    const { title, description } = schema;
    const version = schema["connect.version"];
    if (typeof title === "string") builder.name(title);
    if (typeof description === "string") builder.doc(description);
    if (typeof version === "number") builder.version(version);
    else if (context.version !== undefined && schema["type"] === "object")
      builder.version(context.version);
    if (isObject(schema["connect.parameters"])) {
      builder.parameters(schema["connect.parameters"] as Record<string, string>);
    }
    builder.optional(context.isOptional);
    const fallback = schema["default"];
    if (fallback !== undefined && fallback !== null && typeof fallback !== "object") {
      const isLong = builder.build().type === "INT64";
      builder.defaultValue(isLong ? BigInt(fallback as number) : fallback);
    }
    return builder.build();
  }

  #combined(schema: SchemaObject, branches: readonly JsonSchema[], context: Context): Schema {
    const others = branches.filter((branch) => !isNull(this.#document.resolved(branch)));
    const isOptional = context.isOptional || others.length < branches.length;
    const [only] = others;
    if (only === undefined) throw noType();
    if (others.length === 1 && this.#options.flattenSingletonUnions) {
      return this.schema(only, { ...context, isOptional });
    }
    const builder = SchemaBuilder.struct().name(UNION_NAME);
    const inner = { isOptional: true, depth: context.depth + 1 };
    for (const [index, branch] of others.entries()) {
      builder.field(`${UNION_FIELD}${index}`, this.schema(branch, inner));
    }
    if (typeof schema["description"] === "string") builder.doc(schema["description"]);
    return builder.optional(isOptional).build();
  }

  #base(schema: SchemaObject, context: Context): SchemaBuilder {
    const connectType = schema["connect.type"];
    const inner = { isOptional: false, depth: context.depth + 1 };
    if (typeof connectType === "string" && connectType !== "map") {
      const type = CONNECT_TYPES[connectType];
      if (type) return SchemaBuilder.of(type);
    }
    if (Array.isArray(schema["enum"]) || "const" in schema) {
      const values = (schema["enum"] ?? [schema["const"]]) as readonly unknown[];
      const builder = SchemaBuilder.of("STRING").parameter(ENUM_PARAMETER, "");
      for (const value of values)
        builder.parameter(`${ENUM_PARAMETER}.${String(value)}`, String(value));
      return builder;
    }
    switch (schema["type"]) {
      case "string":
        return SchemaBuilder.of("STRING");
      case "boolean":
        return SchemaBuilder.of("BOOLEAN");
      case "integer":
        return SchemaBuilder.of("INT64");
      case "number":
        return SchemaBuilder.of("FLOAT64");
      case "array":
        return this.#array(schema, inner);
      case "object":
        return this.#object(schema, inner);
      default:
        if (isObject(schema["properties"])) return this.#object(schema, inner);
        throw noType();
    }
  }

  #array(schema: SchemaObject, inner: Context): SchemaBuilder {
    const items = schema["items"];
    if (typeof items !== "boolean" && !isObject(items)) throw noType();
    if (schema["connect.type"] !== "map") return SchemaBuilder.array(this.schema(items, inner));
    const entry = this.#document.resolved(items) as SchemaObject;
    const { key, value } = (entry["properties"] ?? {}) as Record<string, JsonSchema>;
    return SchemaBuilder.map(this.schema(key ?? false, inner), this.schema(value ?? false, inner));
  }

  #object(schema: SchemaObject, inner: Context): SchemaBuilder {
    const properties = (schema["properties"] ?? {}) as Record<string, JsonSchema>;
    const rest = schema["additionalProperties"];
    const isMap =
      schema["connect.type"] === "map" || (Object.keys(properties).length === 0 && isObject(rest));
    if (isMap) {
      if (!isObject(rest)) throw noType();
      return SchemaBuilder.map(SchemaBuilder.of("STRING").build(), this.schema(rest, inner));
    }
    const required = new Set((schema["required"] as readonly string[] | undefined) ?? []);
    const builder = SchemaBuilder.struct();
    const indexOf = (part: JsonSchema): number =>
      isObject(part) && typeof part["connect.index"] === "number"
        ? part["connect.index"]
        : Infinity;
    const ordered = Object.entries(properties).toSorted(
      ([a, left], [b, right]) => indexOf(left) - indexOf(right) || (a < b ? -1 : 1),
    );
    for (const [name, part] of ordered) {
      const isOptional = this.#options.optionalForNonrequired && !required.has(name);
      builder.field(name, this.schema(part, { ...inner, isOptional }));
    }
    return builder;
  }
}

function branchesOf(schema: SchemaObject): readonly JsonSchema[] | undefined {
  const { oneOf, anyOf, type } = schema as {
    oneOf?: JsonSchema[];
    anyOf?: JsonSchema[];
    type?: unknown;
  };
  if (Array.isArray(type)) return type.map((each: string) => ({ ...schema, type: each }));
  return oneOf ?? anyOf;
}

const isNull = (schema: JsonSchema): boolean => isObject(schema) && schema["type"] === "null";

function noType(): DataError {
  return new DataError(
    "SCHEMA_MISMATCH",
    "A part of the JSON Schema has no type that Connect knows; set record.schemas=never",
  );
}
