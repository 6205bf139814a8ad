import {
  ConfigDef,
  Converter,
  DataError,
  NarrowNumber,
  OPTIONAL_BOOLEAN_SCHEMA,
  OPTIONAL_FLOAT32_SCHEMA,
  OPTIONAL_FLOAT64_SCHEMA,
  OPTIONAL_INT16_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
} from "#connect-api";
import type { Schema, SchemaAndValue } from "#connect-api";

const configDef = new ConfigDef({});

/** How one Java type stands in bytes, big-endian. */
interface Wire {
  readonly name: string;
  readonly schema: Schema;
  readonly length: number;
  write(view: DataView, value: unknown): boolean;
  read(view: DataView): unknown;
}

/** The number when the value fits an integer of that many bits. */
function integer(value: unknown, bits: number): number | undefined {
  const number = value instanceof NarrowNumber ? value.value : value;
  if (typeof number !== "number" || !Number.isInteger(number)) return undefined;
  return number >= -(2 ** (bits - 1)) && number < 2 ** (bits - 1) ? number : undefined;
}

function fraction(value: unknown): number | undefined {
  const number = value instanceof NarrowNumber ? value.value : value;
  return typeof number === "number" ? number : undefined;
}

/** Writes with `set` unless there is nothing to write; says whether it did. */
function put<T>(value: T | undefined, set: (value: T) => void): boolean {
  if (value === undefined) return false;
  set(value);
  return true;
}

const wires = {
  Boolean: {
    name: "boolean",
    schema: OPTIONAL_BOOLEAN_SCHEMA,
    length: 1,
    write: (view, value) =>
      put(typeof value === "boolean" ? value : undefined, (yes) => view.setUint8(0, yes ? 1 : 0)),
    read: (view) => view.getUint8(0) !== 0,
  },
  Short: {
    name: "short",
    schema: OPTIONAL_INT16_SCHEMA,
    length: 2,
    write: (view, value) => put(integer(value, 16), (number) => view.setInt16(0, number)),
    read: (view) => view.getInt16(0),
  },
  Integer: {
    name: "integer",
    schema: OPTIONAL_INT32_SCHEMA,
    length: 4,
    write: (view, value) => put(integer(value, 32), (number) => view.setInt32(0, number)),
    read: (view) => view.getInt32(0),
  },
  Long: {
    name: "long",
    schema: OPTIONAL_INT64_SCHEMA,
    length: 8,
    write: (view, value) =>
      put(
        typeof value === "bigint" && BigInt.asIntN(64, value) === value ? value : undefined,
        (number) => view.setBigInt64(0, number),
      ),
    read: (view) => view.getBigInt64(0),
  },
  Float: {
    name: "float",
    schema: OPTIONAL_FLOAT32_SCHEMA,
    length: 4,
    write: (view, value) => put(fraction(value), (number) => view.setFloat32(0, number)),
    read: (view) => view.getFloat32(0),
  },
  Double: {
    name: "double",
    schema: OPTIONAL_FLOAT64_SCHEMA,
    length: 8,
    write: (view, value) => put(fraction(value), (number) => view.setFloat64(0, number)),
    read: (view) => view.getFloat64(0),
  },
} as const satisfies Readonly<Record<string, Wire>>;

function converterOf(wire: Wire): new () => Converter {
  return class NumberConverter extends Converter {
    override readonly version = "1.0.0";

    config() {
      return configDef;
    }
    configure(): void {}
    fromConnectData(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
      if (schema !== null && schema.type !== wire.schema.type) {
        const message = `Invalid schema type for ${wire.name} converter: ${schema.type}`;
        throw new DataError("SCHEMA_MISMATCH", message);
      }
      if (value === null || value === undefined) return null;
      const bytes = new Uint8Array(wire.length);
      if (!wire.write(new DataView(bytes.buffer), value)) {
        throw new DataError(
          "SCHEMA_MISMATCH",
          `Failed to serialize to ${wire.name} (was ${typeof value})`,
        );
      }
      return bytes;
    }
    toConnectData(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
      if (bytes === null) return { schema: wire.schema, value: null };
      if (bytes.length !== wire.length) {
        const message = `Failed to deserialize ${wire.name}: ${bytes.length} bytes instead of ${wire.length}`;
        throw new DataError("NUMBER_INVALID", message);
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return { schema: wire.schema, value: wire.read(view) };
    }
  };
}

/** One converter per Java type. Source: org.apache.kafka.connect.converters.{Short,Integer,…}Converter. */
export const numberConverters: Readonly<Record<string, new () => Converter>> = Object.fromEntries(
  Object.entries(wires).map(([type, wire]) => [
    `org.apache.kafka.connect.converters.${type}Converter`,
    converterOf(wire),
  ]),
);
