/** The code of a large schema is many functions, which the engine compiles late. */
const WARM_UP_MS = 4000;

/**
 * Calls per second of CPU time of the process, garbage collection included: median of the rounds that follow a warm-up. Other
 * processes change CPU time much less than time.
 */
export async function perSecond<T>(
  cases: readonly T[],
  rounds: number,
  roundMs: number,
  call: (value: T) => unknown,
): Promise<number> {
  await rateOf(cases, WARM_UP_MS, call);
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) rates.push(await rateOf(cases, roundMs, call));
  return rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? Number.NaN;
}

async function rateOf<T>(
  cases: readonly T[],
  forMs: number,
  call: (value: T) => unknown,
): Promise<number> {
  const startedAt = process.cpuUsage();
  const endsAt = performance.now() + forMs;
  let count = 0;
  while (performance.now() < endsAt) {
    for (const each of cases) {
      const made = call(each);
      if (made instanceof Promise) await made;
    }
    count += cases.length;
  }
  const { user, system } = process.cpuUsage(startedAt);
  return (count * 1_000_000) / (user + system);
}

/** The time below which 99 of 100 calls stay, in microseconds. */
export function p99Us<T>(cases: readonly T[], calls: number, call: (value: T) => unknown): number {
  const taken = new Float64Array(calls);
  for (let index = 0; index < calls; index += 1) {
    const value = cases[index % cases.length] as T;
    const startedAt = performance.now();
    call(value);
    taken[index] = performance.now() - startedAt;
  }
  return (taken.toSorted()[Math.floor(calls * 0.99)] ?? Number.NaN) * 1000;
}
