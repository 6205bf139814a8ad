import {
  ConfigDef,
  DataError,
  Decimal,
  NarrowNumber,
  Struct,
  fractionOf,
  integerOf,
  isSchemalessMap,
  javaClassName,
  nonEmptyString,
  numberValue,
  schemalessDouble,
  schemalessType,
} from "#connect-api";
import type { ConnectRecord, Props, Schema, SchemaType } from "#connect-api";
import { PartTransformation } from "./record-part.ts";
import { requireMap, requireStruct } from "./requirements.ts";
import { member, setMember } from "./schemaless.ts";
import { fieldValue } from "./schemas.ts";
import { REPLACE_NULL_WITH_DEFAULT, names, replaceNullWithDefault } from "./settings.ts";

export const FIELDS = "fields";
export const REPLACEMENT = "replacement";
const PURPOSE = "mask fields";

export const configDef = new ConfigDef({
  [FIELDS]: names("Fields whose values are hidden."),
  [REPLACEMENT]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    validator: nonEmptyString,
    documentation:
      "What stands in all of the fields instead, which then have to be numbers or text. Without it: 0, false, an empty text, list or map.",
  },
  [REPLACE_NULL_WITH_DEFAULT]: replaceNullWithDefault,
});

/** Hides the values of fields. Source: org.apache.kafka.connect.transforms.MaskField. */
export class MaskField extends PartTransformation {
  #fields: ReadonlySet<string> = new Set();
  #replacement: string | null = null;
  #withDefault = true;

  config() {
    return configDef;
  }
  configure(props: Props): void {
    const config = configDef.parse(props);
    this.#fields = new Set(config[FIELDS]);
    this.#replacement = config[REPLACEMENT];
    this.#withDefault = config[REPLACE_NULL_WITH_DEFAULT];
  }

  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.part.schema(record);
    const value = this.part.value(record);
    if (schema) return this.#maskStruct(record, schema, value);
    const map = requireMap(value, PURPOSE);
    const updated = { ...map };
    for (const field of this.#fields) {
      setMember(updated, field, this.#masked(null, member(map, field)));
    }
    return this.part.with(record, null, updated);
  }

  #maskStruct<R extends ConnectRecord>(record: R, schema: Schema, value: unknown): R {
    const struct = requireStruct(value, schema, PURPOSE);
    const updated = new Struct(struct.schema);
    for (const field of struct.schema.fields) {
      const original = fieldValue(struct, field, this.#withDefault);
      const isMasked = this.#fields.has(field.name);
      updated.put(field.name, isMasked ? this.#masked(field.schema, original) : original);
    }
    return this.part.with(record, schema, updated);
  }

  #masked(schema: Schema | null, value: unknown): unknown {
    if (value === null) return null;
    return this.#replacement === null
      ? emptyLike(schema, value)
      : replaced(schema, value, this.#replacement);
  }
}

/** The type of a value, of a schema's or its own; null for dates and decimals, which have no type of their own. */
function typeOf(schema: Schema | null, value: unknown): SchemaType | null {
  return typeof value === "number" && schema ? schema.type : schemalessType(value);
}

function emptyLike(schema: Schema | null, value: unknown): unknown {
  if (value instanceof Date) return new Date(0);
  // With the scale of the value, because converters refuse another one than the schema's.
  if (value instanceof Decimal) return new Decimal(0n, value.scale);
  switch (typeOf(schema, value)) {
    case "BOOLEAN":
      return false;
    case "INT64":
      return 0n;
    case "INT8":
    case "INT16":
    case "INT32":
    case "FLOAT32":
    case "FLOAT64":
      return numberLike(schema, value, 0);
    case "STRING":
      return "";
    case "ARRAY":
      return [];
    case "MAP":
      return isSchemalessMap(value) ? {} : new Map();
    default: {
      const message = `Cannot mask value of type: class ${javaClassName(value, schema)}`;
      throw new DataError("MASK_UNSUPPORTED", message);
    }
  }
}

/** A number of the same width. */
function numberLike(schema: Schema | null, value: unknown, number: number): unknown {
  if (schema) return number;
  return value instanceof NarrowNumber
    ? new NarrowNumber(value.type, number)
    : schemalessDouble(number);
}

const BITS = { INT8: 8, INT16: 16, INT32: 32 } as const;

function replaced(schema: Schema | null, value: unknown, replacement: string): unknown {
  if (typeof value === "string") return replacement;
  const isNumber =
    typeof value === "bigint" || value instanceof Decimal || numberValue(value) !== undefined;
  if (!isNumber) {
    const message = `Cannot mask value of type class ${javaClassName(value, schema)} with custom replacement.`;
    throw new DataError("MASK_UNSUPPORTED", message);
  }
  try {
    return numberFrom(schema, value, replacement);
  } catch (cause) {
    const end = value instanceof Decimal ? "to number" : "to a number";
    const message = `Unable to convert ${replacement} (class java.lang.String) ${end}`;
    throw new DataError("REPLACEMENT_INVALID", message, { cause });
  }
}

function numberFrom(schema: Schema | null, value: unknown, replacement: string): unknown {
  if (value instanceof Decimal) return Decimal.parse(replacement);
  const type = typeOf(schema, value);
  switch (type) {
    case "INT64":
      return integerOf(replacement);
    case "INT8":
    case "INT16":
    case "INT32": {
      const wrapped = BigInt.asIntN(BITS[type], integerOf(replacement));
      return numberLike(schema, value, Number(wrapped));
    }
    case "FLOAT32":
      return numberLike(schema, value, Math.fround(fractionOf(replacement)));
    default:
      return numberLike(schema, value, fractionOf(replacement));
  }
}
