import {
  ConfigDef,
  Converter,
  HeaderConverter,
  OPTIONAL_STRING_SCHEMA,
  Struct,
} from "#connect-api";
import type { ConverterType, Props, Schema, SchemaAndValue } from "#connect-api";
import { textCodec } from "./text-codec.ts";
import type { TextCodec } from "./text-codec.ts";

export const CONVERTER_ENCODING = "converter.encoding";

export const configDef = new ConfigDef({
  [CONVERTER_ENCODING]: {
    type: "STRING",
    default: "UTF-8",
    importance: "HIGH",
    displayName: "Encoding",
    documentation: "The character encoding of the bytes: UTF-8, US-ASCII, ISO-8859-1 or UTF-16LE.",
  },
});

const UTF_8 = textCodec("UTF-8");

/** Text; any other value is written in its text form. Source: org.apache.kafka.connect.storage.StringConverter. */
export class StringConverter extends Converter {
  override readonly version = "1.0.0";
  #codec = UTF_8;

  config() {
    return configDef;
  }
  configure(props: Props, _type: ConverterType): void {
    this.#codec = textCodec(configDef.parse(props)[CONVERTER_ENCODING]);
  }
  fromConnectData(_topic: string, _schema: Schema | null, value: unknown): Uint8Array | null {
    return bytesOf(this.#codec, value);
  }
  toConnectData(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    return textOrNull(this.#codec, bytes);
  }
}

/** The same for headers. */
export class StringHeaderConverter extends HeaderConverter {
  override readonly version = "1.0.0";
  #codec = UTF_8;

  config() {
    return configDef;
  }
  configure(props: Props): void {
    this.#codec = textCodec(configDef.parse(props)[CONVERTER_ENCODING]);
  }
  fromConnectHeader(
    _topic: string,
    _key: string,
    _schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    return bytesOf(this.#codec, value);
  }
  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    return textOrNull(this.#codec, bytes);
  }
}

function bytesOf(codec: TextCodec, value: unknown): Uint8Array | null {
  return value === null || value === undefined ? null : codec.encode(javaText(value));
}

function textOrNull(codec: TextCodec, bytes: Uint8Array | null): SchemaAndValue {
  return { schema: OPTIONAL_STRING_SCHEMA, value: bytes === null ? null : codec.decode(bytes) };
}

/** The text form that Java's toString gives: `{a=1, b=2}`, `Struct{a=1}`, `[1, 2]`. */
export function javaText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(javaText).join(", ")}]`;
  if (value instanceof Map) return pairsText([...value]);
  if (value instanceof Struct) {
    const members = value.schema.fields
      .map(({ name }) => [name, value.getWithoutDefault(name)] as const)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => `${name}=${javaText(member)}`);
    return `Struct{${members.join(",")}}`;
  }
  if (Object.getPrototypeOf(value) === Object.prototype) return pairsText(Object.entries(value));
  if (JSON.isRawJSON(value)) return value.rawJSON;
  return String(value);
}

function pairsText(pairs: readonly (readonly [unknown, unknown])[]): string {
  return `{${pairs.map(([key, item]) => `${javaText(key)}=${javaText(item)}`).join(", ")}}`;
}
