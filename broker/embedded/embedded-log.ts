import { RecordLogError } from "../record-log.ts";
import type {
  Admin,
  Consumer,
  ConsumerOptions,
  Producer,
  ProducerOptions,
  Reader,
  ReaderOptions,
  RecordLog,
} from "../record-log.ts";
import { EmbeddedAdmin } from "./admin.ts";
import { EmbeddedConsumer } from "./consumer.ts";
import { Group } from "./group.ts";
import { cleanUp } from "./maintenance.ts";
import { EmbeddedProducer } from "./producer.ts";
import { EmbeddedReader } from "./reader.ts";
import { Store } from "./store.ts";

export interface EmbeddedLogOptions {
  readonly directory: string;
  /**
   * `embedded.read.only` (another process may be writing), `auto.create.topics.enable`,
   * `num.partitions`, `message.max.bytes`, `log.retention.check.interval.ms`; others are ignored.
   */
  readonly settings?: Readonly<Record<string, string>>;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Opens the log in a directory, and makes it if need be.
 *
 * Rejects with LOG_IN_USE when another process writes to it, and with LOG_UNAVAILABLE when it cannot be
 * opened (or, read only, does not exist).
 */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
  const settings = options.settings ?? {};
  const store = new Store(options.directory, {
    isReadOnly: settings["embedded.read.only"] === "true",
    autoCreateTopics: settings["auto.create.topics.enable"] !== "false",
    defaultPartitions: Number(settings["num.partitions"] ?? 1),
    messageMaxBytes: Number(settings["message.max.bytes"] ?? 32 * MEBIBYTE),
  });
  return new EmbeddedLog(store, Number(settings["log.retention.check.interval.ms"] ?? 300_000));
}

/** A record log in this process. See README.md for what it guarantees. */
export class EmbeddedLog implements RecordLog {
  readonly clusterId: string;
  readonly admin: Admin;
  readonly #store: Store;
  readonly #groups = new Map<string, Group>();
  readonly #consumers = new Set<EmbeddedConsumer>();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, cleanUpIntervalMs: number) {
    this.#store = store;
    this.clusterId = store.clusterId;
    this.admin = new EmbeddedAdmin(
      store,
      (groupId) => !(this.#groups.get(groupId)?.isEmpty ?? true),
    );
    if (store.settings.isReadOnly) return;
    store.listen((event) => {
      if (event !== "topics") return;
      for (const group of this.#groups.values()) group.topicsChanged();
    });
    this.#timer = setInterval(() => this.#tryCleanUp(), cleanUpIntervalMs);
    this.#timer.unref();
  }

  async producer(options: ProducerOptions): Promise<Producer> {
    this.#ensureWritable();
    return new EmbeddedProducer(this.#store, options);
  }

  async consumer(options: ConsumerOptions): Promise<Consumer> {
    this.#ensureWritable();
    let group = this.#groups.get(options.groupId);
    if (!group) {
      group = new Group(this.#store);
      this.#groups.set(options.groupId, group);
    }
    const consumer = new EmbeddedConsumer(this.#store, group, options, () =>
      this.#consumers.delete(consumer),
    );
    this.#consumers.add(consumer);
    return consumer;
  }

  async reader(options: ReaderOptions): Promise<Reader> {
    return new EmbeddedReader(this.#store, options);
  }

  async membership(): Promise<never> {
    throw new RecordLogError(
      "LOG_FAILED",
      "An embedded log belongs to one worker; several workers share a Kafka cluster",
    );
  }

  /** Applies compaction and retention now; otherwise a timer does so every few minutes. */
  cleanUp(now = Date.now()): void {
    cleanUp(this.#store, now);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    const ended = await Promise.allSettled([...this.#consumers].map((each) => each.close()));
    this.#store.close();
    const failed = ended.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  #tryCleanUp(): void {
    try {
      this.cleanUp();
    } catch {
      // Nothing is lost and the next turn tries again. A file that cannot be written fails the
      // sends too, and those tell it; thrown from a timer, it would end the worker.
    }
  }

  #ensureWritable(): void {
    if (!this.#store.settings.isReadOnly) return;
    throw new RecordLogError("LOG_FAILED", "This embedded log was opened for reading only");
  }
}
