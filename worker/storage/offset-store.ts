import type { OffsetReader, SourceOffset, SourcePartition } from "#connect-api";
import { jacksonText } from "#lib/exact-json";
import type { NewRecord } from "#broker";
import type { KeyedTopic } from "./keyed-topic.ts";

export type PartitionOffset = readonly [SourcePartition, SourceOffset | null];

/**
 * Source offsets, in the records of Kafka's offsets topic: key `["X",{partition}]`, value `{offset}`.
 *
 * The topic is read on only when somebody asks: tasks write it, of other workers too, and read it at start.
 * Source: org.apache.kafka.connect.storage.KafkaOffsetBackingStore.
 */
export class OffsetStore {
  readonly #topic: KeyedTopic;

  constructor(topic: KeyedTopic) {
    this.#topic = topic;
  }

  get topic(): string {
    return this.#topic.topic;
  }

  reader(connector: string): OffsetReader {
    const offsets = async (partitions: readonly SourcePartition[]) => {
      await this.#topic.readToEnd();
      return new Map(
        partitions.map((partition) => {
          const value = this.#topic.get(this.#key(connector, partition));
          return [partition, value === undefined ? null : (JSON.parse(value) as SourceOffset)];
        }),
      );
    };
    return {
      offsets,
      offset: async (partition) => (await offsets([partition])).get(partition) ?? null,
    };
  }

  /** All offsets of a connector. */
  async list(connector: string): Promise<{ partition: SourcePartition; offset: SourceOffset }[]> {
    await this.#topic.readToEnd();
    return [...this.#ofConnector(connector)].map(([partition, , value]) => ({
      partition,
      offset: JSON.parse(value) as SourceOffset,
    }));
  }

  *#ofConnector(connector: string): Iterable<[SourcePartition, key: string, value: string]> {
    const start = jacksonText(JSON.stringify([connector])).slice(0, -1);
    for (const [key, value] of this.#topic.entries()) {
      if (!key.startsWith(start)) continue;
      const parsed = parsedKey(key);
      if (parsed?.[0] === connector) yield [parsed[1], key, value];
    }
  }

  /**
   * The key of a partition as it is in the topic. Compaction, and a Java worker, compare keys by their bytes,
   * and its maps may have another order of members than ours.
   */
  #key(connector: string, partition: SourcePartition): string {
    const key = jacksonText(JSON.stringify([connector, partition]));
    if (Object.keys(partition).length < 2 || this.#topic.get(key) !== undefined) return key;
    const wanted = canonical(partition);
    for (const [other, known] of this.#ofConnector(connector)) {
      if (canonical(other) === wanted) return known;
    }
    return key;
  }

  #entries(connector: string, offsets: readonly PartitionOffset[]) {
    return offsets.map(
      ([partition, offset]) =>
        [
          this.#key(connector, partition),
          offset === null ? null : jacksonText(JSON.stringify(offset)),
        ] as const,
    );
  }

  async put(connector: string, offsets: readonly PartitionOffset[]): Promise<void> {
    if (offsets.length > 0) await this.#topic.put(...this.#entries(connector, offsets));
  }

  /** The records of these offsets, for a transaction that holds the source's records too. */
  records(connector: string, offsets: readonly PartitionOffset[]): readonly NewRecord[] {
    return this.#topic.recordsOf(this.#entries(connector, offsets));
  }
}

/** A key that nobody of us wrote is passed over. */
function parsedKey(key: string): [string, SourcePartition] | undefined {
  try {
    return JSON.parse(key) as [string, SourcePartition];
  } catch {
    return undefined;
  }
}

function canonical(partition: SourcePartition): string {
  return JSON.stringify(Object.entries(partition).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
