import type { PluginMetrics, TopicPartition } from "#connect-api";

interface Written {
  readonly inserted: number;
  readonly updated: number;
  /** Rows that were older than what the table had. */
  readonly skipped: number;
}

/** Upper bounds of durations, in seconds. */
const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What the sink counts. Names as Java's connector has them, where it has them. */
export interface SinkMetrics {
  put(count: number): void;
  written(rows: Written): void;
  refused(): void;
  flushed(seconds: number): void;
  retried(): void;
  /** Shows where a partition stands: read from Kafka, and committed in Snowflake. */
  partition(place: TopicPartition, positions: { processed(): number; persisted(): number }): void;
}

export function sinkMetrics(metrics: PluginMetrics, buffered: () => number): SinkMetrics {
  const put = metrics.counter("put-records-total", "Records that the worker delivered.");
  const inserted = metrics.counter("merge-rows-inserted-total", "Rows that were inserted.");
  const updated = metrics.counter("merge-rows-updated-total", "Rows that a newer state replaced.");
  const skipped = metrics.counter(
    "merge-rows-skipped-stale-total",
    "Rows left out because the table had the same state or a newer one.",
  );
  const refused = metrics.counter("rows-refused-total", "Records that cannot be stored.");
  const retried = metrics.counter("flush-retries-total", "Batches that had to be tried again.");
  const flush = metrics.histogram("flush-duration-seconds", "Time that a batch took.", SECONDS);
  metrics.gauge("buffered-records", "Records that wait for their batch.", buffered);
  return {
    put: (count) => put.add(count),
    written(rows) {
      inserted.add(rows.inserted);
      updated.add(rows.updated);
      skipped.add(Math.max(rows.skipped, 0));
    },
    refused: () => refused.add(),
    flushed: (seconds) => flush.observe(seconds),
    retried: () => retried.add(),
    partition({ topic, partition }, { processed, persisted }) {
      const labels = { topic, partition: String(partition) };
      metrics.gauge("processed-offset", "Last offset taken.", processed, labels);
      metrics.gauge("persisted-in-snowflake-offset", "Last offset committed.", persisted, labels);
    },
  };
}
