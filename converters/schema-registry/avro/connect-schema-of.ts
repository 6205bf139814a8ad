import {
  DataError,
  Decimal,
  Struct,
  SchemaBuilder,
  dateSchema,
  timeSchema,
  timestampSchema,
  decimalSchema,
  DATE,
  TIME,
  TIMESTAMP,
  DECIMAL,
} from "#connect-api";
import type { Field, Schema, SchemaType } from "#connect-api";
import { branchName, isNamed, nullableBranch } from "#lib/avro";
import type {
  AvroField,
  AvroFixed,
  AvroPrimitive,
  AvroRecord,
  AvroSchema,
  AvroUnion,
} from "#lib/avro";
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
  UNION_FIELD_PREFIX,
  UNION_NAME,
} from "./avro-data-options.ts";
import type { AvroDataOptions } from "./avro-data-options.ts";

/** What a place in the schema adds to the type there. */
interface Context {
  readonly isOptional: boolean;
  readonly fieldDefault?: { readonly json: unknown };
  readonly doc?: string | undefined;
  readonly version?: number | undefined;
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * The Connect schema of an Avro schema. `version` is the registry's, for a record that says none of its own.
 *
 * A record that holds itself becomes a schema that refers back to itself.
 *
 * Throws DataError for what Connect has no place for: null alone, a union with two branches of one name.
 * Source: io.confluent.connect.avro.AvroData.toConnectSchema.
 */
export function connectSchemaOf(
  schema: AvroSchema,
  options: AvroDataOptions,
  version?: number,
): Schema {
  return new Builder(options).schema(schema, { isOptional: false, version });
}

class Builder {
  readonly #options: AvroDataOptions;
  /** Records under construction, with the schemas that wait for them. */
  readonly #open = new Map<AvroRecord, CyclicSchema[]>();

  constructor(options: AvroDataOptions) {
    this.#options = options;
  }

  schema(schema: AvroSchema, context: Context): Schema {
    const nullable = nullableBranch(schema);
    if (nullable) return this.schema(nullable, { ...context, isOptional: true });
    if (schema.type === "union") return this.#union(schema, context);
    if (schema.type === "null") {
      throw new DataError("SCHEMA_MISMATCH", "A null schema stands alone, which Connect has not");
    }
    const waiting = schema.type === "record" ? this.#open.get(schema) : undefined;
    if (waiting) {
      const cyclic = new CyclicSchema(context.isOptional);
      waiting.push(cyclic);
      return cyclic;
    }
    const builder = this.#base(schema, context);
    this.#decorate(builder, schema, context);
    const built = builder.build();
    if (schema.type === "record") {
      for (const cyclic of this.#open.get(schema) ?? []) cyclic.target = built;
      this.#open.delete(schema);
    }
    return built;
  }

  #base(schema: Exclude<AvroSchema, AvroUnion>, _context: Context): SchemaBuilder {
    const logicalType = schema.props["logicalType"];
    switch (schema.type) {
      case "boolean":
        return SchemaBuilder.of("BOOLEAN");
      case "int":
        if (logicalType === "date") return dateSchema();
        if (logicalType === "time-millis") return timeSchema();
        if (schema.props["connect.type"] === "int8") return SchemaBuilder.of("INT8");
        if (schema.props["connect.type"] === "int16") return SchemaBuilder.of("INT16");
        return SchemaBuilder.of("INT32");
      case "long":
        return logicalType === "timestamp-millis" ? timestampSchema() : SchemaBuilder.of("INT64");
      case "float":
        return SchemaBuilder.of("FLOAT32");
      case "double":
        return SchemaBuilder.of("FLOAT64");
      case "string":
        return SchemaBuilder.of("STRING");
      case "bytes":
      case "fixed":
        return this.#bytes(schema, logicalType);
      case "enum": {
        const prefix = this.#options.generalized ? GENERALIZED_ENUM : ENUM_PARAMETER;
        const builder = SchemaBuilder.of("STRING").name(schema.fullName);
        if (!this.#options.connectMetaData && !this.#options.enhanced && !this.#options.generalized)
          return builder;
        builder.parameter(prefix, schema.fullName);
        for (const [index, symbol] of schema.symbols.entries()) {
          builder.parameter(
            `${prefix}.${symbol}`,
            this.#options.generalized ? String(index) : symbol,
          );
        }
        if (schema.doc !== undefined) builder.parameter(ENUM_DOC + schema.fullName, schema.doc);
        if (schema.default !== undefined) {
          builder.parameter(ENUM_DEFAULT + schema.fullName, schema.default);
        }
        return builder;
      }
      case "array": {
        const entry = schema.items;
        if (entry.type === "record" && isMapEntry(entry)) {
          const part = (name: string): Schema => {
            const field = entry.fields.find((each) => each.name === name) as AvroField;
            return this.schema(field.type, { isOptional: false });
          };
          const builder = SchemaBuilder.map(part("key"), part("value"));
          if (entry.props["connect.internal.type"] === MAP_ENTRY) builder.name(entry.fullName);
          return builder;
        }
        return SchemaBuilder.array(this.schema(schema.items, { isOptional: false }));
      }
      case "map":
        return SchemaBuilder.map(
          SchemaBuilder.of("STRING").optional(this.#options.allowOptionalMapKeys).build(),
          this.schema(schema.values, { isOptional: false }),
        );
      case "record":
        return this.#record(schema);
      case "null":
        throw new TypeError(schema.type);
    }
  }

  #bytes(schema: AvroFixed | AvroPrimitive, logicalType: unknown) {
    let builder: SchemaBuilder;
    if (logicalType === "decimal" || schema.props["connect.name"] === DECIMAL) {
      const { scale, precision } = schema.props;
      const named = (schema.props["connect.parameters"] ?? {}) as Record<string, string>;
      builder = decimalSchema(Number(scale ?? named["scale"] ?? 0));
      const digits = Number(precision ?? DECIMAL_PRECISION_DEFAULT);
      if (digits !== DECIMAL_PRECISION_DEFAULT)
        builder.parameter(DECIMAL_PRECISION, String(digits));
    } else builder = SchemaBuilder.of("BYTES");
    if (schema.type === "fixed") {
      builder.parameter(FIXED_SIZE, String(schema.size));
      if (logicalType !== "decimal") builder.name(schema.fullName);
    }
    return builder;
  }

  #record(schema: AvroRecord): SchemaBuilder {
    this.#open.set(schema, []);
    const builder = SchemaBuilder.struct();
    const name = schema.props["connect.name"];
    const isUnnamed = /^io\.confluent\.connect\.avro\.ConnectDefault\d*$/.test(schema.fullName);
    if (typeof name === "string") builder.name(name);
    else if (!isUnnamed) builder.name(schema.fullName);
    if (this.#options.connectMetaData && schema.doc !== undefined) {
      builder.parameter(RECORD_DOC, schema.doc);
    }
    for (const field of schema.fields) {
      if (this.#options.connectMetaData && field.doc !== undefined) {
        builder.parameter(FIELD_DOC + field.name, field.doc);
      }
      builder.field(
        field.name,
        this.schema(field.type, {
          isOptional: false,
          ...(field.hasDefault && field.default !== null
            ? { fieldDefault: { json: field.default } }
            : {}),
          doc: field.doc,
          parameters: (field.props["connect.parameters"] ?? {}) as Record<string, string>,
        }),
      );
    }
    return builder;
  }

  /** Null and more than one other branch, or branches without null: a struct with one field each. */
  #union(schema: AvroUnion, context: Context): Schema {
    const branches = schema.branches.filter(({ type }) => type !== "null");
    const isOptional = context.isOptional || branches.length < schema.branches.length;
    const [only] = branches;
    if (branches.length === 1 && only && this.#options.flattenSingletonUnions) {
      return this.schema(only, { ...context, isOptional });
    }
    const { generalized, enhanced } = this.#options;
    const builder = SchemaBuilder.struct().name(generalized ? GENERALIZED_UNION : UNION_NAME);
    if (generalized) builder.parameter(GENERALIZED_UNION, "union");
    const seen = new Set<string>();
    for (const [index, branch] of branches.entries()) {
      const name = generalized ? `${UNION_FIELD_PREFIX}${index}` : unionFieldName(branch, enhanced);
      if (seen.has(name)) {
        const hint = "set enhanced.avro.schema.support=true";
        throw new DataError("SCHEMA_MISMATCH", `A union has two branches called ${name}; ${hint}`);
      }
      seen.add(name);
      builder.field(name, this.schema(branch, { isOptional: true }));
    }
    builder.optional(isOptional);
    if (context.doc !== undefined) builder.doc(context.doc);
    return builder.build();
  }

  #decorate(
    builder: SchemaBuilder,
    schema: Exclude<AvroSchema, AvroUnion>,
    context: Context,
  ): void {
    const { props } = schema;
    const { discardTypeDoc } = this.#options;
    const typeDoc = discardTypeDoc ? undefined : isNamed(schema) ? schema.doc : undefined;
    const doc = props["connect.doc"] ?? context.doc ?? typeDoc;
    if (typeof doc === "string") builder.doc(doc);
    const name = props["connect.name"];
    if (typeof name === "string" && schema.type !== "record") builder.name(name);
    const version = props["connect.version"];
    if (typeof version === "number") builder.version(version);
    else if (schema.type === "record" && context.version !== undefined)
      builder.version(context.version);
    const parameters = props["connect.parameters"];
    if (typeof parameters === "object" && parameters !== null) {
      builder.parameters(parameters as Record<string, string>);
    }
    if (context.parameters && Object.keys(context.parameters).length > 0) {
      builder.parameters(context.parameters);
    }
    for (const [key, value] of Object.entries(props)) {
      if (key.startsWith("avro")) builder.parameter(key, String(value));
    }
    builder.optional(context.isOptional);
    const own = props["connect.default"];
    const json = own ?? context.fieldDefault?.json;
    if (json === undefined || json === null) return;
    if (own === undefined) builder.parameter(FIELD_DEFAULT, "true");
    builder.defaultValue(defaultOf(builder.build(), json));
  }
}

/** The name of a union's field: the type, or a named type's name (full under enhanced support). */
export function unionFieldName(branch: AvroSchema, isFull: boolean): string {
  return isNamed(branch) && !isFull ? branch.name : branchName(branch);
}

function isMapEntry(record: AvroRecord): boolean {
  const isOwn = record.fullName.startsWith(`${NAMESPACE}.${MAP_ENTRY}`);
  return (
    (isOwn || record.props["connect.internal.type"] === MAP_ENTRY) &&
    record.fields.length === 2 &&
    record.fields[0]?.name === "key" &&
    record.fields[1]?.name === "value"
  );
}

/** A default of an Avro schema as a Connect value. */
function defaultOf(schema: Schema, json: unknown): unknown {
  if (json === null || json === undefined) return null;
  const bytes = (): Uint8Array => Uint8Array.from(String(json), (letter) => letter.charCodeAt(0));
  switch (schema.name) {
    case DATE:
      return new Date(Number(json) * 86_400_000);
    case TIME:
    case TIMESTAMP:
      return new Date(Number(json));
    case DECIMAL:
      return Decimal.fromBytes(bytes(), Number(schema.parameters?.["scale"] ?? 0));
    default:
  }
  switch (schema.type) {
    case "INT64":
      return BigInt(json as number);
    case "BYTES":
      return bytes();
    case "ARRAY":
      return (json as unknown[]).map((item) => defaultOf(schema.valueSchema as Schema, item));
    case "MAP":
      return new Map(
        Object.entries(json).map(([key, item]) => [
          key,
          defaultOf(schema.valueSchema as Schema, item),
        ]),
      );
    case "STRUCT": {
      const struct = new Struct(schema);
      for (const field of schema.fields) {
        const member = (json as Record<string, unknown>)[field.name];
        struct.put(field.name, defaultOf(field.schema, member));
      }
      return struct;
    }
    default:
      return json;
  }
}

/** A use of a record inside of itself. Source: io.confluent.connect.avro.AvroData.CyclicSchemaWrapper. */
class CyclicSchema implements Schema {
  readonly type: SchemaType = "STRUCT";
  readonly optional: boolean;
  readonly defaultValue = null;
  readonly keySchema = null;
  readonly valueSchema = null;
  target: Schema | undefined;

  constructor(optional: boolean) {
    this.optional = optional;
  }
  get #target(): Schema {
    if (!this.target) throw new TypeError("The record is still being read");
    return this.target;
  }
  get name(): string | null {
    return this.#target.name;
  }
  get version(): number | null {
    return this.#target.version;
  }
  get doc(): string | null {
    return this.#target.doc;
  }
  get parameters(): Readonly<Record<string, string>> | null {
    return this.#target.parameters;
  }
  get fields(): readonly Field[] {
    return this.#target.fields;
  }
  field(name: string): Field | undefined {
    return this.#target.field(name);
  }
}
