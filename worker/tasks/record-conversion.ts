import { Headers, SinkRecord, headersToBytes } from "#connect-api";
import type { ConnectRecord, ConverterHeaders, Header } from "#connect-api";
import type { LogRecord, NewRecord } from "#broker";
import type { ErrorHandler } from "../errors/error-handler.ts";
import type { FailedRecord } from "../errors/failure.ts";
import type { Converters } from "./converters.ts";

/** A record of the log as failures report it. */
export function failedLogRecord(record: LogRecord): FailedRecord {
  const { topic, partition, offset, timestampType, key, value, headers } = record;
  const timestamp = timestampOf(record);
  return { topic, partition, offset, timestamp, timestampType, key, value, headers };
}

/** A record of an old client has no timestamp, which the log shows as -1. */
function timestampOf({ timestamp }: LogRecord): number | null {
  return timestamp < 0 ? null : timestamp;
}

/** Bytes to data. Returns undefined when the record is to be skipped. */
export async function toSinkRecord(
  record: LogRecord,
  converters: Converters,
  errors: ErrorHandler,
): Promise<SinkRecord | undefined> {
  const failed = (): FailedRecord => failedLogRecord(record);
  const { topic } = record;
  const raw = record.headers as ConverterHeaders;
  const key = await errors.run("KEY_CONVERTER", converters.key.name, failed, () =>
    converters.key.instance.toConnectData(topic, record.key, raw),
  );
  if (!key) return undefined;
  const value = await errors.run("VALUE_CONVERTER", converters.value.name, failed, () =>
    converters.value.instance.toConnectData(topic, record.value, raw),
  );
  if (!value) return undefined;
  const headers = await errors.run("HEADER_CONVERTER", converters.header.name, failed, () =>
    headersFromBytes(record, converters),
  );
  if (!headers) return undefined;
  return new SinkRecord({
    topic,
    partition: record.partition,
    keySchema: key.value.schema,
    key: key.value.value,
    valueSchema: value.value.schema,
    value: value.value.value,
    offset: record.offset,
    timestamp: timestampOf(record),
    timestampType: record.timestampType,
    headers: headers.value,
  });
}

function headersFromBytes(record: LogRecord, converters: Converters): Headers {
  if (record.headers.length === 0) return Headers.empty;
  return new Headers(
    record.headers.map(([key, bytes]): Header => {
      const { schema, value } = converters.header.instance.toConnectHeader(
        record.topic,
        key,
        bytes,
      );
      return { key, schema, value };
    }),
  );
}

/**
 * Data to bytes. `partition` of the record is kept for a source, and chosen anew for a stream, whose
 * records carry the partition that they were read from. Returns undefined when the record is to be skipped.
 */
export async function toNewRecord(
  record: ConnectRecord,
  converters: Converters,
  errors: ErrorHandler,
  failed: () => FailedRecord,
  partition: number | null,
): Promise<NewRecord | undefined> {
  const { topic } = record;
  const headers = await errors.run("HEADER_CONVERTER", converters.header.name, failed, () =>
    headersToBytes(converters.header.instance, topic, record.headers),
  );
  if (!headers) return undefined;
  const key = await errors.run("KEY_CONVERTER", converters.key.name, failed, () =>
    converters.key.instance.fromConnectData(topic, record.keySchema, record.key, headers.value),
  );
  if (!key) return undefined;
  const value = await errors.run("VALUE_CONVERTER", converters.value.name, failed, () =>
    converters.value.instance.fromConnectData(
      topic,
      record.valueSchema,
      record.value,
      headers.value,
    ),
  );
  if (!value) return undefined;
  return {
    topic,
    partition,
    key: key.value,
    value: value.value,
    headers: headers.value,
    timestamp: record.timestamp,
  };
}
