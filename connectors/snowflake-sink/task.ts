import { setTimeout as delay } from "node:timers/promises";
import { ConnectError, DataError, RetriableError, SinkTask } from "#connect-api";
import type { Props, SinkRecord, TopicPartition, TopicPartitionOffset } from "#connect-api";
import {
  FAIL_ON_AUTHORIZATION,
  OFFSET_RESET_POLICY,
  OFFSET_TABLE_NAME,
  RETRY_BACKOFF_MAX_MS,
} from "./config.ts";
import { NotAuthorizedError } from "./errors.ts";
import { sinkMetrics } from "./metrics.ts";
import type { SinkMetrics } from "./metrics.ts";
import { rowOf } from "./row.ts";
import type { Row } from "./row.ts";
import type { Settings } from "./settings.ts";
import { Writer, placeName } from "./writer.ts";

const BACKOFF_MIN_MS = 250;

/** A partition as this task sees it. */
interface Position extends TopicPartition {
  /** Next offset that has not been taken yet; undefined until the first record after the assignment. */
  taken: number | undefined;
}

/**
 * Collects records and writes them in batches. Offsets live in Snowflake, in the transaction of their rows; Kafka's
 * committed offsets only follow.
 */
export abstract class SnowflakeSinkTask extends SinkTask {
  readonly version = "1.0.0";
  #settings!: Settings;
  #writer!: Writer;
  #metrics!: SinkMetrics;
  readonly #stopping = new AbortController();
  readonly #positions = new Map<string, Position>();
  #rows: Row[] = [];
  #bytes = 0;
  #firstAt = 0;
  /** Partitions with records since the last flush, also such as became no row. */
  readonly #moved = new Set<string>();
  readonly #reported = new WeakSet<SinkRecord>();
  #backoffMs = BACKOFF_MIN_MS;

  /** The settings of the class that was posted. */
  protected abstract settingsOf(props: Props): Settings;

  start(props: Props): void {
    this.#settings = this.settingsOf(props);
    this.#metrics = sinkMetrics(this.context.metrics, () => this.#rows.length);
    this.#writer = new Writer({
      settings: this.#settings,
      connector: this.context.connectorName,
      metrics: this.#metrics,
      signal: this.#stopping.signal,
      refuse: (row, error) => this.#refuse(row.record, error),
    });
  }

  /** Claims the partitions and goes on where Snowflake has them, whatever Kafka's offsets say. */
  override async open(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#untilAuthorized(() => this.#writer.claim(partitions));
    const stored: TopicPartitionOffset[] = [];
    for (const { topic, partition } of partitions) {
      const position: Position = { topic, partition, taken: undefined };
      this.#positions.set(placeName(position), position);
      this.#metrics.partition(position, {
        processed: () => (position.taken ?? this.#writer.storedOffset(position)) - 1,
        persisted: () => this.#writer.storedOffset(position) - 1,
      });
      const offset = this.#writer.storedOffset(position);
      if (offset >= 0) stored.push({ topic, partition, offset });
    }
    if (stored.length > 0) this.context.offset(stored);
  }

  /** Nothing can be done without a session, so a claim is tried until there is one or the task ends. */
  async #untilAuthorized(claim: () => Promise<void>): Promise<void> {
    for (let pause = BACKOFF_MIN_MS; ; pause = this.#longer(pause)) {
      try {
        await claim();
        return;
      } catch (error) {
        if (!this.#mayPass(error) || this.#stopping.signal.aborted) throw error;
        const { code } = error as ConnectError;
        this.context.log.warn({ code }, "Snowflake is not ready; trying again");
        await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      }
    }
  }

  #longer(pause: number): number {
    return Math.min(pause * 2, this.#settings.values[RETRY_BACKOFF_MAX_MS]);
  }

  #mayPass(error: unknown): boolean {
    if (error instanceof NotAuthorizedError) return !this.#settings.values[FAIL_ON_AUTHORIZATION];
    return error instanceof RetriableError;
  }

  override async put(records: readonly SinkRecord[]): Promise<void> {
    this.#metrics.put(records.length);
    const taken = new Map<Position, number>();
    for (const record of records) {
      const position = this.#positionOf(record);
      if (!position) continue;
      await this.#checkFirst(position, record);
      if (record.originalOffset < (position.taken ?? 0)) continue;
      const row = await this.#rowOf(record);
      if (row) this.#add(row);
      taken.set(position, record.originalOffset + 1);
    }
    // Only now, because several records may be made of one and stand in one call.
    for (const [position, next] of taken) {
      position.taken = Math.max(position.taken ?? 0, next);
      this.#moved.add(placeName(position));
      if (this.#firstAt === 0) this.#firstAt = performance.now();
    }
    if (this.#isDue()) await this.#flush();
  }

  #positionOf(record: SinkRecord): Position | undefined {
    return this.#positions.get(
      placeName({ topic: record.originalTopic, partition: record.originalPartition }),
    );
  }

  /**
   * The first record after a seek cannot be before the place that was sought, unless the topic is another one
   * by now: Kafka then starts again at its beginning.
   */
  async #checkFirst(position: Position, record: SinkRecord): Promise<void> {
    if (position.taken !== undefined) return;
    const stored = this.#writer.storedOffset(position);
    position.taken = Math.max(stored, 0);
    if (record.originalOffset >= stored) return;
    switch (this.#settings.values[OFFSET_RESET_POLICY]) {
      case "earliest":
        await this.#writer.reset(position, record.originalOffset);
        position.taken = record.originalOffset;
        return;
      case "accept":
        return;
      default:
        throw new ConnectError(
          "SNOWFLAKE_OFFSET_BEYOND_LOG",
          `Snowflake has ${placeName(position)} up to offset ${stored - 1}, and Kafka delivers ${record.originalOffset}: the topic was made anew. ` +
            `Delete its row in ${this.#settings.values[OFFSET_TABLE_NAME]} (CONNECTOR, TOPIC, PARTITION) or set ${OFFSET_RESET_POLICY}, then restart the task`,
        );
    }
  }

  async #rowOf(record: SinkRecord): Promise<Row | undefined> {
    try {
      return rowOf(record, this.#settings);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      await this.#refuse(record, error);
      return undefined;
    }
  }

  /** Once for each record, however often its batch is tried. */
  async #refuse(record: SinkRecord, error: DataError): Promise<void> {
    if (this.#reported.has(record)) return;
    const reporter = this.context.errantRecordReporter;
    if (!reporter) throw error;
    await reporter.report(record, error);
    this.#reported.add(record);
    this.#metrics.refused();
  }

  #add(row: Row): void {
    this.#rows.push(row);
    this.#bytes += row.bytes;
  }

  #isDue(): boolean {
    if (this.#moved.size === 0) return false;
    const { records, bytes, ms } = this.#settings.flush;
    return (
      this.#rows.length >= records ||
      this.#bytes >= bytes ||
      performance.now() - this.#firstAt >= ms
    );
  }

  /**
   * Writes what has been collected. While it waits for Snowflake the worker delivers nothing more, so the buffer cannot grow.
   * A failure that may pass is told as RetriableError: the worker calls again, and the batch is still here.
   */
  async #flush(): Promise<void> {
    const startedAt = performance.now();
    const moved = [...this.#moved].flatMap((name) => this.#positions.get(name) ?? []);
    const next = new Map(
      moved.map(({ topic, partition, taken }) => [
        placeName({ topic, partition }),
        { topic, partition, offset: taken ?? 0 },
      ]),
    );
    try {
      await this.#writer.write({ rows: this.#rows, next });
    } catch (error) {
      if (!this.#mayPass(error)) throw error;
      this.#metrics.retried();
      this.context.timeout(this.#backoffMs);
      this.#backoffMs = this.#longer(this.#backoffMs);
      if (error instanceof RetriableError) throw error;
      const { code, message } = error as ConnectError;
      throw new RetriableError(code, message, { cause: error });
    }
    this.#backoffMs = BACKOFF_MIN_MS;
    this.#metrics.flushed((performance.now() - startedAt) / 1000);
    this.#clear();
    this.context.requestCommit();
  }

  #clear(): void {
    this.#rows = [];
    this.#bytes = 0;
    this.#firstAt = 0;
    this.#moved.clear();
  }

  /** What Snowflake has committed, and nothing that is only collected. */
  override async preCommit(
    offsets: readonly TopicPartitionOffset[],
  ): Promise<readonly TopicPartitionOffset[]> {
    return offsets.flatMap(({ topic, partition, offset }) => {
      const stored = this.#writer.storedOffset({ topic, partition });
      return stored < 0 ? [] : [{ topic, partition, offset: Math.min(stored, offset) }];
    });
  }

  /** What was collected for these partitions is read again by their next owner. */
  override close(partitions: readonly TopicPartition[]): void {
    const closed = new Set(partitions.map(placeName));
    this.#rows = this.#rows.filter(
      ({ record }) =>
        !closed.has(
          placeName({ topic: record.originalTopic, partition: record.originalPartition }),
        ),
    );
    this.#bytes = this.#rows.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const name of closed) {
      this.#positions.delete(name);
      this.#moved.delete(name);
    }
    this.#writer.release(partitions);
  }

  stop(): void {
    this.#stopping.abort();
    this.#writer?.close();
  }
}
