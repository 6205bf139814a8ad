import {
  ConfigDef,
  Converter,
  DataError,
  HeaderConverter,
  OPTIONAL_BYTES_SCHEMA,
  javaClassName,
} from "#connect-api";
import type { Schema, SchemaAndValue } from "#connect-api";

const configDef = new ConfigDef({});

/** Bytes as they are. Source: org.apache.kafka.connect.converters.ByteArrayConverter. */
export class ByteArrayConverter extends Converter {
  override readonly version = "1.0.0";

  config() {
    return configDef;
  }
  configure(): void {}
  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
    return bytesOf(schema, value);
  }
  toConnectData(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    return { schema: OPTIONAL_BYTES_SCHEMA, value: bytes };
  }
}

/** The same for headers. */
export class ByteArrayHeaderConverter extends HeaderConverter {
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
    return bytesOf(schema, value);
  }
  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    return { schema: OPTIONAL_BYTES_SCHEMA, value: bytes };
  }
}

function bytesOf(schema: Schema | null, value: unknown): Uint8Array | null {
  if (schema !== null && schema.type !== "BYTES") {
    const message = `Invalid schema type for ByteArrayConverter: ${schema.type}`;
    throw new DataError("SCHEMA_MISMATCH", message);
  }
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return value;
  const message = `ByteArrayConverter is not compatible with objects of type class ${javaClassName(value, schema)}`;
  throw new DataError("SCHEMA_MISMATCH", message);
}
