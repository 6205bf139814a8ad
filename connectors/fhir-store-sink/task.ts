import { ConnectError, DataError, RetriableError, SinkTask } from "#connect-api";
import type { Props, SinkRecord, TopicPartition, TopicPartitionOffset } from "#connect-api";
import { Positions } from "#lib/delivery";
import type { Taken } from "#lib/delivery";
import { StoreSetupError, WriteRefusedError, Writer } from "#lib/fhir-store";
import type { FhirStore, Write } from "#lib/fhir-store";
import { sinkMetrics } from "./metrics.ts";
import type { SinkMetrics } from "./metrics.ts";
import { writesOf } from "./resource-writes.ts";
import type { RecordWrite } from "./resource-writes.ts";
import type { Settings } from "./settings.ts";

/** Where a write came from. */
interface Origin {
  readonly record: SinkRecord;
  readonly taken: Taken;
}

/** How long `put` waits for room before it hands its records back, in milliseconds. */
const ROOM_WAIT_MS = 2000;
/** How long a partition that is taken away waits for what is under way, in milliseconds. */
const RELEASE_WAIT_MS = 10_000;

/** Hands resources to the writer, which works in the background; commits only what the store has confirmed. */
export abstract class FhirSinkTask extends SinkTask {
  readonly version = "1.0.0";
  #settings!: Settings;
  #store: FhirStore | undefined;
  #writer: Writer<Origin> | undefined;
  #metrics!: SinkMetrics;
  readonly #positions = new Positions();
  #failure: Error | undefined;

  /** The settings of the class that was posted. Throws ConfigError. */
  protected abstract settingsOf(props: Props): Settings;

  async start(props: Props): Promise<void> {
    this.#settings = this.settingsOf(props);
    this.#store = await this.#settings.openStore();
    const writer = new Writer<Origin>({
      ...this.#settings.writer,
      store: this.#store,
      on: {
        written: (write) => this.#settled(write, () => this.#metrics.written(write.method)),
        stale: (write) => this.#settled(write, () => this.#metrics.stale()),
        refused: async (write, error) => {
          await this.#refuse(write.origin.record, new DataError(error.code, error.message));
          write.origin.taken.open -= 1;
        },
        failed: (error) => void (this.#failure = taskError(error)),
        sent: (entries, seconds) => this.#metrics.sent(entries, seconds),
        throttled: () => this.#metrics.throttled(),
        retried: (what) => {
          this.#metrics.retried();
          this.context.log.debug({ code: "FHIR_STORE_RETRY", what }, "A write is tried again");
        },
      },
    });
    this.#writer = writer;
    this.#metrics = sinkMetrics(this.context.metrics, {
      buffered: () => writer.buffered.count,
      limit: () => writer.inFlightLimit,
    });
  }

  override open(partitions: readonly TopicPartition[]): void {
    this.#positions.open(partitions);
  }

  override async put(records: readonly SinkRecord[], signal: AbortSignal): Promise<void> {
    this.#throwFailure();
    if (records.length === 0) return;
    // Nothing is taken before there is room for all, so a batch that comes again is not taken twice.
    if (!(await this.#hasRoom(signal))) {
      this.#throwFailure();
      throw new RetriableError(
        "FHIR_STORE_SLOW",
        "The FHIR server takes less than Kafka delivers; nothing more is read until there is room",
      );
    }
    this.#metrics.put(records.length);
    const writes: Write<Origin>[] = [];
    let sequence = 0;
    for (const record of records) {
      const { originalTopic: topic, originalPartition: partition, originalOffset } = record;
      if (!this.#positions.has({ topic, partition })) continue;
      const taken = this.#positions.take(topic, partition, originalOffset);
      if (writes.at(-1)?.origin.taken !== taken) sequence = 0;
      for (const write of await this.#writesOf(record, sequence)) {
        taken.open += 1;
        sequence += 1;
        writes.push({ ...write, origin: { record, taken } });
      }
    }
    this.#writer?.add(writes);
  }

  #hasRoom(signal: AbortSignal): Promise<boolean> {
    const writer = this.#writer as Writer<Origin>;
    const { count, bytes } = this.#settings.buffer;
    const isRoom = (): boolean => writer.buffered.count < count && writer.buffered.bytes < bytes;
    return writer.until(isRoom, ROOM_WAIT_MS, signal);
  }

  async #writesOf(record: SinkRecord, sequence: number): Promise<readonly RecordWrite[]> {
    try {
      return writesOf(record, this.#settings.write, sequence);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      await this.#refuse(record, error);
      return [];
    }
  }

  async #refuse(record: SinkRecord, error: DataError): Promise<void> {
    const reporter = this.context.errantRecordReporter;
    if (!reporter) throw error;
    await reporter.report(record, error);
    this.#metrics.refused();
  }

  #settled({ origin }: Write<Origin>, count: () => void): void {
    // Invariant: an offset becomes committable only here and after a report, both after the fact.
    origin.taken.open -= 1;
    count();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure;
  }

  /** What the store has confirmed, and nothing that waits or is under way. */
  override async preCommit(
    offsets: readonly TopicPartitionOffset[],
  ): Promise<readonly TopicPartitionOffset[]> {
    return this.#positions.committableOf(offsets);
  }

  /** What waits for these partitions is read again by their next owner; what is under way may land first. */
  override async close(partitions: readonly TopicPartition[]): Promise<void> {
    this.#positions.close(partitions);
    await this.#writer?.release(({ taken }) => this.#positions.has(taken), RELEASE_WAIT_MS);
  }

  stop(): void {
    this.#writer?.close();
    this.#store?.close();
  }
}

/** The failure as the worker shows it. */
function taskError(error: Error): Error {
  if (error instanceof StoreSetupError || error instanceof WriteRefusedError) {
    return new ConnectError(error.code, error.message, { cause: error });
  }
  return error;
}
