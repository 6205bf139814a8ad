import type { OffsetReader, SourceOffset, SourcePartition } from "#connect-api";
import type { KeyedTopic } from "./keyed-topic.ts";

/**
 * Source offsets, in the records of Kafka's offsets topic: key `["X",{partition}]`, value `{offset}`.
 *
 * Source: org.apache.kafka.connect.storage.KafkaOffsetBackingStore.
 */
export class OffsetStore {
  readonly #topic: KeyedTopic;

  constructor(topic: KeyedTopic) {
    this.#topic = topic;
  }

  reader(connector: string): OffsetReader {
    return {
      offset: async (partition) => {
        const value = this.#topic.get(JSON.stringify([connector, partition]));
        return value === undefined ? null : (JSON.parse(value) as SourceOffset);
      },
    };
  }

  /** All offsets of a connector. */
  list(connector: string): { partition: SourcePartition; offset: SourceOffset }[] {
    const found: { partition: SourcePartition; offset: SourceOffset }[] = [];
    for (const [key, value] of this.#topic.entries()) {
      const [name, partition] = JSON.parse(key) as [string, SourcePartition];
      if (name === connector) found.push({ partition, offset: JSON.parse(value) as SourceOffset });
    }
    return found;
  }

  async put(
    connector: string,
    offsets: readonly (readonly [SourcePartition, SourceOffset | null])[],
  ): Promise<void> {
    if (offsets.length === 0) return;
    await this.#topic.put(
      ...offsets.map(
        ([partition, offset]) =>
          [
            JSON.stringify([connector, partition]),
            offset === null ? null : JSON.stringify(offset),
          ] as const,
      ),
    );
  }
}
