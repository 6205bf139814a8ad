import {
  ConfigDef,
  Converter,
  DataError,
  HeaderConverter,
  OPTIONAL_BOOLEAN_SCHEMA,
  OPTIONAL_FLOAT32_SCHEMA,
  OPTIONAL_FLOAT64_SCHEMA,
  OPTIONAL_INT16_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  javaClassName,
  numberValue,
  schemalessType,
} from "#connect-api";
import type { Schema, SchemaAndValue } from "#connect-api";

const configDef = new ConfigDef({});

/** How one Java type stands in bytes, big-endian. */
interface Wire {
  readonly name: string;
  readonly schema: Schema;
  readonly length: number;
  write(view: DataView, value: unknown): void;
  read(view: DataView): unknown;
}

const wires: Readonly<Record<string, Wire>> = {
  Boolean: {
    name: "boolean",
    schema: OPTIONAL_BOOLEAN_SCHEMA,
    length: 1,
    write: (view, value) => view.setUint8(0, value === true ? 1 : 0),
    read: (view) => booleanOf(view.getUint8(0)),
  },
  Short: {
    name: "short",
    schema: OPTIONAL_INT16_SCHEMA,
    length: 2,
    write: (view, value) => view.setInt16(0, numberOf(value)),
    read: (view) => view.getInt16(0),
  },
  Integer: {
    name: "integer",
    schema: OPTIONAL_INT32_SCHEMA,
    length: 4,
    write: (view, value) => view.setInt32(0, numberOf(value)),
    read: (view) => view.getInt32(0),
  },
  Long: {
    name: "long",
    schema: OPTIONAL_INT64_SCHEMA,
    length: 8,
    write: (view, value) => view.setBigInt64(0, value as bigint),
    read: (view) => view.getBigInt64(0),
  },
  Float: {
    name: "float",
    schema: OPTIONAL_FLOAT32_SCHEMA,
    length: 4,
    write: (view, value) => view.setFloat32(0, numberOf(value)),
    read: (view) => view.getFloat32(0),
  },
  Double: {
    name: "double",
    schema: OPTIONAL_FLOAT64_SCHEMA,
    length: 8,
    // Not a number is one pattern of bits, as Double.doubleToLongBits has it.
    write: (view, value) => {
      const number = numberOf(value);
      if (Number.isNaN(number)) view.setBigUint64(0, 0x7ff8_0000_0000_0000n);
      else view.setFloat64(0, number);
    },
    read: (view) => view.getFloat64(0),
  },
};

const numberOf = (value: unknown): number => numberValue(value) ?? Number.NaN;

function booleanOf(byte: number): boolean {
  if (byte <= 1) return byte === 1;
  throw new DataError("NUMBER_INVALID", `Failed to deserialize boolean: the byte is ${byte}`);
}

/** Java looks at the class of the value, which says its width, and not at the schema. */
function isOfType({ schema: { type } }: Wire, schema: Schema | null, value: unknown): boolean {
  if (typeof value !== "number") return schemalessType(value) === type;
  if (schema) return schema.type === type;
  // A plug-in's number without a schema is of any width that it fits.
  if (type === "INT16") return value === (value << 16) >> 16;
  if (type === "INT32") return value === (value | 0);
  return type === "FLOAT64" || (type === "FLOAT32" && Number.isInteger(value));
}

function toBytes(wire: Wire, schema: Schema | null, value: unknown): Uint8Array | null {
  if (wire.name === "boolean" && schema !== null && schema.type !== "BOOLEAN") {
    const message = `Invalid schema type for BooleanConverter: ${schema.type}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  if (value === null || value === undefined) return null;
  if (!isOfType(wire, schema, value)) {
    const className = javaClassName(value, schema);
    const message =
      wire.name === "boolean"
        ? `BooleanConverter is not compatible with objects of type class ${className}`
        : `Failed to serialize to ${wire.name} (was class ${className}): `;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  const bytes = new Uint8Array(wire.length);
  wire.write(new DataView(bytes.buffer), value);
  return bytes;
}

function fromBytes(wire: Wire, bytes: Uint8Array | null): SchemaAndValue {
  if (bytes === null) return { schema: wire.schema, value: null };
  if (bytes.length !== wire.length) {
    const message = `Failed to deserialize ${wire.name}: ${bytes.length} bytes instead of ${wire.length}`;
    throw new DataError("NUMBER_INVALID", message);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { schema: wire.schema, value: wire.read(view) };
}

function converterOf(wire: Wire): new () => Converter {
  return class NumberConverter extends Converter {
    override readonly version = "1.0.0";

    config() {
      return configDef;
    }
    configure(): void {}
    fromConnectData(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
      return toBytes(wire, schema, value);
    }
    toConnectData(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
      return fromBytes(wire, bytes);
    }
  };
}

function headerConverterOf(wire: Wire): new () => HeaderConverter {
  return class NumberHeaderConverter extends HeaderConverter {
    override readonly version = "1.0.0";

    config() {
      return configDef;
    }
    configure(): void {}
    fromConnectHeader(
      _topic: string,
      _key: string,
      schema: Schema | null,
      value: unknown,
    ): Uint8Array | null {
      return toBytes(wire, schema, value);
    }
    toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
      return fromBytes(wire, bytes);
    }
  };
}

/** One per Java type. Source: org.apache.kafka.connect.converters.{Boolean,Short,Integer,…}Converter. */
function named<T>(make: (wire: Wire) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(wires).map(([type, wire]) => [
      `org.apache.kafka.connect.converters.${type}Converter`,
      make(wire),
    ]),
  );
}

export const numberConverters = named(converterOf);
export const numberHeaderConverters = named(headerConverterOf);
