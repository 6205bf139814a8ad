/** A partition of the log. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** One record that was taken, with the writes of it that are not settled yet. */
export interface Taken extends Place {
  readonly offset: number;
  open: number;
}

interface Partition {
  /** In order of the log; the first is the oldest that is not settled. */
  taken: Taken[];
  next: number | undefined;
}

const nameOf = ({ topic, partition }: Place): string => `${topic}-${partition}`;

const PRUNE_EVERY = 1000;

/** Lets the settled ones at the front go, but for the newest, whose place may come again. */
function prune(held: Partition): void {
  const oldest = held.taken.findIndex(({ open }) => open > 0);
  held.taken = held.taken.slice(oldest === -1 ? -1 : oldest);
}

/** Which records of each partition are settled, so that only what is safe is committed. */
export class Positions {
  readonly #partitions = new Map<string, Partition>();

  open(places: readonly Place[]): void {
    for (const place of places) this.#partitions.set(nameOf(place), { taken: [], next: undefined });
  }

  close(places: readonly Place[]): void {
    for (const place of places) this.#partitions.delete(nameOf(place));
  }

  has(place: Place): boolean {
    return this.#partitions.has(nameOf(place));
  }

  /** Notes a record as taken; it is settled when `open` is 0 again. Records made of one original share its place. */
  take(topic: string, partition: number, offset: number): Taken {
    const held = this.#partitions.get(nameOf({ topic, partition }));
    const last = held?.taken.at(-1);
    if (last?.offset === offset) return last;
    const taken: Taken = { topic, partition, offset, open: 0 };
    if (held) {
      // What is settled is let go now and then, also when nobody asks for offsets.
      if (held.taken.length % PRUNE_EVERY === PRUNE_EVERY - 1) prune(held);
      held.taken.push(taken);
      held.next = offset + 1;
    }
    return taken;
  }

  /** The first offset that is not settled; undefined when all that was taken is. */
  oldestOpen(place: Place): number | undefined {
    const held = this.#partitions.get(nameOf(place));
    if (!held) return undefined;
    prune(held);
    const [first] = held.taken;
    return first && first.open > 0 ? first.offset : undefined;
  }

  /** Of these offsets, what may be committed: never more than is settled. */
  committableOf<O extends Place & { readonly offset: number }>(
    offsets: readonly O[],
  ): readonly O[] {
    return offsets.flatMap((place) => {
      const committable = this.oldestOpen(place) ?? this.#partitions.get(nameOf(place))?.next;
      if (committable === undefined) return [];
      return [{ ...place, offset: Math.min(committable, place.offset) }];
    });
  }
}
