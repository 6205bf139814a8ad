/**
 * How much of its time something has spent in each state, from its first state on.
 *
 * Source: org.apache.kafka.connect.runtime.StateTracker.
 */
export class StateTimes {
  readonly #now: () => number;
  readonly #totals = new Map<string, number>();
  #current: { readonly state: string; readonly since: number } | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  enter(state: string): void {
    const now = this.#now();
    const { state: before, since = now } = this.#current ?? {};
    if (before !== undefined) {
      this.#totals.set(before, (this.#totals.get(before) ?? 0) + now - since);
    }
    this.#current = { state, since: now };
  }

  /** Between 0 and 1. */
  share(state: string): number {
    const { state: current, since = 0 } = this.#current ?? {};
    const present = current === undefined ? 0 : this.#now() - since;
    const all = [...this.#totals.values()].reduce((sum, ms) => sum + ms, present);
    if (all === 0) return current === state ? 1 : 0;
    return ((this.#totals.get(state) ?? 0) + (current === state ? present : 0)) / all;
  }
}
