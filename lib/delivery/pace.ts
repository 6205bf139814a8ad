/** How long to wait before the same again: a random part of a growing whole ("full jitter"), in milliseconds. */
export function jitter(
  attempt: number,
  { minMs, maxMs }: { readonly minMs: number; readonly maxMs: number },
  random: () => number = Math.random,
): number {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return Math.ceil(random() * whole);
}

export interface PaceOptions {
  /** Requests at once, at most. */
  readonly inFlightMax: number;
  readonly backoff: { readonly minMs: number; readonly maxMs: number };
  readonly random?: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

/**
 * How many requests may be under way, and from when on. It begins with one; each round of answers adds one, and a
 * throttled answer halves it and stops everything until the time that the store named. (Additive increase, multiplicative
 * decrease, as TCP does.)
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #now: () => number;
  #limit = 1;
  #inFlight = 0;
  #pausedUntil = 0;
  #failures = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Milliseconds until the pause is over; 0: there is none. */
  get pauseMs(): number {
    return Math.max(0, Math.ceil(this.#pausedUntil - this.#now()));
  }

  mayStart(): boolean {
    return this.#inFlight < this.limit && this.pauseMs === 0;
  }

  started(): void {
    this.#inFlight += 1;
  }

  ended(): void {
    this.#inFlight -= 1;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#limit = Math.min(this.#options.inFlightMax, this.#limit + 1 / this.limit);
  }

  /** The store asks for less (429, 503), or is not there at all. `retryAfterMs`: what it said, if anything. */
  slowDown(retryAfterMs?: number): void {
    const wait =
      retryAfterMs ?? jitter(this.#failures, this.#options.backoff, this.#options.random);
    const isPaused = this.pauseMs > 0;
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + wait);
    // Requests that were under way together tell of the same trouble: it counts once.
    if (isPaused) return;
    this.#failures += 1;
    this.#limit = Math.max(1, this.#limit / 2);
  }
}
