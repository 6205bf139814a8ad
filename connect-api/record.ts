import type { Schema } from "./data/schema.ts";
import { Headers } from "./headers.ts";

/** What every record has; timestamps are milliseconds since 1970-01-01T00:00:00Z. */
export interface ConnectRecordFields {
  readonly topic: string;
  /** null: the producer chooses by key. */
  readonly partition: number | null;
  readonly keySchema: Schema | null;
  readonly key: unknown;
  readonly valueSchema: Schema | null;
  readonly value: unknown;
  readonly timestamp: number | null;
  readonly headers: Headers;
}

export type ConnectRecordInit = Partial<ConnectRecordFields> & { readonly topic: string };

/**
 * A record on its way through a transformation chain. Immutable: `with` makes the changed copy.
 *
 * Source: org.apache.kafka.connect.connector.ConnectRecord.
 */
export abstract class ConnectRecord implements ConnectRecordFields {
  readonly topic: string;
  readonly partition: number | null;
  readonly keySchema: Schema | null;
  readonly key: unknown;
  readonly valueSchema: Schema | null;
  readonly value: unknown;
  readonly timestamp: number | null;
  readonly headers: Headers;

  constructor(init: ConnectRecordInit) {
    this.topic = init.topic;
    this.partition = init.partition ?? null;
    this.keySchema = init.keySchema ?? null;
    this.key = init.key ?? null;
    this.valueSchema = init.valueSchema ?? null;
    this.value = init.value ?? null;
    this.timestamp = init.timestamp ?? null;
    this.headers = init.headers ?? Headers.empty;
  }

  /** A copy with some fields changed; what the kind of record adds (offsets) is kept. */
  abstract with(changes: Partial<ConnectRecordFields>): this;
}

/** The fields of a record with some of them changed; undefined changes nothing. */
function changed(
  record: ConnectRecord,
  changes: Partial<ConnectRecordFields>,
): ConnectRecordFields {
  // Field by field: this runs for each transformation of each record, and spreading is several times slower.
  return {
    topic: changes.topic ?? record.topic,
    partition: changes.partition === undefined ? record.partition : changes.partition,
    keySchema: changes.keySchema === undefined ? record.keySchema : changes.keySchema,
    key: changes.key === undefined ? record.key : changes.key,
    valueSchema: changes.valueSchema === undefined ? record.valueSchema : changes.valueSchema,
    value: changes.value === undefined ? record.value : changes.value,
    timestamp: changes.timestamp === undefined ? record.timestamp : changes.timestamp,
    headers: changes.headers ?? record.headers,
  };
}

/** The position of a source: any JSON-like map of text, number, boolean and null. */
export type SourcePartition = Readonly<Record<string, unknown>>;
export type SourceOffset = Readonly<Record<string, unknown>>;

export interface SourceRecordInit extends ConnectRecordInit {
  readonly sourcePartition?: SourcePartition | null;
  readonly sourceOffset?: SourceOffset | null;
}

/** A record made by a source task. Source: org.apache.kafka.connect.source.SourceRecord. */
export class SourceRecord extends ConnectRecord {
  readonly sourcePartition: SourcePartition | null;
  readonly sourceOffset: SourceOffset | null;

  constructor(init: SourceRecordInit) {
    super(init);
    this.sourcePartition = init.sourcePartition ?? null;
    this.sourceOffset = init.sourceOffset ?? null;
  }

  override with(changes: Partial<ConnectRecordFields>): this {
    const { sourcePartition, sourceOffset } = this;
    return new SourceRecord({ ...changed(this, changes), sourcePartition, sourceOffset }) as this;
  }
}

export type TimestampType = "NO_TIMESTAMP_TYPE" | "CREATE_TIME" | "LOG_APPEND_TIME";

export interface SinkRecordInit extends ConnectRecordInit {
  readonly offset: number;
  readonly timestampType?: TimestampType;
  readonly originalTopic?: string;
  readonly originalPartition?: number;
  readonly originalOffset?: number;
}

/**
 * A record read from a topic. The `original…` fields name the place in the log before any
 * transformation and never change: offsets and error reports use them.
 *
 * Offsets are numbers: exact up to 2^53, which no partition reaches.
 *
 * Source: org.apache.kafka.connect.sink.SinkRecord.
 */
export class SinkRecord extends ConnectRecord {
  readonly offset: number;
  readonly timestampType: TimestampType;
  readonly originalTopic: string;
  readonly originalPartition: number;
  readonly originalOffset: number;

  constructor(init: SinkRecordInit) {
    super(init);
    this.offset = init.offset;
    this.timestampType = init.timestampType ?? "NO_TIMESTAMP_TYPE";
    this.originalTopic = init.originalTopic ?? init.topic;
    this.originalPartition = init.originalPartition ?? init.partition ?? 0;
    this.originalOffset = init.originalOffset ?? init.offset;
  }

  override with(changes: Partial<ConnectRecordFields>): this {
    const { offset, timestampType, originalTopic, originalPartition, originalOffset } = this;
    return new SinkRecord({
      ...changed(this, changes),
      offset,
      timestampType,
      originalTopic,
      originalPartition,
      originalOffset,
    }) as this;
  }
}
