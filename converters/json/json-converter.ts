import { ConfigError, Converter, DataError, HeaderConverter } from "#connect-api";
import type { ConverterType, Props, Schema, SchemaAndValue } from "#connect-api";
import {
  DECIMAL_FORMAT,
  REPLACE_NULL_WITH_DEFAULT,
  SCHEMAS_CACHE_SIZE,
  SCHEMAS_ENABLE,
  SCHEMA_CONTENT,
  configDef,
} from "./config.ts";
import { plainReader, reading, textOf } from "./read-plain.ts";
import { valueFromJson } from "./read-value.ts";
import { SchemaCache } from "./schema-cache.ts";
import { SchemaWriter } from "./schema-json.ts";
import { valueJson } from "./write-value.ts";

const encoder = new TextEncoder();
const NOTHING: SchemaAndValue = { schema: null, value: null };

/** Both directions, shared by the converter of keys and values and that of headers. */
class JsonFormat {
  readonly #hasEnvelope: boolean;
  readonly #options: {
    readonly decimalsAsNumbers: boolean;
    readonly replaceNullWithDefault: boolean;
  };
  readonly #schemas: SchemaCache;
  readonly #writer: SchemaWriter;
  /** The schema of every value, where the settings give one. */
  readonly #fixed: Schema | null;

  constructor(props: Props) {
    const config = configDef.parse(props);
    this.#hasEnvelope = config[SCHEMAS_ENABLE];
    this.#options = {
      decimalsAsNumbers: config[DECIMAL_FORMAT].toUpperCase() === "NUMERIC",
      replaceNullWithDefault: config[REPLACE_NULL_WITH_DEFAULT],
    };
    this.#schemas = new SchemaCache(config[SCHEMAS_CACHE_SIZE], this.#options);
    this.#writer = new SchemaWriter(this.#options);
    const content = config[SCHEMA_CONTENT] ?? "";
    this.#fixed = content === "" || !this.#hasEnvelope ? null : this.#fixedSchema(content);
  }

  #fixedSchema(content: string): Schema | null {
    try {
      return this.#schemas.schemaOf(content);
    } catch (cause) {
      const message = `Invalid value for configuration ${SCHEMA_CONTENT}: the text is not a schema`;
      throw new ConfigError("CONFIG_INVALID", message, { cause, key: SCHEMA_CONTENT });
    }
  }

  write(schema: Schema | null, value: unknown): Uint8Array | null {
    if (schema === null && (value === null || value === undefined)) return null;
    const payload = valueJson(schema, value, this.#options);
    if (!this.#hasEnvelope) return encoder.encode(payload);
    return encoder.encode(`{"schema":${this.#writer.text(schema)},"payload":${payload}}`);
  }

  read(bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return NOTHING;
    const text = textOf(bytes);
    return reading(() => {
      if (this.#hasEnvelope && !this.#fixed) return this.#readEnvelope(text);
      // Nothing at all is null, as in Kafka.
      const isEmpty = text.trim() === "";
      const value = isEmpty ? null : this.#readAll(text);
      if (!this.#fixed) return { schema: null, value };
      return { schema: this.#fixed, value: valueFromJson(this.#fixed, value, this.#options) };
    });
  }

  #readAll(text: string): unknown {
    const reader = plainReader(text);
    const value = reader.value();
    reader.end();
    return value;
  }

  /** Exactly `schema` and `payload`, in any order. The schema's text is only parsed when it is a new one. */
  #readEnvelope(text: string): SchemaAndValue {
    const reader = plainReader(text);
    if (!reader.take("{")) throw wrongEnvelope(text);
    let schemaText: string | undefined;
    let payload: { readonly value: unknown } | undefined;
    do {
      if (reader.take('"schema"') && reader.take(":")) schemaText = reader.skip();
      else if (reader.take('"payload"') && reader.take(":")) payload = { value: reader.value() };
      else throw wrongEnvelope(text);
    } while (reader.take(","));
    if (!reader.take("}") || schemaText === undefined || !payload) throw wrongEnvelope(text);
    reader.end();
    const schema = this.#schemas.schemaOf(schemaText);
    return { schema, value: valueFromJson(schema, payload.value, this.#options) };
  }
}

/** What is no JSON at all is said to be that, and everything else to be no envelope. */
function wrongEnvelope(text: string): Error {
  const reader = plainReader(text);
  if (text.trim() !== "") {
    reader.value();
    reader.end();
  }
  return new DataError(
    "JSON_ENVELOPE",
    'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. ' +
      "If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.",
  );
}

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
  #format = new JsonFormat({});

  config() {
    return configDef;
  }
  configure(props: Props, _type: ConverterType): void {
    this.#format = new JsonFormat(props);
  }
  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
    return this.#format.write(schema, value);
  }
  toConnectData(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    return this.#format.read(bytes);
  }
}

/** The same for headers. */
export class JsonHeaderConverter extends HeaderConverter {
  override readonly version = "1.0.0";
  #format = new JsonFormat({});

  config() {
    return configDef;
  }
  configure(props: Props): void {
    this.#format = new JsonFormat(props);
  }
  fromConnectHeader(
    _topic: string,
    _key: string,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null {
    return this.#format.write(schema, value);
  }
  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null): SchemaAndValue {
    return this.#format.read(bytes);
  }
}
