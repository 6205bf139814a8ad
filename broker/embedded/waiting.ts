/** Resolves at the time-out, at an abort, or when `wake` is called by what it subscribed to. */
export function waitFor(
  subscribe: (wake: () => void) => () => void,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  if (timeoutMs <= 0 || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    const unsubscribe = subscribe(done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
