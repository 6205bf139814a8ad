import type { PluginMetrics } from "#connect-api";
import type { Meter, Tags } from "./metrics.ts";

const GROUP = "plugins";

/** The metrics of one plug-in: what it names, with the tags of the task that it works for. */
export function pluginMetrics(metrics: Meter, tags: Tags): PluginMetrics {
  return {
    counter: (name, documentation, labels) =>
      metrics.counter(GROUP, name, { ...labels, ...tags }, documentation),
    gauge: (name, documentation, read, labels) =>
      metrics.measured(GROUP, name, { ...labels, ...tags }, read, documentation),
    histogram: (name, documentation, bounds, labels) =>
      metrics.histogram(GROUP, name, { ...labels, ...tags }, bounds, documentation),
  };
}
