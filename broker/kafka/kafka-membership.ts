import { setTimeout as delay } from "node:timers/promises";
import type { GroupRound, Membership, MembershipOptions } from "../record-log.ts";
import { kafkaErrorType, recordLogError } from "./errors.ts";
import type { Broker, Cluster } from "./internals.ts";
import { joinAsSuccessor } from "./join-as-successor.ts";

/** The type of Kafka Connect's groups, as tools show it. */
const PROTOCOL_TYPE = "connect";
const RETRY_MS = 500;
const CHECK_MS = 10_000;
const CHECK_PAUSE_MS = 50;
/** Whoever does not get away in that time is put out by the coordinator after its session. */
const LEAVE_MS = 3000;

/** The group does not know the member, or has a newer generation: what it had is others' by now. */
const OUT: ReadonlySet<string> = new Set(["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION"]);

/**
 * Membership in a group by Kafka's classic protocol, with metadata and assignments of the caller's own: one
 * loop of join, sync and heartbeats.
 *
 * A member keeps what it has while it joins again; only the outcome says what it has to give up (KIP-415).
 * Source: Kafka protocol guide, "Group Membership API".
 */
export class KafkaMembership implements Membership {
  readonly #connect: () => Cluster;
  readonly #cluster: Cluster;
  readonly #servers: string;
  readonly #options: MembershipOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #coordinator: Broker | undefined;
  #memberId = "";
  #generation = -1;
  #memberCount = 0;
  #needsJoin = true;
  #isJoining = false;
  #hasJoined = false;
  /** Whether there is something that can be lost. */
  #isAssigned = false;
  #heardAt = 0;
  #wake: (() => void) | undefined;
  #applying: Promise<void> = Promise.resolve();

  private constructor(
    connect: () => Cluster,
    cluster: Cluster,
    servers: string,
    options: MembershipOptions,
  ) {
    this.#connect = connect;
    this.#cluster = cluster;
    this.#servers = servers;
    this.#options = options;
    this.#running = this.#run();
  }

  /** Begins to join; resolves at once. A group that this member may not join is told by `onError`. */
  static async join(
    connect: () => Cluster,
    servers: string,
    options: MembershipOptions,
  ): Promise<KafkaMembership> {
    const cluster = connect();
    try {
      await cluster.connect();
      return new KafkaMembership(connect, cluster, servers, options);
    } catch (error) {
      await cluster.disconnect().catch(() => undefined);
      throw recordLogError(error, servers);
    }
  }

  rejoin(): void {
    this.#needsJoin = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        if (this.#needsJoin) await this.#joinOnce();
        else await this.#heartbeat();
        if (!this.#needsJoin) await this.#sleep(this.#options.heartbeatIntervalMs);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error);
      }
    }
  }

  async #recover(error: unknown): Promise<void> {
    const type = kafkaErrorType(error) ?? "";
    if (type === "REBALANCE_IN_PROGRESS") {
      this.#heard();
      this.#needsJoin = true;
      return;
    }
    this.#coordinator = undefined;
    if (OUT.has(type)) {
      // One that was heard within its session was put out: another process has its place, and what it had. After
      // a session, the group has forgotten it; alone, nobody else can have got anything, and it claims it again.
      const wasPutOut =
        type === "UNKNOWN_MEMBER_ID" && this.#silentMs <= this.#options.sessionTimeoutMs;
      if (type === "UNKNOWN_MEMBER_ID") this.#memberId = "";
      this.#needsJoin = true;
      if (wasPutOut || this.#memberCount > 1) this.#lose();
      return;
    }
    this.#loseWhenSilent();
    this.#options.onError(recordLogError(error, this.#servers));
    await this.#sleep(RETRY_MS);
    await this.#lookAgain();
  }

  async #lookAgain(): Promise<void> {
    try {
      await this.#cluster.connect();
      await this.#cluster.refreshMetadata();
    } catch {
      // The next request says what is wrong.
    }
  }

  #heard(): void {
    this.#heardAt = performance.now();
  }
  get #silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  /**
   * Invariant: what this member has not confirmed for a session is given up, because the coordinator gives it
   * to others then. A member that is alone keeps it: there is nobody who could have got it.
   */
  #loseWhenSilent(): void {
    if (this.#silentMs <= this.#options.sessionTimeoutMs || this.#memberCount <= 1) return;
    this.#needsJoin = true;
    this.#lose();
  }

  #lose(): void {
    if (!this.#isAssigned) return;
    this.#isAssigned = false;
    this.#apply(() => this.#options.onLost());
  }

  #apply(act: () => Promise<void>): void {
    this.#applying = this.#applying.then(act).catch((error: unknown) => {
      this.#options.onError(recordLogError(error, this.#servers));
    });
  }

  async #findCoordinator(): Promise<Broker> {
    const { groupId } = this.#options;
    this.#coordinator ??= await this.#cluster.findGroupCoordinator({ groupId });
    return this.#coordinator;
  }

  async #joinOnce(): Promise<void> {
    const { groupId, protocol } = this.#options;
    const coordinator = await this.#findCoordinator();
    this.#needsJoin = false;
    this.#isJoining = true;
    const { observer } = this.#options;
    observer?.joining();
    try {
      let askedAt = performance.now();
      const joined = await this.#firstJoin(() =>
        coordinator.joinGroup({
          groupId,
          memberId: this.#memberId,
          sessionTimeout: this.#options.sessionTimeoutMs,
          rebalanceTimeout: this.#options.rebalanceTimeoutMs,
          protocolType: PROTOCOL_TYPE,
          groupProtocols: [{ name: protocol, metadata: Buffer.from(this.#options.metadata()) }],
        }),
      );
      this.#memberId = joined.memberId;
      this.#generation = joined.generationId;
      this.#heard();
      observer?.joined(performance.now() - askedAt);
      const isLeader = joined.leaderId === joined.memberId;
      const assignments = isLeader
        ? await this.#beating(() =>
            this.#options.assign(
              joined.members.map(({ memberId, memberMetadata }) => ({
                memberId,
                metadata: memberMetadata,
              })),
              joined.memberId,
            ),
          )
        : new Map<string, Uint8Array>();
      if (isLeader) this.#memberCount = joined.members.length;
      askedAt = performance.now();
      const { memberAssignment } = await coordinator.syncGroup({
        groupId,
        generationId: this.#generation,
        memberId: this.#memberId,
        groupAssignment: [...assignments].map(([memberId, assignment]) => ({
          memberId,
          memberAssignment: Buffer.from(assignment),
        })),
      });
      this.#heard();
      observer?.synced(performance.now() - askedAt);
      // A follower is not told how many there are; there is the leader, so it is not alone.
      if (!isLeader) this.#memberCount = 2;
      this.#isAssigned = true;
      const round: GroupRound = {
        memberId: joined.memberId,
        leaderId: joined.leaderId,
        generation: joined.generationId,
        assignment: memberAssignment,
      };
      this.#apply(() => this.#options.onAssigned(round));
    } catch (error) {
      this.#needsJoin = true;
      observer?.joinFailed();
      throw error;
    } finally {
      this.#isJoining = false;
    }
  }

  /** The first join takes the place of an earlier run of this worker. */
  async #firstJoin<T>(join: () => Promise<T>): Promise<T> {
    if (this.#hasJoined) return join();
    const cluster = this.#connect();
    try {
      await cluster.connect();
      const answer = await joinAsSuccessor(cluster, this.#options, join, this.#closing.signal);
      this.#hasJoined = true;
      return answer;
    } finally {
      await cluster.disconnect().catch(() => undefined);
    }
  }

  /** Runs the leader's work, which may take a while, with heartbeats beside it. */
  async #beating<T>(act: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      void this.#heartbeat().catch(() => undefined);
    }, this.#options.heartbeatIntervalMs);
    try {
      return await act();
    } finally {
      clearInterval(timer);
    }
  }

  async #heartbeat(): Promise<void> {
    // After a stop of the process's time, this comes first: others may have had the work for long.
    this.#loseWhenSilent();
    const coordinator = await this.#findCoordinator();
    const askedAt = performance.now();
    await coordinator.heartbeat({
      groupId: this.#options.groupId,
      groupGenerationId: this.#generation,
      memberId: this.#memberId,
    });
    this.#heard();
    this.#options.observer?.heartbeat(performance.now() - askedAt);
  }

  async check(): Promise<void> {
    const deadline = performance.now() + CHECK_MS;
    for (;;) {
      const generation = this.#generation;
      try {
        await this.#heartbeat();
        return;
      } catch (error) {
        const type = kafkaErrorType(error) ?? "";
        if (type === "REBALANCE_IN_PROGRESS") return;
        // A generation that this member is about to get, or has just got, is no reason to call it out.
        const isJoining = this.#isJoining || generation !== this.#generation;
        if (!OUT.has(type) || !isJoining || performance.now() > deadline) {
          throw recordLogError(error, this.#servers);
        }
        await delay(CHECK_PAUSE_MS);
      }
    }
  }

  async #sleep(ms: number): Promise<void> {
    const awake = new AbortController();
    this.#wake = () => awake.abort();
    const signal = AbortSignal.any([awake.signal, this.#closing.signal]);
    await delay(ms, undefined, { signal }).catch(() => undefined);
    this.#wake = undefined;
  }

  async leave(): Promise<void> {
    this.#closing.abort();
    const { groupId } = this.#options;
    const memberId = this.#memberId;
    // A join that waits for the others would hold up everything behind it on its connection.
    const fresh = this.#connect();
    const goodbye = async (): Promise<void> => {
      await fresh.connect();
      await fresh.refreshMetadata();
      const coordinator = await fresh.findGroupCoordinator({ groupId });
      await coordinator.leaveGroup({ groupId, memberId });
    };
    if (memberId !== "") {
      const late = delay(LEAVE_MS, undefined, { ref: false });
      await Promise.race([goodbye().catch(() => undefined), late]);
    }
    await fresh.disconnect().catch(() => undefined);
    await this.#cluster.disconnect().catch(() => undefined);
    await this.#running.catch(() => undefined);
    await this.#applying;
  }
}
