import type { TopicPartition } from "../record-log.ts";
import type { Store } from "./store.ts";

/** What a group knows of a member. */
export interface GroupMember {
  readonly topics: readonly string[] | RegExp;
  /** Called when the member should poll: a rebalance has begun or ended. */
  wake(): void;
  /** Called when the group goes on without the member. */
  lose(): void;
  /** When it polled last, in milliseconds of performance.now(). */
  polledAt: number;
  /** How long it may stay away from poll while others wait for it. */
  readonly pollIntervalMs: number;
}

/**
 * One consumer group: who is in it and who has which partitions.
 *
 * Eager rebalancing: when the membership or the topics change, a new generation begins; each member
 * gives back its partitions in its next poll, and when all have, the partitions are dealt out again.
 * A member that stays away longer than its poll interval is put out.
 */
export class Group {
  readonly #store: Store;
  readonly #members = new Map<GroupMember, { ready: number; assigned: TopicPartition[] }>();
  #generation = 0;
  /** The generation whose partitions are dealt out. */
  #dealt = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get generation(): number {
    return this.#generation;
  }
  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  join(member: GroupMember): void {
    this.#members.set(member, { ready: -1, assigned: [] });
    this.rebalance();
  }

  leave(member: GroupMember): void {
    if (this.#members.delete(member)) this.rebalance();
  }

  has(member: GroupMember): boolean {
    return this.#members.has(member);
  }

  /** Begins a new generation. */
  rebalance(): void {
    this.#generation += 1;
    for (const member of this.#members.keys()) member.wake();
    this.#dealWhenReady();
  }

  /** Begins a new generation if a change of topics matters to a member. */
  topicsChanged(): void {
    const before = [...this.#members.values()].flatMap(({ assigned }) => assigned).length;
    const now = new Set([...this.#members.keys()].flatMap((member) => this.#partitionsFor(member)));
    if (now.size !== before) this.rebalance();
  }

  /**
   * The member has given back what it had. Returns its new partitions, or undefined while others
   * have not given back theirs.
   */
  sync(member: GroupMember): readonly TopicPartition[] | undefined {
    const state = this.#members.get(member);
    if (!state) return undefined;
    state.ready = this.#generation;
    this.#putOutTheLate();
    this.#dealWhenReady();
    return this.#dealt === this.#generation ? state.assigned : undefined;
  }

  #putOutTheLate(): void {
    const now = performance.now();
    for (const [member, { ready }] of this.#members) {
      if (ready === this.#generation || now - member.polledAt < member.pollIntervalMs) continue;
      this.#members.delete(member);
      member.lose();
    }
  }

  #dealWhenReady(): void {
    if (this.#dealt === this.#generation) return;
    const states = [...this.#members.values()];
    if (states.length === 0 || states.some(({ ready }) => ready !== this.#generation)) return;
    for (const state of states) state.assigned = [];
    const wanted = new Map<string, GroupMember[]>();
    for (const member of this.#members.keys()) {
      for (const name of this.#partitionsFor(member)) {
        wanted.set(name, [...(wanted.get(name) ?? []), member]);
      }
    }
    let turn = 0;
    for (const [name, candidates] of [...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const member = candidates[turn % candidates.length] as GroupMember;
      turn += 1;
      const at = name.lastIndexOf("-");
      this.#members
        .get(member)
        ?.assigned.push({ topic: name.slice(0, at), partition: Number(name.slice(at + 1)) });
    }
    this.#dealt = this.#generation;
    for (const member of this.#members.keys()) member.wake();
  }

  /** `topic-partition` names of all that a member subscribes to. */
  #partitionsFor({ topics }: GroupMember): string[] {
    return this.#store
      .topics()
      .filter(({ name }) => (topics instanceof RegExp ? topics.test(name) : topics.includes(name)))
      .flatMap(({ name, heads }) => heads.map((_, partition) => `${name}-${partition}`));
  }
}
