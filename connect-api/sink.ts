import { Connector } from "./connector.ts";
import type { Awaitable, Props, Task } from "./connector.ts";
import type { PluginLog } from "./plugin-log.ts";
import type { PluginMetrics } from "./plugin-metrics.ts";
import type { SinkRecord } from "./record.ts";

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `offset` is the next offset to read, as in Kafka's committed offsets. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
}

/** Takes records that the sink itself refuses (dead letter queue, error log). Source: ErrantRecordReporter. */
export interface ErrantRecordReporter {
  /** Resolves when the report is stored; the worker waits for it before it commits the record's offset. */
  report(record: SinkRecord, error: unknown): Promise<void>;
}

/** Source: org.apache.kafka.connect.sink.SinkTaskContext. */
export interface SinkTaskContext {
  readonly connectorName: string;
  readonly taskId: number;
  readonly log: PluginLog;
  readonly metrics: PluginMetrics;
  configs(): Props;
  /** Rewind (or skip) before the next poll. */
  offset(offsets: readonly TopicPartitionOffset[]): void;
  /** How long to wait before the batch is delivered again after a RetriableError, in milliseconds. */
  timeout(ms: number): void;
  assignment(): readonly TopicPartition[];
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  requestCommit(): void;
  /** undefined when neither a dead letter queue nor the error log is configured. */
  readonly errantRecordReporter: ErrantRecordReporter | undefined;
}

/**
 * Writes records to a target system.
 *
 * The worker calls: initialize → start → open → (put → … → preCommit)… → close → stop, never two at once.
 * Source: org.apache.kafka.connect.sink.SinkTask.
 */
export abstract class SinkTask implements Task {
  abstract readonly version: string;
  protected context!: SinkTaskContext;

  initialize(context: SinkTaskContext): void {
    this.context = context;
  }
  abstract start(props: Props): Awaitable<void>;
  /** Partitions were assigned; offsets start at what is committed. */
  open(_partitions: readonly TopicPartition[]): Awaitable<void> {}
  /**
   * Takes a batch, perhaps an empty one. A RetriableError gets the same batch delivered again;
   * any other error fails the task.
   */
  abstract put(records: readonly SinkRecord[], signal: AbortSignal): Awaitable<void>;
  /** Makes everything that was put durable at the target. */
  flush(_offsets: readonly TopicPartitionOffset[]): Awaitable<void> {}
  /**
   * Returns the offsets that are safe to commit. By default flushes and returns all of them; a task
   * that writes in the background returns only what its target confirmed.
   */
  async preCommit(
    offsets: readonly TopicPartitionOffset[],
  ): Promise<readonly TopicPartitionOffset[]> {
    await this.flush(offsets);
    return offsets;
  }
  /** Partitions were taken away. */
  close(_partitions: readonly TopicPartition[]): Awaitable<void> {}
  abstract stop(): Awaitable<void>;
}

/** Source: org.apache.kafka.connect.sink.SinkConnector. */
export abstract class SinkConnector extends Connector {
  abstract override taskClass(): new () => SinkTask;

  /** Says whether consumer offsets may be replaced from outside; null offset: deleted. */
  alterOffsets(
    _props: Props,
    _offsets: readonly (TopicPartition & { readonly offset: number | null })[],
  ): Awaitable<boolean> {
    return true;
  }
}
