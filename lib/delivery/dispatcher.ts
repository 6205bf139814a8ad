import { Lanes } from "./lanes.ts";
import type { Queued, Waiting } from "./lanes.ts";
import { Pace, jitter } from "./pace.ts";
import type { PaceOptions } from "./pace.ts";

export interface DispatcherOptions<W extends Queued> extends PaceOptions {
  /** How much one request takes. */
  readonly request: { readonly entriesMax: number; readonly bytesMax: number };
  /**
   * One request for these. Each of them ends in `done` or `putOff` before it returns; what it throws ends the dispatcher.
   */
  readonly work: (taken: readonly Waiting<W>[]) => Promise<void>;
  /** It has ended; nothing more is sent. */
  readonly failed: (error: Error) => void;
}

/**
 * Sends what was added in the background: in order for each key, different keys side by side, as many requests at once as
 * the other side bears.
 */
export class Dispatcher<W extends Queued> {
  readonly pace: Pace;
  readonly #options: DispatcherOptions<W>;
  readonly #lanes: Lanes<W>;
  readonly #underWay = new Set<Waiting<W>>();
  readonly #stopping = new AbortController();
  #pauseTimer: NodeJS.Timeout | undefined;
  #changed: (() => void)[] = [];
  #isOver = false;
  /** What the other side took; by it a failure of one is told from a failure of all. */
  #successes = 0;
  readonly #successesAt = new WeakMap<Waiting<W>, number>();

  constructor(options: DispatcherOptions<W>) {
    this.#options = options;
    this.#lanes = new Lanes(() => this.#pump());
    this.pace = new Pace(options);
  }

  get buffered(): { readonly count: number; readonly bytes: number } {
    return { count: this.#lanes.count, bytes: this.#lanes.bytes };
  }

  /** Ends with the dispatcher. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  add(writes: readonly W[]): void {
    for (const write of writes) this.#lanes.add(write);
    this.#pump();
  }

  /** Waits until the condition holds, asked after each change; false when the time is up or it is over. */
  async until(isTrue: () => boolean, ms: number, signal?: AbortSignal): Promise<boolean> {
    if (isTrue()) return true;
    const timeout = AbortSignal.timeout(ms);
    const ended = signal ? AbortSignal.any([timeout, signal]) : timeout;
    while (!isTrue()) {
      if (this.#isOver || ended.aborted) return false;
      await new Promise<void>((resolve) => {
        this.#changed.push(resolve);
        ended.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    return true;
  }

  /**
   * Gives up what waits and is no longer ours, and waits, at most `ms`, for what of it is under way: the next owner
   * should not be overtaken by it.
   */
  async release(isOurs: (write: W) => boolean, ms: number): Promise<void> {
    this.#lanes.drop(isOurs);
    await this.until(() => [...this.#underWay].every(({ write }) => isOurs(write)), ms);
    // What under way failed meanwhile waits again.
    this.#lanes.drop(isOurs);
  }

  /** It is settled, and the next of its key may go. */
  done(waiting: Waiting<W>): void {
    this.#underWay.delete(waiting);
    this.#lanes.done(waiting);
  }

  /** It goes again after a while, before the others of its key. */
  putOff(waiting: Waiting<W>, ms: number): void {
    this.#underWay.delete(waiting);
    this.#lanes.putOff(waiting, ms);
  }

  /** What was put off goes as soon as it may. */
  hurry(key: string): void {
    this.#lanes.hurry(key);
  }

  /** Takes one more into the request that is being made; undefined when it is under way elsewhere, or not there. */
  claim(key: string): Waiting<W> | undefined {
    const waiting = this.#lanes.claim(key);
    if (waiting) this.#underWay.add(waiting);
    return waiting;
  }

  /** A random pause that grows with the attempts, in milliseconds. */
  jitter(attempt: number): number {
    return jitter(attempt, this.#options.backoff, this.#options.random);
  }

  noteSuccess(): void {
    this.#successes += 1;
  }

  /** A failure counts against one only when the other side took others since its last one. */
  countFailure(waiting: Waiting<W>): void {
    if (this.#successes > (this.#successesAt.get(waiting) ?? -1)) waiting.tries += 1;
    this.#successesAt.set(waiting, this.#successes);
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#pauseTimer);
    this.#lanes.close();
    this.#stopping.abort();
    this.#notify();
  }

  #notify(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const resolve of changed) resolve();
  }

  #pump(): void {
    if (this.#isOver) return;
    const { entriesMax, bytesMax } = this.#options.request;
    while (this.#lanes.hasReady && this.pace.mayStart()) {
      const taken = this.#lanes.take(entriesMax, bytesMax);
      if (taken.length > 0) void this.#work(taken);
    }
    const { pauseMs } = this.pace;
    if (pauseMs === 0 || this.#pauseTimer) return;
    this.#pauseTimer = setTimeout(() => {
      this.#pauseTimer = undefined;
      this.#pump();
    }, pauseMs);
  }

  async #work(taken: readonly Waiting<W>[]): Promise<void> {
    this.pace.started();
    for (const waiting of taken) this.#underWay.add(waiting);
    try {
      await this.#options.work(taken);
    } catch (error) {
      if (!this.#isOver) {
        this.close();
        this.#options.failed(error as Error);
      }
    } finally {
      this.pace.ended();
      this.#notify();
      this.#pump();
    }
  }
}
