import { setTimeout as delay } from "node:timers/promises";
import { RecordLogError } from "#broker";
import type { GroupMemberInfo, GroupRound, Membership, RecordLog } from "#broker";
import { getLogger } from "../logging/index.ts";
import { divide, taskName } from "./assignor.ts";
import type { MemberShare } from "./assignor.ts";
import type { GroupMetrics, MeasuredGroup } from "./group-metrics.ts";
import type { ConnectorTaskId } from "./herder.ts";
import { LostWork } from "./lost-work.ts";
import { NotHereError } from "./work-sharing.ts";
import type { Share, WorkHolder, WorkSharing } from "./work-sharing.ts";

const log = getLogger("worker.herder.group");

const PROTOCOL = "clinical-connect-1";
/** Changes that come together make one round. */
const GATHER_MS = 50;
/** How long a request waits for the group while that divides the work. */
const STABLE_MS = 10_000;
/** How long a start waits before it goes on without a share. */
const FIRST_ROUND_MS = 30_000;

export interface WorkerGroupOptions {
  readonly groupId: string;
  /** Name of this worker's place: no two processes have it at the same time. */
  clientId(): string;
  /** REST address of this worker, for the others. */
  url(): string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  /** How long the work of a worker that is gone waits for it: `scheduled.rebalance.max.delay.ms`. */
  readonly lostWorkDelayMs: number;
  readonly metrics: GroupMetrics;
}

/** What a member says of itself when it joins. */
interface MemberMetadata {
  readonly url: string;
  /** The round in which it got what it has. */
  readonly generation: number;
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

/** What the leader tells each member. */
interface Assignment extends MemberShare {
  readonly leader: string;
  readonly leaderUrl: string;
}

/** Who has what, and where: only the leader knows. */
interface Division {
  readonly urls: ReadonlyMap<string, string>;
  readonly shares: ReadonlyMap<string, MemberShare>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Several workers that share connectors and tasks. Kafka's group coordinator says who is there and who leads;
 * the leader divides the work, and each member learns its share and who leads. So a request that is another
 * worker's goes to the leader, and from there to whoever has the connector or task.
 *
 * See docs/adr/20261125-workers-share-work-by-kafkas-group-protocol.md.
 */
export class WorkerGroup implements WorkSharing, MeasuredGroup {
  readonly isShared = true;
  readonly protocol = PROTOCOL;
  readonly #log: RecordLog;
  readonly #options: WorkerGroupOptions;
  readonly #stopping = new AbortController();
  #holder: WorkHolder | undefined;
  #membership: Membership | undefined;
  #memberId = "";
  #generation = 0;
  #assignment: Assignment | undefined;
  /** Of the leader; of a round that is under way, until that is taken. */
  #division: Division | undefined;
  /** What this worker runs or still stops: nobody else may get it. */
  #held = { connectors: new Set<string>(), tasks: new Map<string, ConnectorTaskId>() };
  #first = Promise.withResolvers<void>();
  #gathering: NodeJS.Timeout | undefined;
  readonly #lostWork: LostWork;
  #asking: NodeJS.Timeout | undefined;

  constructor(recordLog: RecordLog, options: WorkerGroupOptions) {
    this.#log = recordLog;
    this.#options = options;
    this.#lostWork = new LostWork(options.lostWorkDelayMs);
  }

  get generation(): number {
    return this.#generation;
  }
  get isLeader(): boolean {
    return this.#assignment !== undefined && this.#assignment.leader === this.#memberId;
  }
  /** REST address of the leader; undefined while there is none. */
  get leaderUrl(): string | undefined {
    return this.#assignment?.leaderUrl;
  }

  get assignedConnectors(): number {
    return this.#assignment?.connectors.length ?? 0;
  }
  get assignedTasks(): number {
    return this.#assignment?.tasks.length ?? 0;
  }

  /** Joins; resolves with the first share. Rejects when the group is that of other workers. */
  async start(holder: WorkHolder): Promise<void> {
    this.#holder = holder;
    const { groupId } = this.#options;
    this.#membership = await this.#log.membership({
      clientId: this.#options.clientId(),
      groupId,
      protocol: PROTOCOL,
      sessionTimeoutMs: this.#options.sessionTimeoutMs,
      heartbeatIntervalMs: this.#options.heartbeatIntervalMs,
      rebalanceTimeoutMs: this.#options.rebalanceTimeoutMs,
      metadata: () => bytesOf(this.#metadata()),
      assign: (members, leaderId) => this.#assign(members, leaderId),
      onAssigned: (round) => this.#assigned(round),
      onLost: () => this.#lost(),
      onError: (error) => this.#failed(error),
      observer: this.#options.metrics,
    });
    const signal = this.#stopping.signal;
    const late = delay(FIRST_ROUND_MS, undefined, { signal, ref: false }).catch(() => undefined);
    await Promise.race([this.#first.promise, late]);
  }

  #metadata(): MemberMetadata {
    return {
      url: this.#options.url(),
      generation: this.#generation,
      connectors: [...this.#held.connectors],
      tasks: [...this.#held.tasks.values()],
    };
  }

  async #assign(
    members: readonly GroupMemberInfo[],
    leader: string,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    // The leader knows at least what whoever asked for this round had written.
    const work = await (this.#holder as WorkHolder).work();
    const said = members.map(({ memberId, metadata }) => ({
      memberId,
      ...(JSON.parse(decoder.decode(metadata)) as MemberMetadata),
    }));
    const urls = new Map(said.map(({ memberId, url }) => [memberId, url]));
    if (!this.isLeader) this.#lostWork.forget();
    const available = this.#lostWork.available(work, said);
    const shares = divide(available.work, said);
    this.#lostWork.divided(shares);
    this.#askAgainIn(available.askAgainMs);
    this.#division = { urls, shares };
    const leaderUrl = urls.get(leader) ?? "";
    return new Map(
      [...shares].map(([memberId, share]) => [memberId, bytesOf({ leader, leaderUrl, ...share })]),
    );
  }

  #askAgainIn(ms: number | undefined): void {
    clearTimeout(this.#asking);
    if (ms === undefined) return;
    this.#asking = setTimeout(() => this.#membership?.rejoin(), ms);
    this.#asking.unref();
  }

  async #assigned({ memberId, generation, assignment: bytes }: GroupRound): Promise<void> {
    const assignment = JSON.parse(decoder.decode(bytes)) as Assignment;
    const share = shareOf(assignment);
    this.#memberId = memberId;
    this.#assignment = assignment;
    this.#generation = generation;
    for (const name of assignment.connectors) this.#held.connectors.add(name);
    for (const task of assignment.tasks) this.#held.tasks.set(taskName(task), task);
    await this.#holder?.take(share);
    this.#options.metrics.rebalanced();
    if (this.#letGo(share)) this.#membership?.rejoin();
    this.#first.resolve();
  }

  /** What has stopped is nobody's now; true if there was something. */
  #letGo(share: Share): boolean {
    const { connectors, tasks } = this.#held;
    const before = connectors.size + tasks.size;
    for (const name of connectors) if (!share.hasConnector(name)) connectors.delete(name);
    for (const [name, { connector, task }] of tasks) {
      if (!share.hasTask(connector, task)) tasks.delete(name);
    }
    return connectors.size + tasks.size < before;
  }

  async #lost(): Promise<void> {
    log.warn(
      { code: "WORKER_OUT_OF_GROUP" },
      "The group has gone on without this worker; its connectors and tasks stop here",
    );
    this.#assignment = undefined;
    const nothing = shareOf({ connectors: [], tasks: [] });
    await this.#holder?.take(nothing);
    this.#letGo(nothing);
  }

  #failed(error: RecordLogError): void {
    if (error.code === "GROUP_IN_USE") this.#first.reject(error);
    log.failure(
      error,
      { code: "WORKER_GROUP_UNREACHABLE" },
      "The group of workers does not answer",
    );
  }

  workChanged(): void {
    if (!this.isLeader) return;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#membership?.rejoin();
    }, GATHER_MS);
  }

  // -- who may do what ------------------------------------------------------------------------

  async requireLeader(): Promise<void> {
    const { leader, leaderUrl } = await this.#stable();
    if (leader !== this.#memberId) throw new NotHereError(leaderUrl);
  }

  async requireOwner(name: string, task?: number): Promise<void> {
    const isOf = ({ connectors, tasks }: MemberShare): boolean =>
      task === undefined
        ? connectors.includes(name)
        : tasks.some((each) => each.connector === name && each.task === task);
    const deadline = performance.now() + STABLE_MS;
    for (;;) {
      const own = await this.#stable();
      if (isOf(own)) return;
      if (own.leader !== this.#memberId) throw new NotHereError(own.leaderUrl);
      const [owner] = [...(this.#division?.shares ?? [])].find(([, share]) => isOf(share)) ?? [];
      const url = owner === undefined ? undefined : this.#division?.urls.get(owner);
      // Between two rounds it is nobody's: one has stopped it and the next is about to get it.
      if (url !== undefined && owner !== this.#memberId) throw new NotHereError(url);
      if (performance.now() > deadline) throw new NotHereError(undefined);
      await delay(50);
    }
  }

  /** This worker's assignment; waits a while for a group that is about to give it one. */
  async #stable(): Promise<Assignment> {
    const deadline = performance.now() + STABLE_MS;
    while (!this.#assignment && performance.now() < deadline && !this.#stopping.signal.aborted) {
      await delay(50);
    }
    if (this.#assignment) return this.#assignment;
    throw new NotHereError(undefined);
  }

  async requireMembership(): Promise<void> {
    try {
      await this.#membership?.check();
    } catch (error) {
      // One that is out of the group must not decide for it.
      if (error instanceof RecordLogError && error.code === "COMMIT_REFUSED") {
        throw new NotHereError(undefined);
      }
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#gathering);
    clearTimeout(this.#asking);
    await this.#membership?.leave();
  }
}

function shareOf({ connectors, tasks }: MemberShare): Share {
  const connectorNames = new Set(connectors);
  const taskNames = new Set(tasks.map(taskName));
  return {
    hasConnector: (name) => connectorNames.has(name),
    hasTask: (connector, task) => taskNames.has(taskName({ connector, task })),
  };
}

function bytesOf(value: object): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}
