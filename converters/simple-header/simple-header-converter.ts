import { BYTES_SCHEMA, ConfigDef, HeaderConverter, literalText, parseLiteral } from "#connect-api";
import type { Schema, SchemaAndValue } from "#connect-api";

const configDef = new ConfigDef({});
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Headers as readable text, read back by guessing what the text is: also lists and maps.
 *
 * Bytes that are no text stay bytes. Source: org.apache.kafka.connect.storage.SimpleHeaderConverter.
 */
export class SimpleHeaderConverter extends HeaderConverter {
  override readonly version = "1.0.0";

  config() {
    return configDef;
  }
  configure(): void {}

  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      return { schema: BYTES_SCHEMA, value: bytes };
    }
    return parseLiteral(text);
  }

  fromConnectHeader(
    _topic: string,
    _key: string,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    if (value === null || value === undefined) return null;
    return encoder.encode(literalText(value, schema));
  }
}
