export { Metrics, MetricsScope } from "./metrics.ts";
export { pluginMetrics } from "./plugin-metrics.ts";
export { SampledWindow, shareOf } from "./sampled-window.ts";
export { StateTimes } from "./state-times.ts";
export type { CountingMetric, Meter, MetricValue, Tags } from "./metrics.ts";
