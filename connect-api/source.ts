import { Connector } from "./connector.ts";
import type { Awaitable, Props, Task } from "./connector.ts";
import type { PluginLog } from "./plugin-log.ts";
import type { PluginMetrics } from "./plugin-metrics.ts";
import type { SourceOffset, SourcePartition, SourceRecord } from "./record.ts";

/** Where the log stored a record; the timestamp is in milliseconds since 1970. */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
}

/** Reads what the worker stored for this connector. Source: OffsetStorageReader. */
export interface OffsetReader {
  offset(partition: SourcePartition): Promise<SourceOffset | null>;
}

/** Source: org.apache.kafka.connect.source.SourceTaskContext. */
export interface SourceTaskContext {
  readonly connectorName: string;
  readonly taskId: number;
  readonly log: PluginLog;
  readonly metrics: PluginMetrics;
  configs(): Props;
  readonly offsetReader: OffsetReader;
}

/** Why a record ended without metadata: both mean that it is not in its topic. */
export type NotStoredReason = "FILTERED" | "SKIPPED";

/**
 * Takes records from a source system.
 *
 * The worker calls: initialize → start → (poll → commitRecord for each record → commit)… → stop.
 * `commitRecord` and `commit` may run while a `poll` is under way.
 * Source: org.apache.kafka.connect.source.SourceTask.
 */
export abstract class SourceTask implements Task {
  abstract readonly version: string;
  protected context!: SourceTaskContext;

  initialize(context: SourceTaskContext): void {
    this.context = context;
  }
  abstract start(props: Props): Awaitable<void>;
  /**
   * The next records; null or an empty array when there is nothing now. May wait for data, and then
   * must return soon after `signal` aborts (pause, stop, task restart).
   */
  abstract poll(signal: AbortSignal): Awaitable<readonly SourceRecord[] | null>;
  /**
   * Called once for each polled record, in any order, after its fate is known. `record` is the object
   * that `poll` returned, before transformations.
   *
   * Invariant: `metadata` is given only after the log confirmed the record (all of its parts when a
   * transformation made several). null means the record is not in the log: see `reason`. A source
   * that acknowledges upstream may do so only when metadata is given.
   */
  commitRecord(
    _record: SourceRecord,
    _metadata: RecordMetadata | null,
    _reason?: NotStoredReason,
  ): Awaitable<void> {}
  /** Called after source offsets were stored; proves nothing about single records. */
  commit(): Awaitable<void> {}
  abstract stop(): Awaitable<void>;
}

/** Whether a config can be run exactly once, as the connector sees it. */
export type ExactlyOnceSupport = "SUPPORTED" | "UNSUPPORTED";

/** Source: org.apache.kafka.connect.source.SourceConnector. */
export abstract class SourceConnector extends Connector {
  abstract override taskClass(): new () => SourceTask;

  exactlyOnceSupport(_props: Props): ExactlyOnceSupport | null {
    return null;
  }
  /** Says whether stored offsets may be replaced from outside. Throws DataError for offsets it could not use. */
  alterOffsets(
    _props: Props,
    _offsets: ReadonlyMap<SourcePartition, SourceOffset | null>,
  ): Awaitable<boolean> {
    return false;
  }
}
