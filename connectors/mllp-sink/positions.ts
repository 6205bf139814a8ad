import type { SinkRecord, TopicPartition, TopicPartitionOffset } from "#connect-api";

/** One record between `put` and its answer. */
export interface Pending {
  readonly offset: number;
  isDone: boolean;
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

/** How far each partition is answered. Several records may be made of one; they share its offset. */
export class Positions {
  /** In order of their offsets. */
  readonly #pending = new Map<string, Pending[]>();

  add({ originalTopic, originalPartition, originalOffset }: SinkRecord): Pending {
    const pending: Pending = { offset: originalOffset, isDone: false };
    const name = nameOf({ topic: originalTopic, partition: originalPartition });
    const own = this.#pending.get(name);
    if (own) own.push(pending);
    else this.#pending.set(name, [pending]);
    return pending;
  }

  /** Of the offsets up to which records were put, those before which every one has its answer. */
  committable(offsets: readonly TopicPartitionOffset[]): TopicPartitionOffset[] {
    return offsets.map((place) => {
      const own = this.#pending.get(nameOf(place)) ?? [];
      const firstOpen = own.findIndex(({ isDone }) => !isDone);
      own.splice(0, firstOpen < 0 ? own.length : firstOpen);
      return { ...place, offset: own[0]?.offset ?? place.offset };
    });
  }

  forget(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#pending.delete(nameOf(place));
  }
}
