import { ConfigDef, Converter, HeaderConverter, OPTIONAL_STRING_SCHEMA } from "#connect-api";
import type { ConverterType, Props, Schema, SchemaAndValue } from "#connect-api";
import { javaText } from "./java-text.ts";
import { textCodec } from "./text-codec.ts";
import type { TextCodec } from "./text-codec.ts";

export const CONVERTER_ENCODING = "converter.encoding";

export const configDef = new ConfigDef({
  [CONVERTER_ENCODING]: {
    type: "STRING",
    default: "UTF-8",
    importance: "HIGH",
    width: "MEDIUM",
    displayName: "Encoding",
    documentation:
      "The character encoding of the bytes, by its Java name: UTF-8, UTF-16 (BE, LE), US-ASCII, ISO-8859-1 to 16, windows-1250 to 1258, KOI8-R, IBM866.",
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
  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
    return bytesOf(this.#codec, schema, value);
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
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    return bytesOf(this.#codec, schema, value);
  }
  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    return textOrNull(this.#codec, bytes);
  }
}

/** Bytes are text already, so they pass as they are: Kafka writes the address of the array instead. */
function bytesOf(codec: TextCodec, schema: Schema | null, value: unknown): Uint8Array | null {
  if (value === null || value === undefined) return null;
  return value instanceof Uint8Array ? value : codec.encode(javaText(value, schema));
}

function textOrNull(codec: TextCodec, bytes: Uint8Array | null): SchemaAndValue {
  return { schema: OPTIONAL_STRING_SCHEMA, value: bytes === null ? null : codec.decode(bytes) };
}
