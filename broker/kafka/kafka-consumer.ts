import { setTimeout as delay } from "node:timers/promises";
import type { Kafka } from "kafkajs";
import { RecordLogError } from "../record-log.ts";
import type {
  Consumer,
  ConsumerOptions,
  LogRecord,
  TopicPartition,
  TopicPartitionOffset,
} from "../record-log.ts";
import { kafkaErrorType, recordLogError } from "./errors.ts";
import { edgeOffsets, fetchOnce } from "./fetcher.ts";
import { GroupMembership } from "./group-membership.ts";
import type { GroupMember } from "./group-membership.ts";
import { READ_COMMITTED, READ_UNCOMMITTED, createCluster } from "./internals.ts";
import type { Cluster, ProtocolRequest } from "./internals.ts";
import { joinAsSuccessor } from "./join-as-successor.ts";

const FETCH_WAIT_MS = 500;
const UNAVAILABLE_PAUSE_MS = 500;
const LEAVE_WAIT_MS = 1000;
const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

type Joined = { readonly partitions: readonly TopicPartition[] } | { readonly error: unknown };

/**
 * A consumer that is polled. Fetching and group membership use connections of their own, because a fetch
 * that waits for records holds up everything behind it.
 */
export class KafkaConsumer implements Consumer {
  readonly groupId: string;
  readonly #servers: string;
  readonly #options: ConsumerOptions;
  readonly #cluster: Cluster;
  readonly #membership: GroupMembership;
  readonly #isolation: number;
  readonly #positions = new Map<string, TopicPartitionOffset>();
  /** Where the log ended when a partition was fetched last. */
  readonly #ends = new Map<string, number>();
  readonly #paused = new Set<string>();
  #assigned: readonly TopicPartition[] = [];
  #buffer: LogRecord[] = [];
  #fetching: Promise<void> | undefined;
  #fetchFailure: unknown;
  /** A join that is under way; it goes on between polls. */
  #joining: Promise<Joined> | undefined;
  #nextMetadataLook = 0;
  #hasJoined = false;
  readonly #closing = new AbortController();

  constructor(kafka: Kafka, servers: string, options: ConsumerOptions) {
    this.groupId = options.groupId;
    this.#servers = servers;
    this.#options = options;
    this.#isolation = options.isolation === "read_uncommitted" ? READ_UNCOMMITTED : READ_COMMITTED;
    this.#cluster = createCluster(kafka, this.#isolation);
    this.#membership = new GroupMembership(createCluster(kafka, this.#isolation), options);
  }

  async connect(): Promise<void> {
    try {
      await this.#cluster.connect();
      await this.#membership.connect();
    } catch (error) {
      throw recordLogError(error, this.#servers);
    }
  }

  async poll(timeoutMs: number, signal?: AbortSignal): Promise<readonly LogRecord[]> {
    if (this.#closing.signal.aborted)
      throw new RecordLogError("CLIENT_CLOSED", "The consumer is closed");
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      try {
        await this.#rebalance(deadline - performance.now(), signal);
        await this.#lookForTopics();
        this.#rethrow();
      } catch (error) {
        // A broker that is away comes back; the members of the group wait for it.
        await this.#recover(error, signal);
      }
      const records = this.#take();
      const left = deadline - performance.now();
      if (records.length > 0 || left <= 0 || signal?.aborted) return records;
      await this.#waitForRecords(left, signal);
    }
  }

  /** What listeners throw is theirs and goes through; what Kafka does passes, unless it is refused for good. */
  async #recover(error: unknown, signal?: AbortSignal): Promise<void> {
    const failure = recordLogError(error, this.#servers);
    const isTransient =
      failure.isRetriable || failure.code === "COMMIT_REFUSED" || failure.code === "TOPIC_UNKNOWN";
    if (!isTransient) throw error;
    this.#membership.joinAfter(error);
    await delay(UNAVAILABLE_PAUSE_MS, undefined, { signal }).catch(() => undefined);
    await this.#cluster.refreshMetadata().catch(() => undefined);
  }

  async #rebalance(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (!this.#membership.needsJoin && !this.#joining) return;
    if (!this.#joining && this.#assigned.length > 0) {
      const before = this.#assigned;
      const isLost = this.#membership.isLost;
      // Revoked while the coordinator still knows our generation, so that a commit in there is accepted.
      if (isLost) {
        this.#forget();
        await this.#options.listener?.onLost(before);
      } else {
        await this.#options.listener?.onRevoked(before);
        this.#forget();
      }
    }
    // Kafka answers a join when all members have joined, which may take longer than this poll may.
    this.#joining ??= this.#join().then(
      (partitions) => ({ partitions }),
      (error: unknown) => ({ error }),
    );
    const joined = await this.#joinedWithin(timeoutMs, signal);
    if (!joined) return;
    this.#joining = undefined;
    if ("error" in joined) throw joined.error;
    this.#assigned = joined.partitions;
    await this.#startAt(this.#assigned);
    await this.#options.listener?.onAssigned(this.#assigned);
  }

  /** The first join takes the place of an earlier run of this consumer, if that is wanted. */
  async #join(): Promise<readonly TopicPartition[]> {
    const join = () => this.#membership.join();
    if (!this.#options.replacesSameClient || this.#hasJoined) return join();
    // Nothing is fetched before, so the other connections are free.
    const partitions = await joinAsSuccessor(
      this.#cluster,
      this.#options,
      join,
      this.#closing.signal,
    );
    this.#hasJoined = true;
    return partitions;
  }

  async #joinedWithin(timeoutMs: number, signal?: AbortSignal): Promise<Joined | undefined> {
    const timer = new AbortController();
    const ends = AbortSignal.any([timer.signal, ...(signal ? [signal] : [])]);
    const wait = delay(Math.max(timeoutMs, 0), undefined, { signal: ends }).catch(() => undefined);
    const joined = await Promise.race([this.#joining, wait]);
    timer.abort();
    return joined;
  }

  #forget(): void {
    this.#assigned = [];
    this.#positions.clear();
    this.#ends.clear();
    this.#paused.clear();
    this.#buffer = [];
  }

  async #startAt(partitions: readonly TopicPartition[]): Promise<void> {
    const committed = new Map(
      (await this.#membership.committed(partitions)).map((place) => [nameOf(place), place.offset]),
    );
    const reset = this.#options.autoOffsetReset ?? "earliest";
    for (const [topic, list] of Map.groupBy(partitions, (place) => place.topic)) {
      const missing = list.filter((place) => !committed.has(nameOf(place)));
      const numbers = missing.map(({ partition }) => partition);
      const edges =
        numbers.length > 0
          ? await edgeOffsets(this.#cluster, topic, numbers, reset, this.#servers)
          : new Map<number, number>();
      for (const place of list) {
        const offset = committed.get(nameOf(place)) ?? edges.get(place.partition) ?? 0;
        this.#positions.set(nameOf(place), { ...place, offset });
      }
    }
  }

  /** Sees new topics of a pattern, and new partitions, every `metadata.max.age.ms`. */
  async #lookForTopics(): Promise<void> {
    if (performance.now() < this.#nextMetadataLook) return;
    const age = Number(this.#options.settings?.["metadata.max.age.ms"] ?? 300_000);
    this.#nextMetadataLook = performance.now() + age;
    if (await this.#membership.topicsChanged()) this.#membership.requestRejoin();
  }

  #rethrow(): void {
    const failure = this.#fetchFailure;
    this.#fetchFailure = undefined;
    if (failure !== undefined) throw failure;
  }

  /** At most `maxPollRecords` of what was fetched, without those of paused partitions. */
  #take(): LogRecord[] {
    const limit = this.#options.maxPollRecords ?? 500;
    if (this.#paused.size === 0) return this.#buffer.splice(0, limit);
    const taken: LogRecord[] = [];
    this.#buffer = this.#buffer.filter((record) => {
      if (taken.length >= limit || this.#paused.has(nameOf(record))) return true;
      taken.push(record);
      return false;
    });
    return taken;
  }

  async #waitForRecords(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    const timer = new AbortController();
    const ends = [timer.signal, ...(signal ? [signal] : [])];
    const untilLook = Math.max(this.#nextMetadataLook - performance.now(), 0);
    const wait = delay(Math.min(timeoutMs, untilLook, 1000), undefined, {
      signal: AbortSignal.any(ends),
    }).catch(() => undefined);
    await Promise.race([this.#fetching, wait, this.#membership.whenRejoinIsNeeded(timer.signal)]);
    timer.abort();
  }

  async #fetch(): Promise<void> {
    const buffered = new Set(this.#buffer.map(nameOf));
    const positions = [...this.#positions.values()].filter(
      (place) => !this.#paused.has(nameOf(place)) && !buffered.has(nameOf(place)),
    );
    if (positions.length === 0) {
      await delay(100);
      return;
    }
    try {
      const fetched = await fetchOnce(this.#cluster, this.#isolation, positions, FETCH_WAIT_MS);
      for (const { from, records, next, end, isOutOfRange } of fetched) {
        const current = this.#positions.get(nameOf(from));
        // Sought or taken away meanwhile: what came is not wanted any more.
        if (current?.offset !== from.offset) continue;
        if (end !== undefined) this.#ends.set(nameOf(from), end);
        if (isOutOfRange) await this.#resetPosition(from);
        else this.#positions.set(nameOf(from), { ...from, offset: next });
        this.#buffer.push(...records);
      }
    } catch (error) {
      this.#fetchFailure = error;
    }
  }

  async #resetPosition({ topic, partition }: TopicPartition): Promise<void> {
    const reset = this.#options.autoOffsetReset ?? "earliest";
    const edges = await edgeOffsets(this.#cluster, topic, [partition], reset, this.#servers);
    const offset = edges.get(partition) ?? 0;
    this.#positions.set(nameOf({ topic, partition }), { topic, partition, offset });
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    this.#checkAssigned(offsets);
    await this.#asMember(() => this.#membership.commit(offsets));
  }

  /**
   * Sends offsets that belong to a transaction; `request` gets the member and its generation. Rejects with
   * COMMIT_REFUSED when the group has given the partitions away.
   */
  async commitInTransaction<T>(
    offsets: readonly TopicPartitionOffset[],
    request: (member: GroupMember) => ProtocolRequest<T>,
  ): Promise<void> {
    this.#checkAssigned(offsets);
    await this.#asMember(() => this.#membership.send(request));
  }

  #checkAssigned(partitions: readonly TopicPartition[]): void {
    const assigned = new Set(this.#assigned.map(nameOf));
    if (partitions.some((place) => !assigned.has(nameOf(place)))) {
      throw new RecordLogError(
        "COMMIT_REFUSED",
        "The group has given these partitions to another member",
      );
    }
  }

  async #asMember(call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (kafkaErrorType(error) !== undefined) this.#membership.joinAfter(error);
      throw recordLogError(error, this.#servers);
    }
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    try {
      return await this.#membership.committed(partitions);
    } catch (error) {
      throw recordLogError(error, this.#servers);
    }
  }

  assignment(): readonly TopicPartition[] {
    return this.#assigned;
  }

  lag(): number {
    let most = NaN;
    for (const [name, end] of this.#ends) {
      const buffered = this.#buffer.find((record) => nameOf(record) === name)?.offset;
      const next = buffered ?? this.#positions.get(name)?.offset ?? end;
      const behind = Math.max(end - next, 0);
      most = Number.isNaN(most) ? behind : Math.max(most, behind);
    }
    return most;
  }

  seek(position: TopicPartitionOffset): void {
    const name = nameOf(position);
    if (!this.#positions.has(name)) return;
    this.#positions.set(name, position);
    this.#buffer = this.#buffer.filter((record) => nameOf(record) !== name);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) {
      if (this.#positions.has(nameOf(place))) this.#paused.add(nameOf(place));
    }
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#paused.delete(nameOf(place));
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    if (this.#assigned.length > 0) await this.#options.listener?.onRevoked(this.#assigned);
    this.#forget();
    // A member that leaves in the middle of a join would stay in the group until its session ends.
    if (this.#joining) await this.#joinedWithin(LEAVE_WAIT_MS);
    await this.#membership.leave();
    await this.#cluster.disconnect().catch(() => undefined);
  }
}
