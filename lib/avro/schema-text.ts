import { isNamed } from "./schema.ts";
import type { AvroField, AvroSchema } from "./schema.ts";

/**
 * The JSON of a schema, in a fixed order of members: full names, a named type in full at its first use and
 * by name later, everything else kept (docs, defaults, aliases, properties).
 *
 * This is what "normalize" of a registry means for Avro.
 */
export function avroSchemaJson(schema: AvroSchema): unknown {
  return jsonOf(schema, new Set());
}

export function avroSchemaText(schema: AvroSchema): string {
  return JSON.stringify(avroSchemaJson(schema));
}

function jsonOf(schema: AvroSchema, written: Set<string>): unknown {
  if (isNamed(schema)) {
    if (written.has(schema.fullName)) return schema.fullName;
    written.add(schema.fullName);
  }
  switch (schema.type) {
    case "union":
      return schema.branches.map((branch) => jsonOf(branch, written));
    case "array":
      return { type: "array", items: jsonOf(schema.items, written), ...schema.props };
    case "map":
      return { type: "map", values: jsonOf(schema.values, written), ...schema.props };
    case "record":
      return {
        type: schema.isError ? "error" : "record",
        ...nameMembers(schema),
        fields: schema.fields.map((field) => fieldJson(field, written)),
        ...aliasMember(schema.aliases, schema.namespace),
        ...schema.props,
      };
    case "enum":
      return {
        type: "enum",
        ...nameMembers(schema),
        symbols: schema.symbols,
        ...(schema.default === undefined ? {} : { default: schema.default }),
        ...aliasMember(schema.aliases, schema.namespace),
        ...schema.props,
      };
    case "fixed":
      return {
        type: "fixed",
        ...nameMembers(schema),
        size: schema.size,
        ...aliasMember(schema.aliases, schema.namespace),
        ...schema.props,
      };
    default:
      return Object.keys(schema.props).length === 0
        ? schema.type
        : { type: schema.type, ...schema.props };
  }
}

function nameMembers({
  name,
  namespace,
  doc,
}: {
  readonly name: string;
  readonly namespace: string;
  readonly doc: string | undefined;
}) {
  return {
    name,
    ...(namespace === "" ? {} : { namespace }),
    ...(doc === undefined ? {} : { doc }),
  };
}

function fieldJson(field: AvroField, written: Set<string>): unknown {
  return {
    name: field.name,
    type: jsonOf(field.type, written),
    ...(field.doc === undefined ? {} : { doc: field.doc }),
    ...(field.hasDefault ? { default: field.default } : {}),
    ...(field.order === undefined || field.order === "ascending" ? {} : { order: field.order }),
    ...(field.aliases.length === 0 ? {} : { aliases: field.aliases }),
    ...field.props,
  };
}

/** Aliases of the own namespace are written short. */
function aliasMember(aliases: readonly string[], namespace: string) {
  if (aliases.length === 0) return {};
  const prefix = namespace === "" ? "" : `${namespace}.`;
  return {
    aliases: aliases.map((alias) =>
      prefix !== "" && alias.startsWith(prefix) && !alias.slice(prefix.length).includes(".")
        ? alias.slice(prefix.length)
        : alias,
    ),
  };
}
