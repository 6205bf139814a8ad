export { Metrics } from "./metrics.ts";
export { pluginMetrics } from "./plugin-metrics.ts";
export type { MetricValue, Tags } from "./metrics.ts";
