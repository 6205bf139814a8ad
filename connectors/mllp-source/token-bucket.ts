/**
 * So many a second, and a stock for bursts. It may go below zero: what has arrived cannot be sent back, so
 * its sender waits longer afterwards.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAt: number;

  /** `now` is a monotonic clock in milliseconds, here and below. */
  constructor(perSecond: number, burstSeconds: number, now: number) {
    this.#perSecond = perSecond;
    this.#capacity = perSecond * burstSeconds;
    this.#tokens = this.#capacity;
    this.#filledAt = now;
  }

  take(count: number, now: number): void {
    this.#fill(now);
    this.#tokens -= count;
  }

  /** Whether something is left. */
  hasAny(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= 1;
  }

  #fill(now: number): void {
    const added = ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#capacity, this.#tokens + added);
    this.#filledAt = now;
  }
}
