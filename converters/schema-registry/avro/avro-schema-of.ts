import { DATE, DECIMAL, DataError, TIME, TIMESTAMP } from "#connect-api";
import type { Decimal, Field, Schema, Struct } from "#connect-api";
import {
  DECIMAL_PRECISION,
  DECIMAL_PRECISION_DEFAULT,
  ENUM_DEFAULT,
  ENUM_DOC,
  ENUM_PARAMETER,
  FIELD_DEFAULT,
  FIELD_DOC,
  FIXED_SIZE,
  GENERALIZED_ENUM,
  GENERALIZED_UNION,
  MAP_ENTRY,
  NAMESPACE,
  RECORD_DOC,
  UNION_NAME,
} from "./avro-data-options.ts";
import type { AvroDataOptions } from "./avro-data-options.ts";

type Json = Record<string, unknown>;

/** The Avro schema that stands for data without a schema. Source: io.confluent.connect.avro.AvroData.ANYTHING_SCHEMA. */
export const ANYTHING_SCHEMA: object = {
  type: "record",
  name: "Anything",
  namespace: NAMESPACE,
  fields: [
    ...["boolean", "bytes", "double", "float", "int", "long", "string"].map((name) => ({
      name,
      type: ["null", name],
      default: null,
    })),
    { name: "array", type: ["null", { type: "array", items: "Anything" }], default: null },
    {
      name: "map",
      type: [
        "null",
        {
          type: "array",
          items: {
            type: "record",
            name: MAP_ENTRY,
            fields: [
              { name: "key", type: "Anything" },
              { name: "value", type: "Anything" },
            ],
          },
        },
      ],
      default: null,
    },
  ],
};

const PLAIN: Readonly<Record<string, string>> = {
  INT8: "int",
  INT16: "int",
  INT32: "int",
  INT64: "long",
  FLOAT32: "float",
  FLOAT64: "double",
  BOOLEAN: "boolean",
  STRING: "string",
  BYTES: "bytes",
};

/** Parameters that have another place in Avro than `connect.parameters`. */
const isOwnParameter = (key: string): boolean =>
  key === FIELD_DEFAULT || key === RECORD_DOC || key.startsWith(FIELD_DOC);

/**
 * The Avro schema of a Connect schema, as JSON.
 *
 * Throws DataError for names that Avro does not take and for one name with two meanings.
 * Source: io.confluent.connect.avro.AvroData.fromConnectSchema.
 */
export function avroSchemaOfConnect(schema: Schema | null, options: AvroDataOptions): unknown {
  return schema === null ? ANYTHING_SCHEMA : new Builder(options).schema(schema, false);
}

class Builder {
  readonly #options: AvroDataOptions;
  readonly #written = new Map<string, Schema>();
  #unnamed = 0;

  constructor(options: AvroDataOptions) {
    this.#options = options;
  }

  schema(schema: Schema, ignoreOptional: boolean): unknown {
    const isUnion = this.#isUnion(schema);
    const base = isUnion ? this.#union(schema, ignoreOptional) : this.#decorated(schema);
    if (isUnion || !schema.optional || ignoreOptional) return base;
    // The default decides which branch comes first.
    return schema.defaultValue === null ? ["null", base] : [base, "null"];
  }

  #decorated(schema: Schema): unknown {
    const base = this.#base(schema);
    if (typeof base === "string" && !(base in AVRO_PRIMITIVES)) return base;
    const decorated: Json = typeof base === "string" ? { type: base } : (base as Json);
    if (this.#options.connectMetaData) {
      if (schema.type === "INT8") decorated["connect.type"] = "int8";
      if (schema.type === "INT16") decorated["connect.type"] = "int16";
      if (schema.doc !== null) decorated["connect.doc"] = schema.doc;
      if (schema.version !== null) decorated["connect.version"] = schema.version;
      const parameters = Object.entries(schema.parameters ?? {}).filter(
        ([key]) => !isOwnParameter(key),
      );
      if (parameters.length > 0) decorated["connect.parameters"] = Object.fromEntries(parameters);
      const isFieldDefault = schema.parameters?.[FIELD_DEFAULT] !== undefined;
      if (schema.defaultValue !== null && !isFieldDefault) {
        decorated["connect.default"] = this.#json(schema, schema.defaultValue);
      }
      if (schema.name !== null) decorated["connect.name"] = schema.name;
    } else if (schema.type === "INT8" || schema.type === "INT16") {
      decorated["connect.type"] = schema.type.toLowerCase();
    }
    addLogicalType(schema, decorated);
    for (const [key, value] of Object.entries(schema.parameters ?? {})) {
      if (key.startsWith("avro")) decorated[key] = value;
    }
    return Object.keys(decorated).length === 1 && typeof base === "string" ? base : decorated;
  }

  #base(schema: Schema): unknown {
    const { connectMetaData, enhanced, generalized, allowOptionalMapKeys } = this.#options;
    switch (schema.type) {
      case "STRING": {
        const enumName =
          schema.parameters?.[ENUM_PARAMETER] ?? schema.parameters?.[GENERALIZED_ENUM];
        return (enhanced || generalized) && enumName !== undefined
          ? this.#enum(schema, enumName)
          : "string";
      }
      case "BYTES": {
        const size = schema.parameters?.[FIXED_SIZE];
        return size === undefined
          ? "bytes"
          : this.#named(schema, schema.name ?? `${NAMESPACE}.Fixed${size}`, () => ({
              type: "fixed",
              size: Number(size),
            }));
      }
      case "ARRAY":
        return { type: "array", items: this.schema(schema.valueSchema as Schema, false) };
      case "MAP": {
        const keys = schema.keySchema as Schema;
        const isText = keys.type === "STRING" && (!keys.optional || allowOptionalMapKeys);
        const values = (): unknown => this.schema(schema.valueSchema as Schema, false);
        if (isText) return { type: "map", values: values() };
        const entry = this.#named(schema, schema.name ?? this.#unnamedName(MAP_ENTRY), () => ({
          type: "record",
          fields: [
            { name: "key", type: this.schema(keys, false) },
            { name: "value", type: values() },
          ],
          ...(schema.name === null || !connectMetaData
            ? {}
            : { "connect.internal.type": MAP_ENTRY }),
        }));
        return { type: "array", items: entry };
      }
      case "STRUCT":
        return this.#record(schema);
      default:
        return PLAIN[schema.type] as string;
    }
  }

  #enum(schema: Schema, name: string): unknown {
    return this.#named(schema, name, () => {
      const prefixes = [`${ENUM_PARAMETER}.`, `${GENERALIZED_ENUM}.`];
      const symbols = Object.keys(schema.parameters ?? {}).flatMap((key) => {
        const prefix = prefixes.find((each) => key.startsWith(each));
        return prefix === undefined ? [] : [key.slice(prefix.length)];
      });
      const doc = schema.parameters?.[`${ENUM_DOC}${name}`];
      const fallback = schema.parameters?.[`${ENUM_DEFAULT}${name}`];
      return {
        type: "enum",
        ...(doc === undefined ? {} : { doc }),
        symbols,
        ...(fallback === undefined ? {} : { default: fallback }),
      };
    });
  }

  #record(schema: Schema): unknown {
    const name = schema.name ?? this.#unnamedName("ConnectDefault");
    return this.#named(schema, name, () => {
      const doc = schema.parameters?.[RECORD_DOC];
      return {
        type: "record",
        ...(doc === undefined ? {} : { doc }),
        fields: schema.fields.map((field) => this.#field(schema, field)),
      };
    });
  }

  #field(holder: Schema, field: Field): Json {
    const { schema } = field;
    const type = this.schema(schema, false);
    const doc = holder.parameters?.[FIELD_DOC + field.name];
    const isName = typeof type === "string" && !(type in AVRO_PRIMITIVES);
    const parameters = Object.entries(schema.parameters ?? {}).filter(
      ([key]) => !isOwnParameter(key),
    );
    return {
      name: this.#name(field.name),
      type,
      ...(doc === undefined ? {} : { doc }),
      ...(schema.defaultValue !== null
        ? { default: this.#json(schema, schema.defaultValue) }
        : schema.optional
          ? { default: null }
          : {}),
      // A type that is named only, because it was written before, has no place for them.
      ...(isName && this.#options.connectMetaData && parameters.length > 0
        ? { "connect.parameters": Object.fromEntries(parameters) }
        : {}),
    };
  }

  #isUnion(schema: Schema): boolean {
    return (
      schema.type === "STRUCT" &&
      (schema.name === UNION_NAME ||
        schema.name === GENERALIZED_UNION ||
        schema.parameters?.[GENERALIZED_UNION] !== undefined)
    );
  }

  #union(schema: Schema, ignoreOptional: boolean): unknown {
    const branches = schema.fields.map((field) => this.schema(field.schema, true));
    return schema.optional && !ignoreOptional ? ["null", ...branches] : branches;
  }

  /** A named type in full at its first use, by its name later. */
  #named(schema: Schema, given: string, make: () => Json): unknown {
    const parts = given.split(".").map((part) => this.#name(part));
    const fullName = parts.join(".");
    const known = this.#written.get(fullName);
    if (known) {
      if (known === schema || isSameType(known, schema)) return fullName;
      throw new DataError("SCHEMA_MISMATCH", `Two different schemas have the name ${fullName}`);
    }
    this.#written.set(fullName, schema);
    const { type, ...rest } = make();
    const namespace = parts.slice(0, -1).join(".");
    return {
      type,
      name: parts.at(-1),
      ...(namespace === "" ? {} : { namespace }),
      ...rest,
    };
  }

  #unnamedName(base: string): string {
    if (base === MAP_ENTRY)
      return `${NAMESPACE}.${MAP_ENTRY}${this.#written.has(`${NAMESPACE}.${MAP_ENTRY}`) ? this.#written.size : ""}`;
    this.#unnamed += 1;
    return `${NAMESPACE}.${base}${this.#unnamed === 1 ? "" : this.#unnamed}`;
  }

  #name(name: string): string {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
    if (!this.#options.scrubInvalidNames) {
      throw new DataError(
        "SCHEMA_MISMATCH",
        `The name "${name}" is none for Avro; set scrub.invalid.names=true to have it replaced`,
      );
    }
    return scrubbedName(name);
  }

  #json(schema: Schema, value: unknown): unknown {
    if (value === null || value === undefined) return null;
    switch (schema.name) {
      case DATE:
        return Math.floor((value as Date).getTime() / 86_400_000);
      case TIME:
      case TIMESTAMP:
        return (value as Date).getTime();
      case DECIMAL:
        return latin1((value as Decimal).toBytes());
      default:
    }
    switch (schema.type) {
      case "INT64":
        return Number(value);
      case "BYTES":
        return latin1(value as Uint8Array);
      case "ARRAY":
        return (value as unknown[]).map((item) => this.#json(schema.valueSchema as Schema, item));
      case "MAP":
        return Object.fromEntries(
          [...(value as Map<unknown, unknown>)].map(([key, item]) => [
            String(key),
            this.#json(schema.valueSchema as Schema, item),
          ]),
        );
      case "STRUCT":
        return Object.fromEntries(
          schema.fields.map((field) => [
            this.#name(field.name),
            this.#json(field.schema, (value as Struct).get(field.name)),
          ]),
        );
      default:
        return value;
    }
  }
}

/** Percent encoding of a name, and `_` for what no Avro name has. Source: AvroData.scrubName. */
export function scrubbedName(name: string): string {
  const encoded = encodeURIComponent(name).replaceAll(/[^A-Za-z0-9_]/g, "_");
  return /^[0-9]/.test(encoded) ? `x${encoded}` : encoded;
}

const AVRO_PRIMITIVES: Readonly<Record<string, true>> = {
  null: true,
  boolean: true,
  int: true,
  long: true,
  float: true,
  double: true,
  bytes: true,
  string: true,
};

function addLogicalType(schema: Schema, decorated: Json): void {
  switch (schema.name) {
    case DECIMAL: {
      const precision = Number(schema.parameters?.[DECIMAL_PRECISION] ?? DECIMAL_PRECISION_DEFAULT);
      const scale = Number(schema.parameters?.["scale"] ?? 0);
      // Avro takes no other scale; the annotation is kept for those who know it.
      decorated["precision"] = precision;
      decorated["scale"] = scale;
      decorated["logicalType"] = "decimal";
      return;
    }
    case DATE:
      decorated["logicalType"] = "date";
      return;
    case TIME:
      decorated["logicalType"] = "time-millis";
      return;
    case TIMESTAMP:
      decorated["logicalType"] = "timestamp-millis";
      return;
    default:
  }
}

function isSameType(a: Schema, b: Schema): boolean {
  return (
    a.type === b.type &&
    a.fields.length === b.fields.length &&
    a.fields.every((field, index) => {
      const other = b.fields[index];
      return (
        field.name === other?.name &&
        field.schema.type === other.schema.type &&
        field.schema.optional === other.schema.optional
      );
    })
  );
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
