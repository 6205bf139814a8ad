export { Metrics } from "./metrics.ts";
export type { MetricValue, Tags } from "./metrics.ts";
