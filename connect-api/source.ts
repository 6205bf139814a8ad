import { Connector } from "./connector.ts";
import type { Awaitable, Props, Task } from "./connector.ts";
import type { OffsetReader } from "./offset-reader.ts";
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

/**
 * Lets a task say where transactions end, with `transaction.boundary=connector`.
 *
 * Without a record, the transaction ends after the next batch that `poll` returns; with one, after that
 * record. Aborted records go nowhere, but their source offsets are stored: they do not come again. To ask
 * for both at one point fails the task. Source: org.apache.kafka.connect.source.TransactionContext.
 */
export interface TransactionContext {
  commitTransaction(record?: SourceRecord): void;
  abortTransaction(record?: SourceRecord): void;
}

/** Source: org.apache.kafka.connect.source.SourceTaskContext. */
export interface SourceTaskContext {
  readonly connectorName: string;
  readonly taskId: number;
  readonly log: PluginLog;
  readonly metrics: PluginMetrics;
  configs(): Props;
  readonly offsetReader: OffsetReader;
  /** Whether records and their source offsets are stored in one transaction. */
  readonly isExactlyOnce: boolean;
  /** Only with exactly-once delivery and `transaction.boundary=connector`. */
  readonly transactionContext: TransactionContext | undefined;
}

/** Why a record ended without metadata: all mean that it is not in its topic. */
export type NotStoredReason = "FILTERED" | "SKIPPED" | "ABORTED";

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
   * that acknowledges upstream may do so only when metadata is given. With exactly-once delivery it is
   * called after the transaction with the record and its source offset was committed; for a record that
   * goes nowhere, before the offsets of that transaction are written.
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

  /** Asked when `exactly.once.support` is `required`; null: the connector does not say. */
  exactlyOnceSupport(_props: Props): ExactlyOnceSupport | null {
    return null;
  }
  /** Whether its tasks use their TransactionContext; asked when `transaction.boundary` is `connector`. */
  canDefineTransactionBoundaries(_props: Props): boolean {
    return false;
  }
  /** Says whether stored offsets may be replaced from outside. Throws DataError for offsets it could not use. */
  alterOffsets(
    _props: Props,
    _offsets: ReadonlyMap<SourcePartition, SourceOffset | null>,
  ): Awaitable<boolean> {
    return false;
  }
}
