import { RecordLogError } from "../record-log.ts";
import type {
  Consumer,
  ConsumerOptions,
  LogRecord,
  TopicPartition,
  TopicPartitionOffset,
} from "../record-log.ts";
import type { Group, GroupMember } from "./group.ts";
import type { Store } from "./store.ts";
import { waitFor } from "./waiting.ts";

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

export class EmbeddedConsumer implements Consumer {
  readonly groupId: string;
  readonly #store: Store;
  readonly #group: Group;
  readonly #options: ConsumerOptions;
  readonly #member: GroupMember;
  readonly #positions = new Map<string, TopicPartitionOffset>();
  readonly #paused = new Set<string>();
  #assigned: readonly TopicPartition[] = [];
  #generation = -1;
  #wake: (() => void) | undefined;
  #isLost = false;
  #isJoined = false;
  #isClosed = false;
  #closing: Promise<void> | undefined;
  readonly #onClosed: () => void;
  #turn = 0;

  constructor(store: Store, group: Group, options: ConsumerOptions, onClosed: () => void) {
    this.#onClosed = onClosed;
    this.groupId = options.groupId;
    this.#store = store;
    this.#group = group;
    this.#options = options;
    this.#member = {
      topics:
        options.topics instanceof RegExp
          ? new RegExp(`^(?:${options.topics.source})$`, options.topics.flags.replace(/[gy]/g, ""))
          : options.topics,
      wake: () => this.#wake?.(),
      lose: () => {
        this.#isLost = true;
        this.#wake?.();
      },
      polledAt: performance.now(),
      pollIntervalMs: Number(options.settings?.["max.poll.interval.ms"] ?? 300_000),
    };
  }

  async poll(timeoutMs: number, signal?: AbortSignal): Promise<readonly LogRecord[]> {
    this.#ensureOpen();
    const deadline = performance.now() + timeoutMs;
    if (!this.#isJoined) {
      this.#isJoined = true;
      this.#group.join(this.#member);
    }
    for (;;) {
      this.#member.polledAt = performance.now();
      const isReady = await this.#rebalanced();
      const records = isReady ? this.#fetch() : [];
      const left = deadline - performance.now();
      if (records.length > 0 || left <= 0 || signal?.aborted || this.#isClosed) return records;
      await this.#waitForChange(left, signal);
    }
  }

  /** Waits for an append or a rebalance; looks again now and then while others hold up a rebalance. */
  #waitForChange(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#needsRebalance()) return Promise.resolve();
    return waitFor(
      (wake) => {
        this.#wake = wake;
        const stop = this.#store.listen((event) => {
          if (event === "append") wake();
        });
        return () => {
          this.#wake = undefined;
          stop();
        };
      },
      Math.min(timeoutMs, 1000),
      signal,
    );
  }

  #needsRebalance(): boolean {
    return this.#isLost || this.#generationGivenBack !== this.#group.generation;
  }
  /** The generation in which this member has nothing of an older one any more. */
  #generationGivenBack = -1;

  /** Takes part in a rebalance if there is one; says whether records may be fetched. */
  async #rebalanced(): Promise<boolean> {
    if (this.#isLost) {
      this.#isLost = false;
      const lost = this.#assigned;
      this.#forget();
      await this.#options.listener?.onLost(lost);
      this.#group.join(this.#member);
    }
    while (this.#generation !== this.#group.generation) {
      const generation = this.#group.generation;
      if (this.#assigned.length > 0) {
        // Revoked while the group still counts us in, so that a commit in there is accepted.
        await this.#options.listener?.onRevoked(this.#assigned);
        this.#forget();
      }
      this.#generationGivenBack = generation;
      const assigned = this.#group.sync(this.#member);
      if (this.#group.generation !== generation) continue;
      if (!assigned) return false;
      this.#generation = generation;
      this.#assigned = assigned;
      this.#startAt(assigned);
      await this.#options.listener?.onAssigned(assigned);
    }
    return true;
  }

  #forget(): void {
    this.#assigned = [];
    this.#positions.clear();
    this.#paused.clear();
  }

  #startAt(partitions: readonly TopicPartition[]): void {
    const committed = new Map(
      this.#store.groupOffsets(this.groupId).map((position) => [nameOf(position), position.offset]),
    );
    for (const place of partitions) {
      const offset = committed.get(nameOf(place)) ?? this.#reset(place);
      this.#positions.set(nameOf(place), { ...place, offset });
    }
  }

  #reset({ topic, partition }: TopicPartition): number {
    const found = this.#store.topic(topic);
    if (!found) return 0;
    return this.#options.autoOffsetReset === "latest"
      ? (found.heads[partition] ?? 0)
      : this.#store.startOf(found, partition);
  }

  /** Takes partitions in turn, so that a full one does not starve the others. */
  #fetch(): LogRecord[] {
    const limit = this.#options.maxPollRecords ?? 500;
    const records: LogRecord[] = [];
    const places = [...this.#positions.keys()];
    for (let step = 0; step < places.length && records.length < limit; step += 1) {
      const name = places[(this.#turn + step) % places.length] as string;
      if (!this.#paused.has(name)) records.push(...this.#fetchFrom(name, limit - records.length));
    }
    this.#turn += 1;
    return records;
  }

  #fetchFrom(name: string, limit: number): LogRecord[] {
    const position = this.#positions.get(name) as TopicPartitionOffset;
    const topic = this.#store.topic(position.topic);
    const head = topic?.heads[position.partition] ?? 0;
    if (!topic || position.offset === head) return [];
    const from = position.offset > head ? this.#reset(position) : position.offset;
    const records = this.#store.read(topic, position.partition, from, limit);
    const last = records.at(-1);
    this.#positions.set(name, { ...position, offset: last ? last.offset + 1 : head });
    return records;
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.#ensureOpen();
    const assigned = new Set(this.#assigned.map(nameOf));
    if (!this.#group.has(this.#member) || offsets.some((place) => !assigned.has(nameOf(place)))) {
      throw new RecordLogError(
        "COMMIT_REFUSED",
        "The group has given these partitions to another member",
      );
    }
    await this.#store.write({
      records: [],
      groupOffsets: offsets.map(({ topic, partition, offset }) => ({
        groupId: this.groupId,
        topic,
        partition,
        offset,
      })),
    });
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    const names = new Set(partitions.map(nameOf));
    return this.#store.groupOffsets(this.groupId).filter((place) => names.has(nameOf(place)));
  }

  assignment(): readonly TopicPartition[] {
    // A member that was put out learns it in its next poll, and has nothing as of now.
    return this.#group.has(this.#member) ? this.#assigned : [];
  }

  lag(): number {
    const behind = [...this.#positions.values()].map(({ topic, partition, offset }) =>
      Math.max((this.#store.topic(topic)?.heads[partition] ?? 0) - offset, 0),
    );
    return behind.length === 0 ? NaN : Math.max(...behind);
  }

  seek(position: TopicPartitionOffset): void {
    if (this.#positions.has(nameOf(position))) this.#positions.set(nameOf(position), position);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) {
      if (this.#positions.has(nameOf(place))) this.#paused.add(nameOf(place));
    }
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#paused.delete(nameOf(place));
    this.#wake?.();
  }

  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #leave(): Promise<void> {
    const { listener } = this.#options;
    try {
      if (this.#isLost) await listener?.onLost(this.#assigned);
      else if (this.#assigned.length > 0) await listener?.onRevoked(this.#assigned);
    } finally {
      // Also when the listener fails: a member that stayed would hold up the others' rebalance.
      this.#isClosed = true;
      this.#forget();
      this.#group.leave(this.#member);
      this.#wake?.();
      this.#onClosed();
    }
  }

  #ensureOpen(): void {
    if (this.#isClosed) throw new RecordLogError("CLIENT_CLOSED", "The consumer is closed");
  }
}
