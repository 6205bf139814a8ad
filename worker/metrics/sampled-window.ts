export interface WindowOptions {
  /** How long one sample lasts: `metrics.sample.window.ms`. */
  readonly sampleMs: number;
  /** How many are kept: `metrics.num.samples`. */
  readonly samples: number;
}

interface Sample {
  readonly startedAt: number;
  count: number;
  sum: number;
  min: number;
  max: number;
}

/**
 * Values of the last while: some samples, each of so many milliseconds. Average, smallest and largest are NaN
 * when nothing was recorded in that time.
 *
 * Source: org.apache.kafka.common.metrics.stats.SampledStat, Rate.
 */
export class SampledWindow {
  readonly #options: WindowOptions;
  readonly #now: () => number;
  #samples: Sample[] = [];

  /** `now` gives milliseconds of a clock that only goes forward. */
  constructor(options: WindowOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  record(value: number): void {
    const sample = this.#current();
    sample.count += 1;
    sample.sum += value;
    sample.min = Math.min(sample.min, value);
    sample.max = Math.max(sample.max, value);
  }

  #current(): Sample {
    const now = this.#now();
    const last = this.#samples.at(-1);
    if (last && now - last.startedAt < this.#options.sampleMs) return last;
    const begun = { startedAt: now, count: 0, sum: 0, min: Infinity, max: -Infinity };
    this.#samples = [...this.#kept(now), begun].slice(-this.#options.samples);
    return begun;
  }

  #kept(now: number): Sample[] {
    const { sampleMs, samples } = this.#options;
    return this.#samples.filter(({ startedAt }) => now - startedAt < sampleMs * samples);
  }

  get count(): number {
    return this.#kept(this.#now()).reduce((total, { count }) => total + count, 0);
  }
  get sum(): number {
    return this.#kept(this.#now()).reduce((total, { sum }) => total + sum, 0);
  }
  get avg(): number {
    return this.sum / this.count;
  }
  get max(): number {
    const found = Math.max(...this.#kept(this.#now()).map(({ max }) => max));
    return Number.isFinite(found) ? found : NaN;
  }
  get min(): number {
    const found = Math.min(...this.#kept(this.#now()).map(({ min }) => min));
    return Number.isFinite(found) ? found : NaN;
  }

  /** The sum per second. Samples that a young window does not have yet count as if nothing had come in them. */
  get rate(): number {
    const now = this.#now();
    const [oldest] = this.#kept(now);
    if (!oldest) return 0;
    const { sampleMs, samples } = this.#options;
    const elapsedMs = now - oldest.startedAt;
    const missing = Math.max(samples - 1 - Math.floor(elapsedMs / sampleMs), 0);
    return (this.sum * 1000) / (elapsedMs + missing * sampleMs);
  }
}

/** A share of outcomes within a window; 0 when there were none, as in Kafka. */
export function shareOf(window: SampledWindow): number {
  return window.count === 0 ? 0 : window.avg;
}
