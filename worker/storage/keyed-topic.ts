import { setTimeout as delay } from "node:timers/promises";
import type { LogRecord, NewRecord, Producer, Reader, RecordLog } from "#broker";
import { getLogger } from "../logging/index.ts";
import { ensureInternalTopic } from "./internal-topics.ts";
import type { InternalTopic } from "./internal-topics.ts";

const log = getLogger("worker.storage");

export interface KeyedTopicOptions extends InternalTopic {
  /** Client settings of the producer, as text. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A key and its value; null removes the key. */
export type KeyedEntry = readonly [key: string, value: string | null];

/** What a record of the topic says; null removes the key. */
export interface KeyedRecord {
  readonly key: string;
  readonly value: string | null;
}

interface Stored {
  readonly value: string | null;
  readonly offset: number;
}

/** How long a poll may wait for records. */
const FOLLOW_MS = 5000;
const CATCH_UP_MS = 500;
const RETRY_MS = 1000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A compacted topic as a map of texts: read to its end at the start, then written through, and read on as
 * far as the owner asks for, because other workers write to it too.
 *
 * Invariant: of two values of a key, the one with the higher offset holds, whichever way it came here.
 * Source: org.apache.kafka.connect.util.KafkaBasedLog.
 */
export class KeyedTopic {
  readonly topic: string;
  readonly #producer: Producer;
  readonly #reader: Reader;
  readonly #stored = new Map<string, Stored>();
  readonly #listeners = new Set<(record: KeyedRecord) => void>();
  readonly #closing = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  #following: Promise<void> | undefined;
  #look: Promise<void> = Promise.resolve();
  #nextLook: Promise<void> | undefined;

  private constructor(topic: string, producer: Producer, reader: Reader) {
    this.topic = topic;
    this.#producer = producer;
    this.#reader = reader;
  }

  /** Makes the topic if need be and reads all of it. Rejects with ConfigError for a topic that would lose records. */
  static async open(recordLog: RecordLog, options: KeyedTopicOptions): Promise<KeyedTopic> {
    const { topic, clientId, settings = {} } = options;
    await ensureInternalTopic(recordLog, options);
    const producer = await recordLog.producer({ clientId, settings });
    try {
      const keyed = new KeyedTopic(topic, producer, await recordLog.reader({ topic }));
      await keyed.readToEnd();
      return keyed;
    } catch (error) {
      await producer.close();
      throw error;
    }
  }

  get(key: string): string | undefined {
    return this.#stored.get(key)?.value ?? undefined;
  }

  /** Keys and values, in the order in which they were last written. */
  *entries(): IterableIterator<[string, string]> {
    for (const [key, { value }] of this.#stored) if (value !== null) yield [key, value];
  }

  /** Tells of every record that is read from now on, in the order of the log; those of this worker too. */
  listen(listener: (record: KeyedRecord) => void): void {
    this.#listeners.add(listener);
  }

  /** Reads on by itself until the end, so that listeners hear of what others write. */
  follow(): void {
    this.#following ??= this.#follow();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#advance(FOLLOW_MS);
      } catch (error) {
        if (signal.aborted) return;
        const fields = { code: "INTERNAL_TOPIC_UNREADABLE", topic: this.topic };
        log.failure(error, fields, "An internal topic cannot be read; trying again");
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Resolves when everything is known that was in the topic at the time of the call. */
  async readToEnd(): Promise<void> {
    // Whoever asks while one is looking for the end may not share its answer, but shares the next one.
    this.#nextLook ??= this.#look.then(() => {
      this.#nextLook = undefined;
      const look = this.#lookForEnd();
      this.#look = look.catch(() => undefined);
      return look;
    });
    await this.#nextLook;
  }

  async #lookForEnd(): Promise<void> {
    while (!(await this.#reader.isAtEnd())) await this.#advance(CATCH_UP_MS);
    // A poll that ended in this turn has its records applied at the end of it.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** One poll at a time: those who wait for the same records share one. */
  #advance(timeoutMs: number): Promise<void> {
    const next = this.#reading
      .catch(() => undefined)
      .then(async () => {
        const records = await this.#reader.poll(timeoutMs, this.#closing.signal);
        for (const record of records) this.#apply(record);
      });
    this.#reading = next;
    return next;
  }

  #apply({ key: rawKey, value: rawValue, offset }: LogRecord): void {
    if (rawKey === null) return;
    const key = decoder.decode(rawKey);
    const value = rawValue === null ? null : decoder.decode(rawValue);
    this.#set(key, value, offset);
    for (const listener of this.#listeners) listener({ key, value });
  }

  /** A removed key stays, without value, so that an older value which is read later does not come back. */
  #set(key: string, value: string | null, offset: number): void {
    const known = this.#stored.get(key);
    if (known && known.offset >= offset) return;
    this.#stored.delete(key);
    this.#stored.set(key, { value, offset });
  }

  /** The records that `put` would write, for those who write them in a transaction. */
  recordsOf(entries: readonly KeyedEntry[]): readonly NewRecord[] {
    return entries.map(([key, value]) => ({
      topic: this.topic,
      key: encoder.encode(key),
      value: value === null ? null : encoder.encode(value),
    }));
  }

  /** Resolves when the log has all of them; null removes a key. */
  async put(...entries: readonly KeyedEntry[]): Promise<void> {
    const results = await this.#producer.send(this.recordsOf(entries));
    for (const [index, [key, value]] of entries.entries()) {
      this.#set(key, value, results[index]?.offset ?? 0);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reader.close();
    await this.#following;
    await this.#producer.close();
  }
}
