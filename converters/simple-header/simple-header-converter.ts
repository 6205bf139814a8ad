import {
  ConfigDef,
  HeaderConverter,
  logicalName,
  DATE,
  TIME,
  OPTIONAL_BYTES_SCHEMA,
} from "#connect-api";
import type { Schema, SchemaAndValue } from "#connect-api";
import { headerValueOf } from "./header-literal.ts";

const configDef = new ConfigDef({});
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Headers as readable text, read back by guessing what the text is.
 *
 * Lists and maps are written as text and read back as text: guessing their types is left out.
 * Source: org.apache.kafka.connect.storage.SimpleHeaderConverter, org.apache.kafka.connect.data.Values.
 */
export class SimpleHeaderConverter extends HeaderConverter {
  override readonly version = "1.0.0";

  config() {
    return configDef;
  }
  configure(): void {}

  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    try {
      return headerValueOf(decoder.decode(bytes));
    } catch {
      return { schema: OPTIONAL_BYTES_SCHEMA, value: bytes };
    }
  }

  fromConnectHeader(
    _topic: string,
    _key: string,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    if (value === null || value === undefined) return null;
    return encoder.encode(literal(schema, value, false));
  }
}

/** Text form; text inside a list or map stands in quotes. */
function literal(schema: Schema | null, value: unknown, isNested: boolean): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return isNested ? JSON.stringify(value) : value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Date) return dateText(schema, value);
  if (Array.isArray(value)) {
    return `[${value.map((item) => literal(schema?.valueSchema ?? null, item, true)).join(",")}]`;
  }
  if (value instanceof Map) return pairsText(schema, [...value]);
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return pairsText(schema, Object.entries(value));
  }
  return String(value);
}

function pairsText(schema: Schema | null, pairs: readonly (readonly [unknown, unknown])[]): string {
  const members = pairs.map(
    ([key, item]) =>
      `${literal(schema?.keySchema ?? null, key, true)}:${literal(schema?.valueSchema ?? null, item, true)}`,
  );
  return `{${members.join(",")}}`;
}

function dateText(schema: Schema | null, value: Date): string {
  const iso = value.toISOString();
  const name = schema ? logicalName(schema) : undefined;
  if (name === DATE) return iso.slice(0, 10);
  return name === TIME ? iso.slice(11) : iso;
}
