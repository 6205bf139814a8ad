import type { ConfigDef } from "./config-def/index.ts";
import type { Awaitable, Props } from "./connector.ts";
import type { Schema, SchemaAndValue } from "./data/schema.ts";
import type { Headers } from "./headers.ts";

/** Which part of a record a converter serves; Kafka gives it as the setting `converter.type`. */
export type ConverterType = "key" | "value" | "header";

/**
 * Between bytes in the log and data in a record. A promise may be returned (a registry is asked);
 * the worker awaits only then.
 *
 * Throws DataError for bytes or data that it cannot convert.
 * Source: org.apache.kafka.connect.storage.Converter.
 */
export abstract class Converter {
  readonly version: string | undefined = undefined;
  abstract config(): ConfigDef;
  abstract configure(props: Props, type: ConverterType): void;
  /**
   * `headers` are those of the log record under construction; a converter may append to them, and takes out what its
   * bytes make untrue (a `content-type`).
   */
  abstract fromConnectData(
    topic: string,
    schema: Schema | null,
    value: unknown,
    headers?: ConverterHeaders,
  ): Awaitable<Uint8Array | null>;
  abstract toConnectData(
    topic: string,
    bytes: Uint8Array | null,
    headers?: ConverterHeaders,
  ): Awaitable<SchemaAndValue>;
  close(): void {}
}

/** Raw headers of a log record, in order. */
export type ConverterHeaders = [key: string, value: Uint8Array | null][];

/** Between header bytes and header values. Source: org.apache.kafka.connect.storage.HeaderConverter. */
export abstract class HeaderConverter {
  readonly version: string | undefined = undefined;
  abstract config(): ConfigDef;
  abstract configure(props: Props): void;
  abstract toConnectHeader(topic: string, key: string, bytes: Uint8Array | null): SchemaAndValue;
  abstract fromConnectHeader(
    topic: string,
    key: string,
    schema: Schema | null,
    value: unknown,
  ): Uint8Array | null;
  close(): void {}
}

/** A record's headers, converted to what a log stores. */
export function headersToBytes(
  converter: HeaderConverter,
  topic: string,
  headers: Headers,
): ConverterHeaders {
  const converted: ConverterHeaders = [];
  for (const { key, schema, value } of headers) {
    converted.push([key, converter.fromConnectHeader(topic, key, schema, value)]);
  }
  return converted;
}
