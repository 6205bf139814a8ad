import { ConnectError, TopicStreamTask } from "#connect-api";
import type { Connector, Props, SinkTask, SourceTask } from "#connect-api";
import { commonConfigDef } from "../config/connector-config.ts";
import { describeError, getLogger } from "../logging/index.ts";
import type { Plugin } from "../plugins/plugins.ts";
import type { TargetState } from "../storage/config-store.ts";
import { SinkRunner } from "../tasks/sink-runner.ts";
import { SourceRunner } from "../tasks/source-runner.ts";
import { StreamRunner } from "../tasks/stream-runner.ts";
import type { TaskEnvironment, TaskRunner } from "../tasks/task-runner.ts";
import type { WorkerContext } from "./worker-context.ts";

const log = getLogger("worker.herder");

/**
 * One connector and its tasks at work. Its operations wait for each other, and for those of no other
 * connector, so one that is stuck holds up nothing but itself.
 */
export class ConnectorRuntime {
  readonly name: string;
  readonly #context: WorkerContext;
  #connector: Connector | undefined;
  readonly #tasks = new Map<number, TaskRunner>();
  #work: Promise<void> = Promise.resolve();
  #plugin: Plugin<"source" | "sink"> | undefined;
  #isActive = true;

  constructor(name: string, context: WorkerContext) {
    this.name = name;
    this.#context = context;
  }

  /** Runs one operation after those before it. */
  #enqueue(operation: () => Promise<void>): Promise<void> {
    const done = this.#work.then(operation);
    this.#work = done.catch((error: unknown) => {
      log.failure(error, { connector: this.name, code: "OPERATION_FAILED" }, "Operation failed");
    });
    return this.#work;
  }

  /** Brings connector and tasks into line with the stored config and target state, from the start. */
  restart(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#stopTasks();
      await this.#stopConnector();
      await this.#start();
    });
  }

  /** Restarts the connector alone, its tasks only if their configs change. */
  restartConnector(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#stopConnector();
      await this.#start();
    });
  }

  restartTask(task: number): Promise<void> {
    return this.#enqueue(async () => {
      await this.#stopTask(task);
      this.#startTask(task);
    });
  }

  /** Applies a new target state. */
  applyTarget(target: TargetState): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#isActive) return;
      if (target === "STOPPED") {
        await this.#stopTasks();
        this.#removeTaskStatuses();
        await this.#context.configs.putTaskConfigs(this.name, []);
        await this.#stopConnector();
        this.#connectorState("STOPPED");
        return;
      }
      const isFailed = this.#context.statuses.connector(this.name)?.state === "FAILED";
      if (isFailed) {
        log.error(
          { connector: this.name, code: "CONNECTOR_FAILED" },
          "A failed connector is not paused or resumed; restart it",
        );
      } else if (target === "PAUSED") {
        await this.#stopConnector();
        this.#connectorState("PAUSED");
      } else if (!this.#connector) {
        await this.#start();
      }
      for (const task of this.#tasks.values()) {
        if (target === "PAUSED") task.pause();
        else task.resume();
      }
    });
  }

  /**
   * Ends everything; what is stuck in foreign code is abandoned after a while. With `remove`, statuses and
   * metrics go as well.
   */
  async end(options: { readonly remove: boolean }): Promise<void> {
    this.#isActive = false;
    // First the tasks have that time, then the connector.
    const budget = 2 * this.#context.workerConfig["task.shutdown.graceful.timeout.ms"];
    if (!(await within(this.#stopAll(options), budget))) {
      log.error(
        { connector: this.name, code: "CONNECTOR_ABANDONED" },
        "The connector did not stop in time and was abandoned",
      );
    }
    if (!options.remove) return;
    this.#context.statuses.removeConnector(this.name);
    this.#context.metrics.remove({ connector: this.name });
  }

  #stopAll({ remove }: { readonly remove: boolean }): Promise<void> {
    return this.#enqueue(async () => {
      const states = [...this.#tasks.keys()].map(
        (task) => [task, this.#context.statuses.task(this.name, task)?.state] as const,
      );
      await this.#stopTasks();
      await this.#stopConnector();
      // Deleted: by now, a new connector of this name may have put states of its own.
      if (remove) return;
      for (const [task, state] of states) {
        if (state === "FAILED") continue;
        this.#context.statuses.putTask(this.name, task, "UNASSIGNED", this.#plugin?.version);
      }
      const state = this.#context.statuses.connector(this.name)?.state;
      if (state === "RUNNING" || state === "PAUSED") this.#connectorState("UNASSIGNED");
    });
  }

  // -- connector ------------------------------------------------------------------------------

  async #start(): Promise<void> {
    const { configs, plugins } = this.#context;
    const config = configs.config(this.name);
    if (!this.#isActive || !config) return;
    const target = configs.targetState(this.name);
    try {
      this.#plugin = plugins.connector(
        config["connector.class"] ?? "",
        config["connector.plugin.version"],
      );
      this.#measure();
      if (target === "STOPPED") {
        this.#connectorState("STOPPED");
        return;
      }
      if (target === "PAUSED") {
        this.#connectorState("PAUSED");
        this.#startTasks();
        return;
      }
      const connector = new this.#plugin.create();
      connector.initialize({
        requestTaskReconfiguration: () => void this.#enqueue(() => this.#reconfigure()),
        raiseError: (error) => {
          // An instance that was replaced has no say any more.
          if (this.#connector === connector) this.#fail(error);
        },
      });
      this.#connector = connector;
      await connector.start(config);
      if (!this.#isActive) return;
      this.#connectorState("RUNNING");
      await this.#reconfigure();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Asks the connector for its task configs; starts the tasks anew if they changed or do not run. */
  async #reconfigure(): Promise<void> {
    const config = this.#context.configs.config(this.name);
    if (!this.#connector || !config) return;
    try {
      const taskConfigs = await this.#taskConfigs(this.#connector, config);
      const stored = this.#context.configs.taskConfigs(this.name);
      const isSame = JSON.stringify(stored) === JSON.stringify(taskConfigs);
      if (isSame && this.#tasks.size === taskConfigs.length) return;
      await this.#stopTasks();
      for (let task = taskConfigs.length; task < stored.length; task += 1) {
        this.#context.statuses.removeTask(this.name, task);
      }
      if (!isSame) await this.#context.configs.putTaskConfigs(this.name, taskConfigs);
      this.#startTasks();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #taskConfigs(connector: Connector, config: Props): Promise<readonly Props[]> {
    const { "tasks.max": max, "tasks.max.enforce": isEnforced } = commonConfigDef.parse(config);
    const made = await connector.taskConfigs(max);
    if (made.length > max && isEnforced) {
      throw new ConnectError(
        "TOO_MANY_TASKS",
        `The connector ${this.name} has generated ${made.length} tasks, which is more than the maximum of ${max}. Set tasks.max.enforce to false to allow that.`,
      );
    }
    const extra: Record<string, string> = { "task.class": connector.taskClass().name };
    for (const key of ["topics", "topics.regex"]) {
      if (this.#plugin?.kind === "sink" && config[key]) extra[key] = config[key];
    }
    return made.map((props) => ({ ...props, ...extra }));
  }

  async #stopConnector(): Promise<void> {
    const connector = this.#connector;
    this.#connector = undefined;
    try {
      await connector?.stop();
    } catch (error) {
      log.failure(error, { connector: this.name, code: "STOP_FAILED" }, "stop of the connector");
    }
  }

  #fail(error: unknown): void {
    if (!this.#isActive) return;
    const fields = { connector: this.name, code: "CONNECTOR_FAILED" };
    log.failure(error, fields, "The connector failed; restart it by REST when mended");
    this.#context.statuses.putConnector(
      this.name,
      "FAILED",
      this.#plugin?.version,
      describeError(error),
    );
  }

  #connectorState(state: "RUNNING" | "PAUSED" | "STOPPED" | "UNASSIGNED"): void {
    this.#context.statuses.putConnector(this.name, state, this.#plugin?.version);
  }

  #measure(): void {
    const { metrics, statuses } = this.#context;
    const tags = { connector: this.name };
    const group = "connector-metrics";
    const plugin = this.#plugin;
    metrics.measured(group, "connector-type", tags, () => plugin?.kind ?? "unknown");
    metrics.measured(group, "connector-class", tags, () => plugin?.name ?? "");
    metrics.measured(group, "connector-version", tags, () => plugin?.version ?? "");
    metrics.measured(group, "status", tags, () =>
      (statuses.connector(this.name)?.state ?? "unassigned").toLowerCase(),
    );
  }

  // -- tasks ----------------------------------------------------------------------------------

  #startTasks(): void {
    const count = this.#context.configs.taskConfigs(this.name).length;
    for (let task = 0; task < count; task += 1) this.#startTask(task);
  }

  #startTask(task: number): void {
    const { configs, statuses } = this.#context;
    const own = configs.taskConfigs(this.name)[task];
    const config = configs.config(this.name);
    if (!this.#isActive || !own || !config || !this.#plugin) return;
    let isCurrent = true;
    const { version } = this.#plugin;
    const environment: TaskEnvironment = {
      log: this.#context.log,
      plugins: this.#context.plugins,
      metrics: this.#context.metrics,
      offsets: this.#context.offsets,
      workerProps: this.#context.workerProps,
      workerConfig: this.#context.workerConfig,
      connector: this.name,
      task,
      props: { ...config, ...own },
      isPaused: configs.targetState(this.name) === "PAUSED",
      onTopic: (topic) => this.#context.useTopic(topic, this.name, task),
      onState: (state, error) => {
        if (!isCurrent) return;
        if (error !== undefined) {
          const fields = { connector: this.name, task, code: "TASK_FAILED" };
          log.failure(error, fields, "The task failed; restart it by REST when mended");
        }
        const trace = error === undefined ? undefined : describeError(error);
        statuses.putTask(this.name, task, state, version, trace);
      },
    };
    const tags = { connector: this.name, task: String(task) };
    this.#context.metrics.measured("connector-task-metrics", "status", tags, () =>
      (statuses.task(this.name, task)?.state ?? "unassigned").toLowerCase(),
    );
    const runner = this.#makeRunner(environment);
    this.#tasks.set(task, {
      pause: () => runner.pause(),
      resume: () => runner.resume(),
      stop: async () => {
        const budget = this.#context.workerConfig["task.shutdown.graceful.timeout.ms"];
        const isInTime = await within(runner.stop(), budget);
        // What ends later says nothing any more: a new run may have begun.
        isCurrent = false;
        if (isInTime) return;
        log.error(
          { connector: this.name, task, code: "TASK_ABANDONED" },
          "The task did not stop in time and was abandoned",
        );
      },
    });
  }

  #makeRunner(environment: TaskEnvironment): TaskRunner {
    const plugin = this.#plugin as Plugin<"source" | "sink">;
    const TaskClass = (this.#connector ?? new plugin.create()).taskClass();
    const instance = new TaskClass();
    if (plugin.kind === "source") return new SourceRunner(instance as SourceTask, environment);
    return instance instanceof TopicStreamTask
      ? new StreamRunner(instance, environment)
      : new SinkRunner(instance as SinkTask, environment);
  }

  async #stopTasks(): Promise<void> {
    await Promise.all([...this.#tasks.keys()].map((task) => this.#stopTask(task)));
  }

  async #stopTask(task: number): Promise<void> {
    const runner = this.#tasks.get(task);
    this.#tasks.delete(task);
    await runner?.stop();
  }

  #removeTaskStatuses(): void {
    const count = this.#context.configs.taskConfigs(this.name).length;
    for (let task = 0; task < count; task += 1) {
      this.#context.statuses.removeTask(this.name, task);
    }
  }

  get taskCount(): number {
    return this.#tasks.size;
  }
}

/** Whether the promise resolved within that many milliseconds. */
async function within(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const isInTime = await Promise.race([promise.then(() => true as const), late]);
  clearTimeout(timer);
  return isInTime;
}
