import { StateTimes, shareOf } from "../metrics/index.ts";
import type { CountingMetric, Meter, SampledWindow } from "../metrics/index.ts";
import type { Plugin } from "../plugins/plugins.ts";
import type { RunState, StateInfo } from "./herder.ts";

const WORKER_GROUP = "connect-worker-metrics";
const CONNECTOR_GROUP = "connector-metrics";
const TASK_GROUP = "connector-task-metrics";

/** Attempts to start connectors, or tasks, and how they ended. */
class Startups {
  readonly #attempts: CountingMetric;
  readonly #successes: CountingMetric;
  readonly #failures: CountingMetric;
  readonly #results: SampledWindow;

  constructor(metrics: Meter, kind: "connector" | "task") {
    const counter = (name: string): CountingMetric =>
      metrics.counter(WORKER_GROUP, `${kind}-startup-${name}-total`, {});
    this.#attempts = counter("attempts");
    this.#successes = counter("success");
    this.#failures = counter("failure");
    const results = metrics.window();
    this.#results = results;
    const share = (name: string, read: () => number): void =>
      metrics.measured(WORKER_GROUP, `${kind}-startup-${name}-percentage`, {}, read);
    share("success", () => shareOf(results));
    share("failure", () => (results.count === 0 ? 0 : 1 - results.avg));
  }

  ended(isRunning: boolean): void {
    this.#attempts.add();
    (isRunning ? this.#successes : this.#failures).add();
    this.#results.record(isRunning ? 1 : 0);
  }
}

/** `connect-worker-metrics`. Source: org.apache.kafka.connect.runtime.WorkerMetricsGroup. */
export class WorkerMetrics {
  readonly connectorStarts: Startups;
  readonly taskStarts: Startups;

  constructor(
    metrics: Meter,
    counts: { readonly connectors: () => number; readonly tasks: () => number },
  ) {
    this.connectorStarts = new Startups(metrics, "connector");
    this.taskStarts = new Startups(metrics, "task");
    metrics.measured(WORKER_GROUP, "connector-count", {}, counts.connectors);
    metrics.measured(WORKER_GROUP, "task-count", {}, counts.tasks);
  }
}

const COUNTED_STATES = [
  "RUNNING",
  "PAUSED",
  "FAILED",
  "UNASSIGNED",
  "DESTROYED",
  "RESTARTING",
] as const;

/** How many of a connector's tasks on this worker are in which state; `states` gives that of each. */
export function measureTaskCounts(
  metrics: Meter,
  connector: string,
  states: () => readonly string[],
): void {
  const measured = (name: string, read: () => number): void =>
    metrics.measured(WORKER_GROUP, `connector-${name}-task-count`, { connector }, read);
  measured("total", () => states().length);
  for (const state of COUNTED_STATES) {
    measured(state.toLowerCase(), () => states().filter((each) => each === state).length);
  }
}

type ConnectorPlugin = Plugin<"source" | "sink"> | undefined;

/** `connector-metrics`. */
export function measureConnector(
  metrics: Meter,
  connector: string,
  plugin: ConnectorPlugin,
  status: () => StateInfo | undefined,
): void {
  const text = (name: string, read: () => string): void =>
    metrics.measured(CONNECTOR_GROUP, name, { connector }, read);
  text("connector-type", () => plugin?.kind ?? "unknown");
  text("connector-class", () => plugin?.name ?? "");
  text("connector-version", () => plugin?.version ?? "");
  text("status", () => stateText(status()));
}

export interface MeasuredTask {
  readonly connector: string;
  readonly task: number;
  readonly plugin: Plugin<"source" | "sink">;
  readonly taskClass: string;
  readonly taskVersion: string | undefined;
  status(): StateInfo | undefined;
  restarts(): number;
}

/**
 * State, classes and restarts of a task, in `connector-task-metrics`. Returns what is to be told of each state
 * that this run of the task enters.
 */
export function measureTask(metrics: Meter, task: MeasuredTask): (state: RunState) => void {
  const tags = { connector: task.connector, task: String(task.task) };
  const measured = (name: string, read: () => number | string): void =>
    metrics.measured(TASK_GROUP, name, tags, read);
  const times = new StateTimes();
  measured("status", () => stateText(task.status()));
  measured("running-ratio", () => times.share("RUNNING"));
  measured("pause-ratio", () => times.share("PAUSED"));
  measured("restart-count", () => task.restarts());
  measured("connector-class", () => task.plugin.name);
  measured("connector-type", () => task.plugin.kind);
  measured("connector-version", () => task.plugin.version ?? "");
  measured("task-class", () => task.taskClass);
  measured("task-version", () => task.taskVersion ?? "");
  times.enter("UNASSIGNED");
  return (state) => times.enter(state);
}

function stateText(status: StateInfo | undefined): string {
  return (status?.state ?? "unassigned").toLowerCase();
}
