import { TopicStreamTask } from "#connect-api";
import type { SinkTask, SourceTask, Task } from "#connect-api";
import { describeError, getLogger } from "../logging/index.ts";
import type { Plugin } from "../plugins/plugins.ts";
import { SinkRunner } from "../tasks/sink-runner.ts";
import { SourceRunner } from "../tasks/source-runner.ts";
import { StreamRunner } from "../tasks/stream-runner.ts";
import type { TaskEnvironment, TaskRunner } from "../tasks/task-runner.ts";
import { within } from "./within.ts";
import type { WorkerContext } from "./worker-context.ts";

const log = getLogger("worker.herder");

type ConnectorPlugin = Plugin<"source" | "sink">;

/** The tasks of one connector that run on this worker. */
export class TaskSet {
  readonly #connector: string;
  readonly #context: WorkerContext;
  readonly #running = new Map<number, TaskRunner>();

  constructor(connector: string, context: WorkerContext) {
    this.#connector = connector;
    this.#context = context;
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

  /** `beforeSource`: see TaskEnvironment. */
  start(task: number, plugin: ConnectorPlugin, beforeSource: () => Promise<void>): void {
    const { configs, statuses, metrics } = this.#context;
    const connector = this.#connector;
    const own = configs.taskConfigs(connector)[task];
    const config = configs.config(connector);
    if (!own || !config) return;
    let isCurrent = true;
    const { version } = plugin;
    const environment: TaskEnvironment = {
      log: this.#context.log,
      plugins: this.#context.plugins,
      metrics,
      offsets: this.#context.offsets,
      workerProps: this.#context.workerProps,
      workerConfig: this.#context.workerConfig,
      connector,
      task,
      props: { ...config, ...own },
      isPaused: configs.targetState(connector) === "PAUSED",
      beforeSource,
      onTopic: (topic) => this.#context.useTopic(topic, connector, task),
      onState: (state, error) => {
        if (!isCurrent) return;
        if (error !== undefined) {
          const fields = { connector, task, code: "TASK_FAILED" };
          log.failure(error, fields, "The task failed; restart it by REST when mended");
        }
        const trace = error === undefined ? undefined : describeError(error);
        statuses.putTask(connector, task, state, version, trace);
      },
    };
    const tags = { connector, task: String(task) };
    metrics.measured("connector-task-metrics", "status", tags, () =>
      (statuses.task(connector, task)?.state ?? "unassigned").toLowerCase(),
    );
    const runner = makeRunner(plugin, environment);
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

  async stop(task: number): Promise<void> {
    const runner = this.#running.get(task);
    this.#running.delete(task);
    await runner?.stop();
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.numbers.map((task) => this.stop(task)));
  }

  /** Says that a task which has stopped here runs nowhere now; a failure stays to be seen. */
  release(task: number, version: string | undefined): void {
    const { statuses } = this.#context;
    if (statuses.task(this.#connector, task)?.state === "FAILED") return;
    statuses.putTask(this.#connector, task, "UNASSIGNED", version);
  }
}

function makeRunner(plugin: ConnectorPlugin, environment: TaskEnvironment): TaskRunner {
  const TaskClass: new () => Task = new plugin.create().taskClass();
  const instance = new TaskClass();
  if (plugin.kind === "source") return new SourceRunner(instance as SourceTask, environment);
  return instance instanceof TopicStreamTask
    ? new StreamRunner(instance, environment)
    : new SinkRunner(instance as SinkTask, environment);
}
