import { TopicStreamTask } from "#connect-api";
import type { Props, SinkTask, SourceTask, Task } from "#connect-api";
import { describeError, getLogger } from "../logging/index.ts";
import type { MetricsScope } from "../metrics/index.ts";
import type { Plugin } from "../plugins/plugins.ts";
import { SinkRunner } from "../tasks/sink-runner.ts";
import { SourceRunner } from "../tasks/source-runner.ts";
import { StreamRunner } from "../tasks/stream-runner.ts";
import type { TaskEnvironment, TaskRunner } from "../tasks/task-runner.ts";
import { TaskRestarts } from "./task-restarts.ts";
import { measureTask, measureTaskCounts } from "./worker-metrics.ts";
import type { WorkerMetrics } from "./worker-metrics.ts";
import { within } from "./within.ts";
import type { WorkerContext } from "./worker-context.ts";

const log = getLogger("worker.herder");
const RESTART_PAUSE_MAX_MS = 60_000;

type ConnectorPlugin = Plugin<"source" | "sink">;

/** The tasks of one connector that run on this worker. */
export class TaskSet {
  readonly #connector: string;
  readonly #context: WorkerContext;
  readonly #running = new Map<number, TaskRunner>();
  readonly #restarts: TaskRestarts;
  readonly #workerMetrics: WorkerMetrics;
  /** Of each task that is this worker's: they go on through its restarts, and stay when it fails. */
  readonly #metrics = new Map<number, MetricsScope>();
  #counts: MetricsScope | undefined;

  /** `restart` is asked for a task that failed and may start again by itself. */
  constructor(
    connector: string,
    context: WorkerContext,
    workerMetrics: WorkerMetrics,
    restart: (task: number) => void,
  ) {
    this.#connector = connector;
    this.#context = context;
    this.#workerMetrics = workerMetrics;
    this.#restarts = new TaskRestarts(restart);
  }

  get size(): number {
    return this.#running.size;
  }
  get numbers(): readonly number[] {
    return [...this.#running.keys()];
  }
  has(task: number): boolean {
    return this.#running.has(task);
  }

  pause(): void {
    for (const task of this.#running.values()) task.pause();
  }
  resume(): void {
    for (const task of this.#running.values()) task.resume();
  }

  /**
   * A task that cannot even be made, or whose config names what a provider does not have, has failed; it holds up
   * neither the others nor the connector. `beforeSource`: see TaskEnvironment.
   */
  start(task: number, plugin: ConnectorPlugin, beforeSource: () => Promise<void>): void {
    try {
      this.#start(task, plugin, beforeSource);
    } catch (error) {
      const fields = { connector: this.#connector, task, code: "TASK_FAILED" };
      log.failure(error, fields, "The task could not be made; restart it by REST when mended");
      this.#workerMetrics.taskStarts.ended(false);
      const trace = describeError(error);
      this.#context.statuses.putTask(this.#connector, task, "FAILED", plugin.version, trace);
    }
  }

  #start(task: number, plugin: ConnectorPlugin, beforeSource: () => Promise<void>): void {
    const { configs, statuses } = this.#context;
    const connector = this.#connector;
    const own = configs.taskConfigs(connector)[task];
    const config = configs.config(connector);
    if (!own || !config) return;
    let isCurrent = true;
    let hasStarted = false;
    const { version } = plugin;
    const instance = makeTask(plugin);
    const metrics = this.#metricsOf(task);
    const enter = measureTask(metrics, {
      connector,
      task,
      plugin,
      taskClass: instance.constructor.name,
      taskVersion: instance.version,
      status: () => statuses.task(connector, task),
      restarts: () => this.#restarts.count(task),
    });
    const environment: TaskEnvironment = {
      log: this.#context.log,
      plugins: this.#context.plugins,
      metrics,
      offsets: this.#context.offsets,
      workerProps: this.#context.workerProps,
      workerConfig: this.#context.workerConfig,
      connector,
      task,
      props: this.#context.providers.resolve({ ...config, ...own }).props,
      isPaused: configs.targetState(connector) === "PAUSED",
      beforeSource,
      onTopic: (topic) => this.#context.useTopic(topic, connector, task),
      onState: (state, error) => {
        if (!isCurrent) return;
        enter(state);
        if (!hasStarted && (state === "RUNNING" || state === "FAILED")) {
          this.#workerMetrics.taskStarts.ended(state === "RUNNING");
          hasStarted = true;
        }
        if (state === "RUNNING") this.#restarts.onRunning(task, Date.now());
        if (error !== undefined) this.#failed(task, error, config);
        const trace = error === undefined ? undefined : describeError(error);
        statuses.putTask(connector, task, state, version, trace, this.#restarts.count(task));
      },
    };
    const runner = makeRunner(plugin, instance, environment);
    this.#running.set(task, {
      pause: () => runner.pause(),
      resume: () => runner.resume(),
      cancel: () => runner.cancel(),
      stop: async () => {
        const budget = this.#context.workerConfig["task.shutdown.graceful.timeout.ms"];
        const isInTime = await within(runner.stop(), budget);
        // What ends later says nothing any more: a new run may have begun.
        isCurrent = false;
        if (isInTime) return;
        runner.cancel();
        log.error(
          { connector, task, code: "TASK_ABANDONED" },
          "The task did not stop in time and was abandoned",
        );
      },
    });
  }

  /** Tells of a failure, and has the task start again later if its config says so. */
  #failed(task: number, error: unknown, config: Props): void {
    const attemptsMax = integerOf(config["errors.restart.max.attempts"], 0);
    const pauseMaxMs = integerOf(config["errors.restart.delay.max.ms"], RESTART_PAUSE_MAX_MS);
    const pauseMs = this.#restarts.onFailed(task, { attemptsMax, pauseMaxMs }, Date.now());
    const fields = { connector: this.#connector, task, code: "TASK_FAILED" };
    if (pauseMs === undefined) {
      log.failure(error, fields, "The task failed; restart it by REST when mended");
      return;
    }
    const attempt = this.#restarts.count(task);
    const message = `The task failed; restart ${attempt} of ${attemptsMax} in ${pauseMs} ms`;
    log.failure(error, fields, message);
  }

  /** Stops a task to start it again by itself: its restarts go on being counted. */
  async stopForRestart(task: number): Promise<void> {
    const runner = this.#running.get(task);
    this.#running.delete(task);
    await runner?.stop();
  }

  async stop(task: number): Promise<void> {
    this.#restarts.forget(task);
    const runner = this.#running.get(task);
    this.#running.delete(task);
    await runner?.stop();
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.numbers.map((task) => this.stop(task)));
  }

  #metricsOf(task: number): MetricsScope {
    const { metrics, statuses } = this.#context;
    if (!this.#counts) {
      this.#counts = metrics.scope();
      measureTaskCounts(this.#counts, this.#connector, () =>
        [...this.#metrics.keys()].map(
          (each) => statuses.task(this.#connector, each)?.state ?? "UNASSIGNED",
        ),
      );
    }
    let own = this.#metrics.get(task);
    if (!own) {
      own = metrics.scope();
      this.#metrics.set(task, own);
    }
    return own;
  }

  /** Ends the metrics of tasks that are not among these. */
  keepMetricsOf(tasks: readonly number[]): void {
    for (const [task, metrics] of this.#metrics) {
      if (tasks.includes(task)) continue;
      metrics.close();
      this.#metrics.delete(task);
    }
    if (this.#metrics.size > 0) return;
    this.#counts?.close();
    this.#counts = undefined;
  }

  /** Says that a task which has stopped here runs nowhere now; a failure stays to be seen. */
  release(task: number, version: string | undefined): void {
    const { statuses } = this.#context;
    if (statuses.task(this.#connector, task)?.state === "FAILED") return;
    statuses.putTask(this.#connector, task, "UNASSIGNED", version);
  }
}

function integerOf(text: string | undefined, byDefault: number): number {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : byDefault;
}

function makeTask(plugin: ConnectorPlugin): Task {
  const TaskClass: new () => Task = new plugin.create().taskClass();
  return new TaskClass();
}

function makeRunner(plugin: ConnectorPlugin, task: Task, environment: TaskEnvironment): TaskRunner {
  if (plugin.kind === "source") return new SourceRunner(task as SourceTask, environment);
  return task instanceof TopicStreamTask
    ? new StreamRunner(task, environment)
    : new SinkRunner(task as SinkTask, environment);
}
