import { Converter, DataError } from "#connect-api";
import type { ConverterType, Props, Schema, SchemaAndValue } from "#connect-api";
import { DECIMAL_FORMAT, REPLACE_NULL_WITH_DEFAULT, SCHEMAS_ENABLE, configDef } from "./config.ts";
import { schemaFromJson, schemaToJson } from "./schema-json.ts";
import { plainFromJson, plainToJson, valueFromJson, valueToJson } from "./value-json.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * JSON, with or without the schema envelope.
 *
 * Without a schema, integers are read as bigint (Java's Long), other numbers as number (Double), or as
 * JSON.rawJSON where a number would lose digits (`7.10`).
 *
 * Source: org.apache.kafka.connect.json.JsonConverter.
 */
export class JsonConverter extends Converter {
  override readonly version = "1.0.0";
  #hasEnvelope = true;
  #options = { decimalsAsNumbers: false, replaceNullWithDefault: true };

  config() {
    return configDef;
  }
  configure(props: Props, _type: ConverterType): void {
    const config = configDef.parse(props);
    this.#hasEnvelope = config[SCHEMAS_ENABLE];
    this.#options = {
      decimalsAsNumbers: config[DECIMAL_FORMAT].toUpperCase() === "NUMERIC",
      replaceNullWithDefault: config[REPLACE_NULL_WITH_DEFAULT],
    };
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
    if (schema === null && value === null) return null;
    const payload = schema ? valueToJson(schema, value, this.#options) : plainToJson(value);
    if (!this.#hasEnvelope)
      return payload === null ? null : encoder.encode(JSON.stringify(payload));
    return encoder.encode(
      JSON.stringify({ schema: schema ? schemaToJson(schema) : null, payload }),
    );
  }

  toConnectData(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    if (!this.#hasEnvelope) {
      if (bytes.length === 0) return { schema: null, value: null };
      return { schema: null, value: plainFromJson(textOf(bytes)) };
    }
    const envelope = plainFromJson(textOf(bytes));
    if (!isEnvelope(envelope)) {
      throw new DataError(
        "JSON_ENVELOPE",
        'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. ' +
          "If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.",
      );
    }
    const schema = envelope.schema === null ? null : schemaFromJson(envelope.schema);
    const value = schema ? valueFromJson(schema, envelope.payload) : envelope.payload;
    return { schema, value };
  }
}

function isEnvelope(value: unknown): value is { schema: unknown; payload: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 2 &&
    "schema" in value &&
    "payload" in value
  );
}

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new DataError("JSON_INVALID", "The value is not UTF-8 text", { cause });
  }
}
