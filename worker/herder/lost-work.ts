import { taskName } from "./assignor.ts";
import type { MemberClaim, MemberShare } from "./assignor.ts";
import type { Work } from "./work-sharing.ts";

/** What may be given out now, and when to ask again for the rest. */
export interface Available {
  readonly work: Work;
  /** Milliseconds until the rest may be given out too; undefined when there is none. */
  readonly askAgainMs: number | undefined;
}

/**
 * What workers had that are gone: it waits for them up to `scheduled.rebalance.max.delay.ms` and is given to
 * others then. It waits no longer when there are as many workers again as before, so that one which comes back,
 * or the one that replaces it, gets it at once.
 *
 * Only a leader knows what a worker had that is gone; a new leader gives everything out.
 * Source of the rules: IncrementalCooperativeAssignor.handleLostAssignments, where whoever comes back waits for the
 * delay too.
 */
export class LostWork {
  readonly #delayMaxMs: number;
  readonly #now: () => number;
  #before: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #lost = new Set<string>();
  /** How many workers there were before the first of them went. */
  #memberCount = 0;
  #deadline: number | undefined;

  constructor(delayMaxMs: number, now: () => number = () => performance.now()) {
    this.#delayMaxMs = delayMaxMs;
    this.#now = now;
  }

  /** Another worker has led meanwhile, or this one was out of the group. */
  forget(): void {
    this.#before = new Map();
    this.#end();
  }

  #end(): void {
    this.#lost.clear();
    this.#memberCount = 0;
    this.#deadline = undefined;
  }

  /** Asked at the begin of each round. */
  available(work: Work, claims: readonly MemberClaim[]): Available {
    this.#lookForLost(work, claims);
    if (this.#lost.size === 0 || this.#delayMaxMs === 0 || claims.length >= this.#memberCount) {
      this.#end();
      return { work, askAgainMs: undefined };
    }
    const now = this.#now();
    this.#deadline ??= now + this.#delayMaxMs;
    if (now >= this.#deadline) {
      this.#end();
      return { work, askAgainMs: undefined };
    }
    return {
      work: {
        connectors: work.connectors.filter((name) => !this.#lost.has(name)),
        tasks: work.tasks.filter((task) => !this.#lost.has(nameOf(task))),
      },
      askAgainMs: this.#deadline - now,
    };
  }

  #lookForLost(work: Work, claims: readonly MemberClaim[]): void {
    const present = new Set(claims.map(({ memberId }) => memberId));
    for (const [memberId, names] of this.#before) {
      if (present.has(memberId)) continue;
      this.#memberCount = Math.max(this.#memberCount, this.#before.size);
      for (const name of names) this.#lost.add(name);
    }
    const wanted = namesOf(work);
    const claimed = new Set(claims.flatMap((claim) => [...namesOf(claim)]));
    for (const name of this.#lost) {
      if (!wanted.has(name) || claimed.has(name)) this.#lost.delete(name);
    }
  }

  /** Who gets what in this round. */
  divided(shares: ReadonlyMap<string, MemberShare>): void {
    this.#before = new Map([...shares].map(([memberId, share]) => [memberId, namesOf(share)]));
  }
}

/** Of a task; no connector can be called so, because its name has no line break. */
const nameOf = (task: Work["tasks"][number]): string => `task\n${taskName(task)}`;

function namesOf({ connectors, tasks }: Work | MemberShare): Set<string> {
  return new Set([...connectors, ...tasks.map(nameOf)]);
}
