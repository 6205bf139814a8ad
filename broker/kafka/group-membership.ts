import { setTimeout as delay } from "node:timers/promises";
import type { ConsumerOptions, TopicPartition, TopicPartitionOffset } from "../record-log.ts";
import { kafkaErrorType } from "./errors.ts";
import { MemberAssignment, MemberMetadata, topicMetadata } from "./internals.ts";
import type { Broker, Cluster, ProtocolRequest } from "./internals.ts";

const PROTOCOL = "roundrobin";

/** What passes by itself: the partitions of Kafka's own offsets topic have just moved, or are being loaded. */
const PASSING: ReadonlySet<string> = new Set([
  "GROUP_LOAD_IN_PROGRESS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR_FOR_GROUP",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "CONCURRENT_TRANSACTIONS",
]);
const PASSING_ATTEMPTS = 20;
const PASSING_PAUSE_MS = 50;

/** Who a member is for the coordinator. */
export interface GroupMember {
  readonly memberId: string;
  readonly generation: number;
}

/**
 * Membership in a consumer group by Kafka's classic protocol: join, sync, heartbeat, commit, leave.
 *
 * Source: Kafka protocol guide, "Group Membership API".
 */
export class GroupMembership {
  readonly #cluster: Cluster;
  readonly #options: ConsumerOptions;
  readonly #pattern: RegExp | undefined;
  #coordinator: Broker | undefined;
  #memberId = "";
  #generation = -1;
  #needsJoin = true;
  #isLost = false;
  #heartbeats: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;
  /** Topics of the last join with their partition counts, to see what has changed since. */
  #joined = "";

  constructor(cluster: Cluster, options: ConsumerOptions) {
    this.#cluster = cluster;
    this.#options = options;
    const { topics } = options;
    this.#pattern =
      topics instanceof RegExp
        ? new RegExp(`^(?:${topics.source})$`, topics.flags.replace(/[gy]/g, ""))
        : undefined;
  }

  connect(): Promise<void> {
    return this.#cluster.connect();
  }

  get needsJoin(): boolean {
    return this.#needsJoin;
  }
  /** Whether the group went on without us. */
  get isLost(): boolean {
    return this.#isLost;
  }

  requestRejoin(): void {
    this.#needsJoin = true;
    this.#wake?.();
  }

  /**
   * Joins again after a failure, as somebody new only if the group has forgotten us. A member id that is
   * thrown away without need stays in the group, and the others wait for it until its rebalance times out.
   */
  joinAfter(error: unknown): void {
    const type = kafkaErrorType(error);
    if (type === "UNKNOWN_MEMBER_ID") this.#memberId = "";
    if (type === "UNKNOWN_MEMBER_ID" || type === "ILLEGAL_GENERATION") this.#isLost = true;
    this.requestRejoin();
  }

  whenRejoinIsNeeded(signal: AbortSignal): Promise<void> {
    if (this.#needsJoin) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Joins (again) and returns the partitions of this member. */
  async join(): Promise<readonly TopicPartition[]> {
    this.#stopHeartbeats();
    for (;;) {
      try {
        return await this.#joinOnce();
      } catch (error) {
        // Somebody came or went before we had our share: the whole group waits for us to join again.
        if (kafkaErrorType(error) !== "REBALANCE_IN_PROGRESS") throw error;
      }
    }
  }

  async #joinOnce(): Promise<readonly TopicPartition[]> {
    const { groupId } = this.#options;
    const topics = await this.#topics();
    this.#joined = JSON.stringify([...topics]);
    this.#coordinator = await this.#cluster.findGroupCoordinator({ groupId });
    const joined = await this.#coordinator.joinGroup({
      groupId,
      memberId: this.#memberId,
      sessionTimeout: this.#setting("session.timeout.ms", 10_000),
      rebalanceTimeout: this.#setting("max.poll.interval.ms", 60_000),
      groupProtocols: [
        {
          name: PROTOCOL,
          metadata: MemberMetadata.encode({ version: 1, topics: [...topics.keys()] }),
        },
      ],
    });
    this.#memberId = joined.memberId;
    this.#generation = joined.generationId;
    const isLeader = joined.leaderId === joined.memberId;
    const { memberAssignment } = await this.#coordinator.syncGroup({
      groupId,
      generationId: this.#generation,
      memberId: this.#memberId,
      groupAssignment: isLeader ? await this.#assign(joined.members) : [],
    });
    const { assignment = {} } = MemberAssignment.decode(memberAssignment) ?? {};
    this.#needsJoin = false;
    this.#isLost = false;
    this.#startHeartbeats();
    return Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
  }

  /** The leader deals out the partitions of each topic in turn to the members that want it. */
  async #assign(
    members: readonly { readonly memberId: string; readonly memberMetadata: Uint8Array }[],
  ) {
    const wanted = new Map<string, string[]>();
    for (const { memberId, memberMetadata } of members) {
      for (const topic of MemberMetadata.decode(memberMetadata).topics) {
        wanted.set(topic, [...(wanted.get(topic) ?? []), memberId]);
      }
    }
    const counts = await this.#partitionCounts([...wanted.keys()]);
    const dealt = new Map<string, Record<string, number[]>>(
      members.map(({ memberId }) => [memberId, {}]),
    );
    let turn = 0;
    for (const [topic, candidates] of [...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      for (let partition = 0; partition < (counts.get(topic) ?? 0); partition += 1) {
        const own = dealt.get(candidates[turn++ % candidates.length] ?? "");
        if (own) own[topic] = [...(own[topic] ?? []), partition];
      }
    }
    return [...dealt].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({ version: 1, assignment }),
    }));
  }

  /** Subscribed topics that exist, with their partition counts, sorted. */
  async #topics(): Promise<Map<string, number>> {
    const { topics } = this.#options;
    const counts = await this.#partitionCounts(topics instanceof RegExp ? [] : topics);
    return new Map(
      [...counts]
        .filter(([topic]) => this.#pattern?.test(topic) ?? true)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  /** An empty list means all topics, as in Kafka's protocol. */
  async #partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    const found = await topicMetadata(this.#cluster, []);
    const wanted = new Set(topics);
    return new Map(
      found
        .filter(({ topic }) => wanted.size === 0 || wanted.has(topic))
        .map(({ topic, partitionMetadata }) => [topic, partitionMetadata.length]),
    );
  }

  /** Whether subscribed topics have come, gone or grown since the last join. */
  async topicsChanged(): Promise<boolean> {
    return !this.#needsJoin && JSON.stringify([...(await this.#topics())]) !== this.#joined;
  }

  #startHeartbeats(): void {
    this.#heartbeats = setInterval(
      () => void this.#heartbeat(),
      this.#setting("heartbeat.interval.ms", 1000),
    );
    this.#heartbeats.unref();
  }

  #stopHeartbeats(): void {
    clearInterval(this.#heartbeats);
  }

  async #heartbeat(): Promise<void> {
    const generation = this.#generation;
    try {
      await this.#coordinator?.heartbeat({
        groupId: this.#options.groupId,
        groupGenerationId: generation,
        memberId: this.#memberId,
      });
    } catch (error) {
      // An answer to a heartbeat of before the last join says nothing of now. Every other failure, also
      // that of a coordinator that has moved or is away, is mended by the next join.
      if (generation === this.#generation) this.joinAfter(error);
    }
  }

  /** Sends a request of this member to its coordinator, again while that is being chosen or loads. */
  async send<T>(request: (member: GroupMember) => ProtocolRequest<T>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { groupId } = this.#options;
      this.#coordinator ??= await this.#cluster.findGroupCoordinator({ groupId });
      try {
        const member = { memberId: this.#memberId, generation: this.#generation };
        await this.#coordinator.connectionPool.send(request(member));
        return;
      } catch (error) {
        if (!PASSING.has(kafkaErrorType(error) ?? "") || attempt === PASSING_ATTEMPTS) throw error;
        this.#coordinator = undefined;
        await delay(PASSING_PAUSE_MS);
      }
    }
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    await this.#coordinator?.offsetCommit({
      groupId: this.#options.groupId,
      groupGenerationId: this.#generation,
      memberId: this.#memberId,
      topics: [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, list]) => ({
        topic,
        partitions: list.map(({ partition, offset }) => ({
          partition,
          offset: String(offset),
          metadata: "",
        })),
      })),
    });
  }

  async committed(partitions: readonly TopicPartition[]): Promise<TopicPartitionOffset[]> {
    if (partitions.length === 0) return [];
    const { groupId } = this.#options;
    this.#coordinator ??= await this.#cluster.findGroupCoordinator({ groupId });
    const { responses } = await this.#coordinator.offsetFetch({
      groupId,
      topics: [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, list]) => ({
        topic,
        partitions: list.map(({ partition }) => ({ partition })),
      })),
    });
    return responses.flatMap(({ topic, partitions: found }) =>
      found
        .map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }))
        .filter(({ offset }) => offset >= 0),
    );
  }

  async leave(): Promise<void> {
    this.#stopHeartbeats();
    const { groupId } = this.#options;
    if (this.#memberId !== "") {
      await this.#coordinator
        ?.leaveGroup({ groupId, memberId: this.#memberId })
        .catch(() => undefined);
    }
    await this.#cluster.disconnect().catch(() => undefined);
  }

  #setting(name: string, fallback: number): number {
    return Number(this.#options.settings?.[name] ?? fallback);
  }
}
