import { RetriableError, literalText } from "#connect-api";
import type { NotStoredReason, Schema, SourceRecord } from "#connect-api";
import { RecordLogError } from "#broker";
import type { AppendResult, NewRecord } from "#broker";
import type { ErrorHandler } from "../errors/error-handler.ts";
import type { FailedRecord } from "../errors/failure.ts";

/** A polled record after transformations and converters. */
export interface ConvertedRecord {
  readonly original: SourceRecord;
  /** Its parts in the log's form; none when it goes nowhere. */
  readonly parts: readonly NewRecord[];
  /** Why there are no parts. */
  readonly reason?: NotStoredReason;
}

/** What a delivery tells the runner. */
export interface DeliveryEvents {
  /** What became of a record: the place of its first part, or why it has none. */
  confirm(record: SourceRecord, metadata: AppendResult | null, reason?: NotStoredReason): void;
  /** The task's `commit`, after offsets were stored; how long that took. */
  committed(durationMs: number): Promise<void>;
  /** Offsets could not be stored; they are at the next turn. */
  notCommitted(durationMs: number): void;
  /** So many records more are in the log. */
  written(count: number): void;
  /** The delivery has ended for this reason; polling has to end too. */
  failed(error: unknown): void;
}

/** Brings records into the log, in the order of the calls, and then says so. */
export interface SourceDelivery {
  /** Records that are on their way. */
  readonly activeCount: number;
  open(): Promise<void>;
  /** Resolves when there is room for more records, at an abort, and when the delivery has failed. */
  room(signal: AbortSignal): Promise<void>;
  add(record: ConvertedRecord): void;
  /** Everything of one poll was added. */
  endBatch(): void;
  /** What waits for a boundary that does not come while the task is paused is stored now. */
  pause(): void;
  /** Stores what may still be stored within that time, in milliseconds; nothing more is added. */
  finish(budgetMs: number): Promise<void>;
  /** After the task has stopped. */
  close(): Promise<void>;
  /** Nobody waits for the task any more: nothing more is stored. */
  cancel(): Promise<void>;
}

/** Pauses between attempts to store a record, in milliseconds. */
export const RESEND_DELAY_MIN_MS = 100;
export const RESEND_DELAY_MAX_MS = 2000;

export function isRetriable(error: unknown): boolean {
  return error instanceof RecordLogError ? error.isRetriable : error instanceof RetriableError;
}

/** Tolerated: the record is reported and skipped. Otherwise rejects, and the task fails. */
export function reportRefused(
  record: SourceRecord,
  error: unknown,
  errors: ErrorHandler,
): Promise<void> {
  return errors.failed({
    stage: "KAFKA_PRODUCE",
    className: "org.apache.kafka.connect.runtime.WorkerSourceTask",
    error,
    record: failedSourceRecord(record),
  });
}

/**
 * The dead letter of a source's record: bytes and text as they are, everything else as text that names its members,
 * because the converter may be what failed. What has no such text is left out.
 */
export function failedSourceRecord(record: SourceRecord): FailedRecord {
  return {
    topic: record.topic,
    partition: undefined,
    offset: undefined,
    timestamp: record.timestamp,
    key: bytesOf(record.keySchema, record.key),
    value: bytesOf(record.valueSchema, record.value),
    headers: [...record.headers].map(({ key, schema, value }) => [key, bytesOf(schema, value)]),
  };
}

function bytesOf(schema: Schema | null, value: unknown): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value;
  try {
    return new TextEncoder().encode(literalText(value, schema));
  } catch {
    return null;
  }
}
