import { AvroSchemaError } from "./avro-error.ts";
import { PRIMITIVES, isNamed } from "./schema.ts";
import type {
  AvroEnum,
  AvroField,
  AvroFixed,
  AvroNamed,
  AvroPrimitive,
  AvroRecord,
  AvroSchema,
  PrimitiveName,
  Props,
} from "./schema.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const OWN_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  record: ["type", "name", "namespace", "doc", "aliases", "fields"],
  enum: ["type", "name", "namespace", "doc", "aliases", "symbols", "default"],
  fixed: ["type", "name", "namespace", "doc", "aliases", "size"],
  array: ["type", "items"],
  map: ["type", "values"],
  field: ["type", "name", "doc", "aliases", "default", "order"],
};
const DEPTH_MAX = 1000;

interface Json {
  readonly [member: string]: unknown;
}

/** A record while its fields are read: the fields may name the record itself. */
type Growing<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads a schema. `references` are schemas whose named types this one may use, in order of their own
 * dependencies.
 *
 * Throws AvroSchemaError that names the place in the schema.
 */
export function parseAvroSchema(text: string, references: readonly string[] = []): AvroSchema {
  const parser = new SchemaParser();
  for (const reference of references) parser.read(jsonOf(reference));
  return parser.read(jsonOf(text));
}

/** Like parseAvroSchema, from JSON that is parsed already. */
export function avroSchemaOf(json: unknown): AvroSchema {
  return new SchemaParser().read(json);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A bare type name is also accepted by the Java parser.
    if (/^\s*[A-Za-z_.0-9]+\s*$/.test(text)) return text.trim();
    throw new AvroSchemaError("the text is not JSON");
  }
}

class SchemaParser {
  readonly #names = new Map<string, AvroNamed>();
  #depth = 0;

  read(json: unknown, namespace = "", at = ""): AvroSchema {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new AvroSchemaError("it is nested too deeply", at);
    try {
      if (typeof json === "string") return this.#byName(json, namespace, at);
      if (Array.isArray(json)) return this.#union(json, namespace, at);
      if (typeof json === "object" && json !== null) {
        return this.#complex(json as Json, namespace, at);
      }
      throw new AvroSchemaError("a type is a name, a list or an object", at);
    } finally {
      this.#depth -= 1;
    }
  }

  #byName(name: string, namespace: string, at: string): AvroSchema {
    if ((PRIMITIVES as readonly string[]).includes(name)) {
      return { type: name as PrimitiveName, props: {} };
    }
    const known = this.#names.get(fullNameOf(name, namespace)) ?? this.#names.get(name);
    if (!known) throw new AvroSchemaError(`the type "${name}" is not defined`, at);
    return known;
  }

  #union(json: readonly unknown[], namespace: string, at: string): AvroSchema {
    const branches = json.map((branch, index) => this.read(branch, namespace, `${at}/${index}`));
    const seen = new Set<string>();
    for (const branch of branches) {
      if (branch.type === "union") throw new AvroSchemaError("a union directly holds a union", at);
      const name = isNamed(branch) ? branch.fullName : branch.type;
      if (seen.has(name)) throw new AvroSchemaError(`the union has "${name}" twice`, at);
      seen.add(name);
    }
    return { type: "union", branches, props: {} };
  }

  #complex(json: Json, namespace: string, at: string): AvroSchema {
    const { type } = json;
    switch (type) {
      case "array":
        return {
          type,
          items: this.read(json["items"], namespace, `${at}/items`),
          props: propsOf(json, "array"),
        };
      case "map":
        return {
          type,
          values: this.read(json["values"], namespace, `${at}/values`),
          props: propsOf(json, "map"),
        };
      case "record":
      case "error":
        return this.#record(json, namespace, at);
      case "enum":
        return this.#enum(json, namespace, at);
      case "fixed":
        return this.#fixed(json, namespace, at);
      default:
    }
    if (typeof type === "string" && (PRIMITIVES as readonly string[]).includes(type)) {
      const { type: _type, ...props } = json;
      return { type: type as PrimitiveName, props } satisfies AvroPrimitive;
    }
    // {"type": {"type": …}} and {"type": [...]} stand for what they hold.
    return this.read(type, namespace, `${at}/type`);
  }

  #record(json: Json, namespace: string, at: string): AvroRecord {
    const named = this.#named(json, namespace, at);
    const record: Growing<AvroRecord> = {
      type: "record",
      isError: json["type"] === "error",
      ...named,
      props: propsOf(json, "record"),
      fields: [],
    };
    this.#define(record, at);
    const { fields } = json;
    if (!Array.isArray(fields)) throw new AvroSchemaError("a record needs fields", at);
    const seen = new Set<string>();
    record.fields = fields.map((field: unknown, index) => {
      const made = this.#field(field, record.namespace, `${at}/fields/${index}`);
      if (seen.has(made.name)) throw new AvroSchemaError(`the field "${made.name}" is twice`, at);
      seen.add(made.name);
      return made;
    });
    return record;
  }

  #field(json: unknown, namespace: string, at: string): AvroField {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new AvroSchemaError("a field is an object", at);
    }
    const members = json as Json;
    const name = nameOf(members["name"], at);
    const type = this.read(members["type"], namespace, `${at}/type`);
    const hasDefault = Object.hasOwn(members, "default");
    if (hasDefault && !fitsDefault(type, members["default"])) {
      throw new AvroSchemaError(`the default of "${name}" does not fit its type`, at);
    }
    return {
      name,
      type,
      hasDefault,
      default: members["default"],
      aliases: textsOf(members["aliases"], at),
      doc: textOf(members["doc"]),
      order: textOf(members["order"]),
      props: propsOf(members, "field"),
    };
  }

  #enum(json: Json, namespace: string, at: string): AvroEnum {
    const symbols = textsOf(json["symbols"], at);
    for (const symbol of symbols) nameOf(symbol, at);
    if (new Set(symbols).size !== symbols.length) {
      throw new AvroSchemaError("an enum has a symbol twice", at);
    }
    const fallback = textOf(json["default"]);
    if (fallback !== undefined && !symbols.includes(fallback)) {
      throw new AvroSchemaError("the enum's default is none of its symbols", at);
    }
    const made: AvroEnum = {
      type: "enum",
      ...this.#named(json, namespace, at),
      props: propsOf(json, "enum"),
      symbols,
      default: fallback,
    };
    this.#define(made, at);
    return made;
  }

  #fixed(json: Json, namespace: string, at: string): AvroFixed {
    const { size } = json;
    if (typeof size !== "number" || !Number.isInteger(size) || size < 0) {
      throw new AvroSchemaError("a fixed needs a size", at);
    }
    const made: AvroFixed = {
      type: "fixed",
      ...this.#named(json, namespace, at),
      props: propsOf(json, "fixed"),
      size,
    };
    this.#define(made, at);
    return made;
  }

  #named(json: Json, enclosing: string, at: string) {
    const given = json["name"];
    if (typeof given !== "string") throw new AvroSchemaError("a named type needs a name", at);
    const own = textOf(json["namespace"]);
    const fullName = fullNameOf(given, own ?? enclosing);
    const dot = fullName.lastIndexOf(".");
    const namespace = dot < 0 ? "" : fullName.slice(0, dot);
    for (const part of fullName.split(".")) nameOf(part, at);
    return {
      name: fullName.slice(dot + 1),
      namespace,
      fullName,
      aliases: textsOf(json["aliases"], at).map((alias) => fullNameOf(alias, namespace)),
      doc: textOf(json["doc"]),
    };
  }

  #define(named: AvroNamed, at: string): void {
    if (this.#names.has(named.fullName)) {
      throw new AvroSchemaError(`the type "${named.fullName}" is defined twice`, at);
    }
    if ((PRIMITIVES as readonly string[]).includes(named.fullName)) {
      throw new AvroSchemaError(`"${named.fullName}" is the name of a primitive type`, at);
    }
    this.#names.set(named.fullName, named);
  }
}

function fullNameOf(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}

function nameOf(value: unknown, at: string): string {
  if (typeof value !== "string" || !NAME.test(value)) {
    throw new AvroSchemaError("a name has letters, digits and _, and starts with no digit", at);
  }
  return value;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown, at: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new AvroSchemaError("a list of names is needed", at);
  }
  return value as string[];
}

function propsOf(json: Json, kind: string): Props {
  const own = OWN_MEMBERS[kind] ?? [];
  const entries = Object.entries(json).filter(([name]) => !own.includes(name));
  return entries.length === 0 ? NO_PROPS : Object.fromEntries(entries);
}
const NO_PROPS: Props = {};

/** Whether a JSON default fits. A union's default fits its first branch, or (Avro 1.12) any branch. */
export function fitsDefault(schema: AvroSchema, json: unknown): boolean {
  const isWhole = (bits: number): boolean =>
    typeof json === "number" && Number.isInteger(json) && Math.abs(json) <= 2 ** (bits - 1);
  switch (schema.type) {
    case "null":
      return json === null;
    case "boolean":
      return typeof json === "boolean";
    case "int":
      return isWhole(32);
    case "long":
      return isWhole(64);
    case "float":
    case "double":
      return typeof json === "number" || /^(NaN|-?Infinity)$/.test(String(json));
    case "bytes":
    case "string":
    case "fixed":
      return typeof json === "string";
    case "enum":
      return typeof json === "string" && schema.symbols.includes(json);
    case "array":
      return Array.isArray(json) && json.every((item) => fitsDefault(schema.items, item));
    case "map":
      return (
        isObject(json) && Object.values(json).every((item) => fitsDefault(schema.values, item))
      );
    case "union":
      return schema.branches.some((branch) => fitsDefault(branch, json));
    case "record":
      return (
        isObject(json) &&
        schema.fields.every((field) =>
          Object.hasOwn(json, field.name)
            ? fitsDefault(field.type, json[field.name])
            : field.hasDefault,
        )
      );
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
