import type { PluginMetrics } from "#connect-api";

/** Upper bounds of durations, in seconds. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What the sink counts. */
export interface SinkMetrics {
  put(count: number): void;
  written(method: "PUT" | "DELETE"): void;
  stale(): void;
  refused(): void;
  sent(entries: number, seconds: number): void;
  throttled(): void;
  retried(): void;
}

export function sinkMetrics(
  metrics: PluginMetrics,
  read: { readonly buffered: () => number; readonly limit: () => number },
): SinkMetrics {
  const put = metrics.counter("put-records-total", "Records that the worker delivered.");
  const written = metrics.counter("resources-written-total", "Resources that the store took.");
  const deleted = metrics.counter("resources-deleted-total", "Resources deleted in the store.");
  const stale = metrics.counter(
    "resources-skipped-stale-total",
    "Resources left out because the store had the same state or a newer one.",
  );
  const refused = metrics.counter("resources-refused-total", "Resources that cannot be stored.");
  const entries = metrics.counter("sent-entries-total", "Resources sent, repetitions included.");
  const throttled = metrics.counter("throttled-total", "Answers that asked for less (429, 503).");
  const retried = metrics.counter("retries-total", "Failures that were tried again.");
  const duration = metrics.histogram("request-duration-seconds", "Time of a write.", SECONDS);
  metrics.gauge("buffered-resources", "Resources that wait or are under way.", read.buffered);
  metrics.gauge("in-flight-limit", "Requests that may be under way at once.", read.limit);
  return {
    put: (count) => put.add(count),
    written: (method) => (method === "PUT" ? written : deleted).add(),
    stale: () => stale.add(),
    refused: () => refused.add(),
    sent(count, seconds) {
      entries.add(count);
      duration.observe(seconds);
    },
    throttled: () => throttled.add(),
    retried: () => retried.add(),
  };
}
