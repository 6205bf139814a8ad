import type { Producer, RecordLog } from "#broker";

export interface KeyedTopicOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly clientId: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A compacted topic as a map of texts: read to its end at the start, then written through.
 *
 * Source: org.apache.kafka.connect.util.KafkaBasedLog.
 */
export class KeyedTopic {
  readonly #topic: string;
  readonly #producer: Producer;
  readonly #values = new Map<string, string>();

  private constructor(topic: string, producer: Producer) {
    this.#topic = topic;
    this.#producer = producer;
  }

  /** Makes the topic if need be and reads all of it. */
  static async open(log: RecordLog, options: KeyedTopicOptions): Promise<KeyedTopic> {
    const { topic, partitions, replicationFactor, clientId } = options;
    await log.admin.createTopics([
      { topic, partitions, replicationFactor, config: { "cleanup.policy": "compact" } },
    ]);
    const keyed = new KeyedTopic(topic, await log.producer({ clientId }));
    const reader = await log.reader({ topic });
    try {
      while (!(await reader.isAtEnd())) {
        for (const { key, value } of await reader.poll(1000)) {
          if (key !== null) keyed.#set(decoder.decode(key), value && decoder.decode(value));
        }
      }
    } finally {
      await reader.close();
    }
    return keyed;
  }

  #set(key: string, value: string | null): void {
    if (value === null) this.#values.delete(key);
    else this.#values.set(key, value);
  }

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries();
  }

  /** Resolves when the log has all of them; null removes a key. */
  async put(...entries: readonly (readonly [key: string, value: string | null])[]): Promise<void> {
    await this.#producer.send(
      entries.map(([key, value]) => ({
        topic: this.#topic,
        key: encoder.encode(key),
        value: value === null ? null : encoder.encode(value),
      })),
    );
    for (const [key, value] of entries) this.#set(key, value);
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
