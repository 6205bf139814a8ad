import { Converter, DataError, RetriableError } from "#connect-api";
import type {
  Awaitable,
  ConfigDef,
  ConverterHeaders,
  ConverterType,
  Props,
  Schema,
  SchemaAndValue,
} from "#connect-api";
import { RegistryError, framingOf, readFrame } from "#lib/schema-registry";
import type { Framing, RecordPart, RegisteredSchema, SchemaKey } from "#lib/schema-registry";
import type { DataFormat, MakeFormat, OwnSchema, ReadData, WriteData } from "./data-format.ts";
import type { RegistrySettings } from "./registry-settings.ts";
import { chooseSchema, resolved } from "./schema-choice.ts";

/** What makes one converter of a registry and a format. */
export interface ConverterParts {
  readonly config: ConfigDef;
  /** Throws ConfigError. */
  readonly settings: (props: Props, type: ConverterType) => RegistrySettings;
  readonly format: MakeFormat;
}

interface Settings extends RegistrySettings {
  readonly data: DataFormat;
}

interface Writer {
  readonly framing: Framing;
  readonly write: WriteData;
  readonly expiresAt: number;
}

const decoder = new TextDecoder();
const NOTHING: SchemaAndValue = { schema: null, value: null };

/**
 * What converters on a schema registry have in common: framing, the choice of the schema, and memory.
 *
 * The first record of a schema waits for the registry; every later one is converted at once, and goes on when the registry is
 * down. What the registry does not know is a DataError (dead letter), a registry that does not answer a RetriableError.
 */
export abstract class RegistryConverter extends Converter {
  override readonly version = "1.0.0";
  readonly #parts: ConverterParts;
  #part: RecordPart = "value";
  #settings: Settings | undefined;
  readonly #readers = new Map<string | number, ReadData>();
  readonly #writers = new Map<string, Writer>();
  readonly #writersBySchema = new WeakMap<Schema, Map<string, Writer>>();

  constructor(parts: ConverterParts) {
    super();
    this.#parts = parts;
  }

  config(): ConfigDef {
    return this.#parts.config;
  }

  configure(props: Props, type: ConverterType): void {
    this.#part = type === "key" ? "key" : "value";
    const data = this.#parts.format(props);
    this.#settings = { ...this.#parts.settings(props, type), data };
  }

  get #configured(): Settings {
    if (!this.#settings) throw new TypeError("configure() comes first");
    return this.#settings;
  }

  toConnectData(
    topic: string,
    bytes: Uint8Array | null,
    headers?: ConverterHeaders,
  ): Awaitable<SchemaAndValue> {
    // A tombstone has no schema.
    if (bytes === null) return NOTHING;
    try {
      const frame = readFrame(bytes, headers, this.#part, this.#configured.zero);
      const name = nameOf(frame.key);
      const reader = this.#readers.get(name);
      if (reader) return reader(frame.bytes, frame.start);
      return this.#loadReader(topic, name, frame.key)
        .then((read) => read(frame.bytes, frame.start))
        .catch((error: unknown) => {
          throw asConnectError(error);
        });
    } catch (error) {
      throw asConnectError(error);
    }
  }

  async #loadReader(topic: string, name: string | number, key: SchemaKey): Promise<ReadData> {
    const { registry, data, recordSchemas, schemasMax } = this.#configured;
    const found = await registry.read(key, `${topic}-${this.#part}`);
    const schema = await resolved(registry, found);
    const read = data.reader(schema, found.version, recordSchemas);
    this.#readers.set(name, read);
    forgetOldest(this.#readers, schemasMax);
    return read;
  }

  fromConnectData(
    topic: string,
    schema: Schema | null,
    value: unknown,
    headers?: ConverterHeaders,
  ): Awaitable<Uint8Array | null> {
    if (value === null || value === undefined) {
      if (schema === null || schema.optional) return null;
      if (schema.defaultValue === null) {
        throw new DataError("SCHEMA_MISMATCH", `A null stands for a required ${schema.type}`);
      }
    }
    try {
      const known = this.#knownWriter(topic, schema, value);
      if (known) return this.#write(known, value, headers);
      return this.#loadWriter(topic, schema, value)
        .then((writer) => this.#write(writer, value, headers))
        .catch((error: unknown) => {
          throw asConnectError(error);
        });
    } catch (error) {
      throw asConnectError(error);
    }
  }

  #knownWriter(topic: string, schema: Schema | null, value: unknown): Writer | undefined {
    const writer = schema
      ? this.#writersBySchema.get(schema)?.get(topic)
      : this.#writers.get(`${topic} ${kindOf(value)}`);
    return writer && (writer.expiresAt === Infinity || writer.expiresAt > performance.now())
      ? writer
      : undefined;
  }

  async #loadWriter(topic: string, schema: Schema | null, value: unknown): Promise<Writer> {
    const { data, schemasMax } = this.#configured;
    const own = data.ownSchema(schema, value);
    // Schemas that are built anew for every record are the same when their text is.
    const name = schema ? `${topic} ${own?.schema.schema}` : `${topic} ${kindOf(value)}`;
    const known = this.#writers.get(name);
    const isFresh = known && known.expiresAt > performance.now();
    const writer = isFresh ? known : await this.#makeWriter(topic, schema, own);
    if (!isFresh) {
      this.#writers.set(name, writer);
      forgetOldest(this.#writers, schemasMax);
    }
    if (schema) {
      const byTopic = this.#writersBySchema.get(schema) ?? new Map<string, Writer>();
      this.#writersBySchema.set(schema, byTopic.set(topic, writer));
    }
    return writer;
  }

  async #makeWriter(
    topic: string,
    schema: Schema | null,
    own: OwnSchema | undefined,
  ): Promise<Writer> {
    const { registry, data, choice, format, useId, latestMs, subjectOf } = this.#configured;
    const subject = subjectOf(topic, own?.recordName);
    const chosen: RegisteredSchema = await chooseSchema(registry, choice, subject, own?.schema);
    const isLatest = choice.latest || choice.metadata !== undefined;
    return {
      framing: framingOf(format, chosen, this.#part, useId),
      write: data.writer(await resolved(registry, chosen), schema),
      expiresAt: isLatest ? performance.now() + latestMs : Infinity,
    };
  }

  #write(writer: Writer, value: unknown, headers: ConverterHeaders | undefined): Uint8Array {
    const { framing } = writer;
    const bytes = framing.finish(writer.write(value, framing.head));
    if (headers && this.#part === "value") {
      const { data } = this.#configured;
      const isBare = framing.head.length === 0;
      dropContentType(headers, (mediaType) => data.isOfType(mediaType, isBare));
    }
    if (framing.headers.length > 0) {
      if (!headers) throw new DataError("HEADERS_MISSING", "The wire format needs record headers");
      headers.push(...framing.headers);
    }
    return bytes;
  }

  override close(): void {
    this.#settings?.registry.close();
  }
}

/** Takes out headers that name the media type that the value had before it was written. */
function dropContentType(headers: ConverterHeaders, isTrue: (mediaType: string) => boolean): void {
  for (let index = headers.length - 1; index >= 0; index -= 1) {
    const [name, value] = headers[index] as ConverterHeaders[number];
    if (name !== "content-type" || value === null) continue;
    if (!isTrue(decoder.decode(value))) headers.splice(index, 1);
  }
}

/** What tells kinds of plain data in one topic apart. */
function kindOf(value: unknown): string {
  const { resourceType } = (value ?? {}) as { resourceType?: unknown };
  return typeof resourceType === "string" ? resourceType : "";
}

function nameOf(key: SchemaKey): string | number {
  switch (key.kind) {
    case "id":
      return key.id;
    case "globalId":
      return `global ${key.id}`;
    case "guid":
      return key.guid;
    case "versionId":
      return key.uuid;
  }
}

function forgetOldest<K>(entries: Map<K, unknown>, sizeMax: number): void {
  if (entries.size <= sizeMax) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}

/**
 * What follows from an error: a registry that cannot be reached, refuses us, or fails, may be right again later; anything
 * else is wrong with the record or its schema.
 */
function asConnectError(error: unknown): Error {
  if (error instanceof RegistryError) {
    const isLater = error.code.startsWith("REGISTRY_");
    const text =
      error.errorCode === undefined ? error.message : `${error.message} (${error.errorCode})`;
    return isLater
      ? new RetriableError(error.code, text, { cause: error })
      : new DataError(error.code, text, { cause: error });
  }
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && /^(AVRO|JSON)_/.test(code)) {
    return new DataError(code, (error as Error).message, { cause: error });
  }
  return error as Error;
}
