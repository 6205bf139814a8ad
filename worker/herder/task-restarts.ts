/** After so long without a failure, a task is taken to be mended and its restarts count anew. */
const MENDED_MS = 10 * 60_000;
const FIRST_PAUSE_MS = 1000;

export interface RestartPolicy {
  /** `errors.restart.max.attempts`; 0 means never. */
  readonly attemptsMax: number;
  /** `errors.restart.delay.max.ms`: no pause is longer. */
  readonly pauseMaxMs: number;
}

interface Failing {
  attempts: number;
  /** When it last began to run, in milliseconds since 1970. */
  startedAt: number;
  timer?: NodeJS.Timeout;
}

/**
 * Restarts of failed tasks without anybody's doing: each pause is twice the one before, and after so many
 * attempts the task stays failed, as every task does in Kafka Connect.
 */
export class TaskRestarts {
  readonly #restart: (task: number) => void;
  readonly #failing = new Map<number, Failing>();

  constructor(restart: (task: number) => void) {
    this.#restart = restart;
  }

  /** How often the task has been restarted since it last ran well. */
  count(task: number): number {
    return this.#failing.get(task)?.attempts ?? 0;
  }

  onRunning(task: number, now: number): void {
    const failing = this.#failing.get(task);
    if (failing) failing.startedAt = now;
  }

  /** Returns the pause before the restart in milliseconds, or undefined when the task stays failed. */
  onFailed(task: number, policy: RestartPolicy, now: number): number | undefined {
    if (policy.attemptsMax <= 0) return undefined;
    const failing = this.#failing.get(task) ?? { attempts: 0, startedAt: now };
    if (now - failing.startedAt > MENDED_MS) failing.attempts = 0;
    if (failing.attempts >= policy.attemptsMax) return undefined;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** failing.attempts, policy.pauseMaxMs);
    failing.attempts += 1;
    clearTimeout(failing.timer);
    failing.timer = setTimeout(() => this.#restart(task), pause);
    // A pause must not keep a worker alive that has nothing else to do.
    failing.timer.unref();
    this.#failing.set(task, failing);
    return pause;
  }

  /** Somebody stopped or restarted it: what was to come is off, and it counts anew. */
  forget(task: number): void {
    clearTimeout(this.#failing.get(task)?.timer);
    this.#failing.delete(task);
  }
}
