/** What tells one value of a metric from another; a plug-in keeps the number of values bounded. */
export type MetricLabels = Readonly<Record<string, string>>;

/**
 * Where a plug-in counts and measures. The worker adds `connector` and `task` (and `transform` for a
 * transformation) and shows everything at `/metrics` as `kafka_connect_plugins_<name>`. Names are lower
 * case with hyphens, as Kafka's (`put-records-total`); names and labels never hold anything of a record.
 *
 * Source: org.apache.kafka.common.metrics.PluginMetrics (Kafka 4.1).
 */
export interface PluginMetrics {
  /** A number that only grows; its name ends in `-total`. Asking again gives the same counter. */
  counter(
    name: string,
    documentation: string,
    labels?: MetricLabels,
  ): { add(count?: number): void };
  /** A value that is read when somebody asks. A second one of the same name and labels replaces the first. */
  gauge(name: string, documentation: string, read: () => number, labels?: MetricLabels): void;
  /** Observations counted by size; `bounds` are the upper bounds of the classes, in ascending order. */
  histogram(
    name: string,
    documentation: string,
    bounds: readonly number[],
    labels?: MetricLabels,
  ): { observe(value: number): void };
}

/** For a plug-in that works without a worker: nobody counts. */
export const NO_METRICS: PluginMetrics = {
  counter: () => ({ add: () => {} }),
  gauge: () => {},
  histogram: () => ({ observe: () => {} }),
};
