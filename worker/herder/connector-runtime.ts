import { setTimeout as delay } from "node:timers/promises";
import { ConnectError } from "#connect-api";
import type { Connector, Props } from "#connect-api";
import { RecordLogError } from "#broker";
import { withPlaceholders } from "../config/config-providers.ts";
import { commonConfigDef } from "../config/connector-config.ts";
import { describeError, getLogger } from "../logging/index.ts";
import type { MetricsScope } from "../metrics/index.ts";
import type { Plugin } from "../plugins/plugins.ts";
import { checkTopicCreation } from "../tasks/topic-creation.ts";
import { fenceOldTasks, whenFenced } from "./fencing.ts";
import { TaskSet } from "./task-set.ts";
import { within } from "./within.ts";
import type { Share } from "./work-sharing.ts";
import type { WorkerContext } from "./worker-context.ts";
import { measureConnector } from "./worker-metrics.ts";
import type { WorkerMetrics } from "./worker-metrics.ts";

const log = getLogger("worker.herder");

/**
 * A connector is never asked for more tasks: one that makes as many as it may would end the worker with
 * `tasks.max=2147483647`, which is a valid setting.
 */
const TASKS_MAX = 1000;
const STORE_RETRY_MIN_MS = 250;
const STORE_RETRY_MAX_MS = 60_000;

/**
 * What this worker runs of one connector: the Connector itself, some of its tasks, or both. Its operations
 * wait for each other, and for those of no other connector, so one that is stuck holds up nothing but itself.
 */
export class ConnectorRuntime {
  readonly name: string;
  readonly #context: WorkerContext;
  readonly #tasks: TaskSet;
  readonly #workerMetrics: WorkerMetrics;
  readonly #metrics: MetricsScope;
  readonly #ending = new AbortController();
  /** The present instance: a pause stops it and a resume starts it again. */
  #connector: Connector | undefined;
  #isStarted = false;
  #work: Promise<void> = Promise.resolve();
  #plugin: Plugin<"source" | "sink"> | undefined;
  #secretsTimer: NodeJS.Timeout | undefined;
  #hasConnector = false;
  #hasTask: (task: number) => boolean = () => false;

  constructor(name: string, context: WorkerContext, workerMetrics: WorkerMetrics) {
    this.name = name;
    this.#context = context;
    this.#workerMetrics = workerMetrics;
    this.#metrics = context.metrics.scope();
    this.#tasks = new TaskSet(
      name,
      context,
      workerMetrics,
      (task) => void this.#restartFailedTask(task),
    );
  }

  get taskCount(): number {
    return this.#tasks.size;
  }
  get hasConnector(): boolean {
    return this.#hasConnector;
  }

  get #isActive(): boolean {
    return !this.#ending.signal.aborted;
  }

  /** Runs one operation after those before it. */
  #enqueue(operation: () => Promise<void>): Promise<void> {
    const done = this.#work.then(operation);
    this.#work = done.catch((error: unknown) => {
      log.failure(error, { connector: this.name, code: "OPERATION_FAILED" }, "Operation failed");
    });
    return this.#work;
  }

  // -- what is this worker's ------------------------------------------------------------------

  /**
   * Takes a share of the connector. Resolves when what is not of it any more has stopped, or was abandoned;
   * what is new starts after that.
   */
  async assign(share: Share): Promise<void> {
    const released = this.#enqueue(() => this.#release(share));
    await within(released, this.#stopBudgetMs);
    void this.#enqueue(() => this.#begin(share));
  }

  get #stopBudgetMs(): number {
    // First the tasks have that time, then the connector.
    return 2 * this.#context.workerConfig["task.shutdown.graceful.timeout.ms"];
  }

  async #release(share: Share): Promise<void> {
    this.#hasTask = (task) => share.hasTask(this.name, task);
    const gone = this.#tasks.numbers.filter((task) => !this.#hasTask(task));
    await Promise.all(gone.map((task) => this.#tasks.stop(task)));
    for (const task of gone) this.#tasks.release(task, this.#plugin?.version);
    this.#tasks.keepMetricsOf(this.#tasks.numbers);
    if (!this.#hasConnector || share.hasConnector(this.name)) return;
    this.#hasConnector = false;
    await this.#stopConnector();
    this.#metrics.close();
    this.#releaseConnector();
  }

  async #begin(share: Share): Promise<void> {
    if (!this.#isActive) return;
    const isNewHere = !this.#hasConnector && share.hasConnector(this.name);
    this.#hasConnector ||= isNewHere;
    if (!this.#findPlugin()) return;
    // Tasks begin with what is stored; if the connector makes other configs, they begin again.
    this.#startTasks();
    if (isNewHere) await this.#startConnector();
  }

  // -- what has changed -----------------------------------------------------------------------

  /** A new config: a new instance; tasks follow if theirs change. */
  configChanged(): Promise<void> {
    return this.restartConnector();
  }

  /** A new set of task configs is there. */
  tasksChanged(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#tasks.stopAll();
      if (this.#isActive && this.#findPlugin()) this.#startTasks();
      this.#tasks.keepMetricsOf(this.#tasks.numbers);
    });
  }

  /** A new target state. */
  targetChanged(): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#isActive) return;
      const target = this.#context.configs.targetState(this.name);
      if (this.#hasConnector) await this.#applyTarget(target);
      if (target === "PAUSED") this.#tasks.pause();
      else if (target === "STARTED") this.#tasks.resume();
    });
  }

  async #applyTarget(target: "STARTED" | "PAUSED" | "STOPPED"): Promise<void> {
    if (target === "STOPPED") {
      await this.#pauseConnector();
      this.#connectorState("STOPPED");
      return;
    }
    if (this.#context.statuses.connector(this.name)?.state === "FAILED") {
      log.error(
        { connector: this.name, code: "CONNECTOR_FAILED" },
        "A failed connector is not paused or resumed; restart it",
      );
    } else if (target === "PAUSED") {
      await this.#pauseConnector();
      this.#connectorState("PAUSED");
    } else if (!this.#isStarted) {
      await this.#startConnector();
    }
  }

  /** Restarts the connector alone, its tasks only if their configs change. */
  restartConnector(): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#hasConnector) return;
      await this.#stopConnector();
      await this.#startConnector();
    });
  }

  #restartFailedTask(task: number): Promise<void> {
    return this.#enqueue(async () => {
      // Meanwhile somebody may have stopped it, or given it to another worker.
      if (!this.#hasTask(task) || !this.#tasks.has(task)) return;
      await this.#tasks.stopForRestart(task);
      if (this.#isActive && this.#findPlugin()) this.#startTask(task);
    });
  }

  restartTask(task: number): Promise<void> {
    return this.#enqueue(async () => {
      if (!this.#hasTask(task)) return;
      await this.#tasks.stop(task);
      if (this.#isActive && this.#findPlugin()) this.#startTask(task);
    });
  }

  /**
   * Ends everything; what is stuck in foreign code is abandoned after a while. Unless the connector was
   * deleted, it says that nobody runs it now.
   */
  async end({ isDeleted }: { readonly isDeleted: boolean }): Promise<void> {
    this.#ending.abort();
    const ended = this.#enqueue(async () => {
      const tasks = this.#tasks.numbers;
      await this.#tasks.stopAll();
      await this.#stopConnector();
      // Deleted: by now, a new connector of this name may have put states of its own.
      if (isDeleted) return;
      for (const task of tasks) this.#tasks.release(task, this.#plugin?.version);
      if (this.#hasConnector) this.#releaseConnector();
    });
    if (!(await within(ended, this.#stopBudgetMs))) {
      log.error(
        { connector: this.name, code: "CONNECTOR_ABANDONED" },
        "The connector did not stop in time and was abandoned",
      );
    }
    // At the end of the worker there is nobody who could look.
    if (!isDeleted) return;
    this.#tasks.keepMetricsOf([]);
    this.#metrics.close();
  }

  // -- connector ------------------------------------------------------------------------------

  #findPlugin(): boolean {
    const config = this.#context.configs.config(this.name);
    if (!config) return false;
    try {
      this.#plugin = this.#context.plugins.connector(
        config["connector.class"] ?? "",
        config["connector.plugin.version"],
      );
      return true;
    } catch (error) {
      if (this.#hasConnector) this.#fail(error);
      return false;
    }
  }

  async #startConnector(): Promise<void> {
    const { configs } = this.#context;
    const config = configs.config(this.name);
    if (!this.#isActive || !config || !this.#findPlugin() || !this.#plugin) return;
    measureConnector(this.#metrics, this.name, this.#plugin, () =>
      this.#context.statuses.connector(this.name),
    );
    if (!this.#canCreateTopics(config)) return;
    const target = configs.targetState(this.name);
    if (target !== "STARTED") {
      this.#connectorState(target);
      // Paused tasks ask for that when they are resumed.
      void this.#enqueue(() => this.#fence());
      return;
    }
    try {
      this.#connector ??= this.#makeConnector(this.#plugin);
      const { props, ttlMs } = this.#context.providers.resolve(config);
      this.#watchSecrets(config, props, ttlMs);
      this.#isStarted = true;
      await this.#connector.start(props);
      if (!this.#isActive) return;
    } catch (error) {
      this.#workerMetrics.connectorStarts.ended(false);
      this.#fail(error);
      return;
    }
    this.#workerMetrics.connectorStarts.ended(true);
    this.#connectorState("RUNNING");
    await this.#reconfigure();
  }

  /** Wrong `topic.creation.*` fail the connector in whatever state it is, as in Kafka. */
  #canCreateTopics(config: Props): boolean {
    if (this.#plugin?.kind !== "source") return true;
    const { providers, workerConfig } = this.#context;
    try {
      checkTopicCreation(providers.resolve(config).props, workerConfig["topic.creation.enable"]);
      return true;
    } catch (error) {
      this.#workerMetrics.connectorStarts.ended(false);
      this.#fail(error);
      return false;
    }
  }

  #makeConnector(plugin: Plugin<"source" | "sink">): Connector {
    const connector = new plugin.create();
    connector.initialize({
      requestTaskReconfiguration: () => void this.#enqueue(() => this.#reconfigure()),
      raiseError: (error) => {
        // An instance that was replaced has no say any more.
        if (this.#connector === connector) this.#fail(error);
      },
      offsetReader: plugin.kind === "source" ? this.#context.offsets.reader(this.name) : undefined,
    });
    return connector;
  }

  /** Asks the connector for its task configs and stores them if they, or what they were made from, changed. */
  async #reconfigure(): Promise<void> {
    const { configs } = this.#context;
    const config = configs.config(this.name);
    if (!this.#connector || !this.#isStarted || !config) return;
    try {
      const made = await this.#taskConfigs(this.#connector, config);
      const isSame = JSON.stringify(configs.taskConfigs(this.name)) === JSON.stringify(made);
      if (!isSame || !configs.isApplied(this.name, config)) {
        await this.#storing(() => configs.putTaskConfigs(this.name, made));
      }
      // Behind the stop of the old tasks, which the new configs have caused: those need no fence.
      void this.#enqueue(() => this.#fence());
    } catch (error) {
      this.#fail(error);
    }
  }

  async #fence(): Promise<void> {
    const isExactlyOnce =
      this.#context.workerConfig["exactly.once.source.support"] === "enabled" &&
      this.#plugin?.kind === "source";
    if (isExactlyOnce) await this.#storing(() => fenceOldTasks(this.name, this.#context));
  }

  /** Tries again while the log does not take it for now. */
  async #storing(write: () => Promise<void>): Promise<void> {
    const { signal } = this.#ending;
    for (let pause = STORE_RETRY_MIN_MS; ; pause = Math.min(pause * 2, STORE_RETRY_MAX_MS)) {
      try {
        await write();
        return;
      } catch (error) {
        const isPassing = error instanceof RecordLogError && error.isRetriable;
        if (!isPassing || signal.aborted) throw error;
        const fields = { connector: this.name, code: "TASK_CONFIGS_NOT_STORED" };
        log.failure(error, fields, "Task configs could not be stored; trying again");
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #taskConfigs(connector: Connector, config: Props): Promise<readonly Props[]> {
    const { "tasks.max": max, "tasks.max.enforce": isEnforced } = commonConfigDef.parse(config);
    const made = await connector.taskConfigs(Math.min(max, TASKS_MAX));
    if (max > TASKS_MAX) {
      const fields = { connector: this.name, code: "TASKS_MAX", max: TASKS_MAX };
      log.warn(fields, "A connector is asked for fewer tasks than its tasks.max allows");
    }
    if (made.length > max && isEnforced) {
      throw new ConnectError(
        "TOO_MANY_TASKS",
        `The connector ${this.name} has generated ${made.length} tasks, which is more than the maximum of ${max}. Set tasks.max.enforce to false to allow that.`,
      );
    }
    // A task stands beside its connector: one with a Java name has its package too.
    const packageName = /^(?:[a-z_][\w]*\.)*/.exec(this.#plugin?.name ?? "")?.[0] ?? "";
    const extra: Record<string, string> = {
      "task.class": packageName + connector.taskClass().name,
    };
    for (const key of ["topics", "topics.regex"]) {
      if (this.#plugin?.kind === "sink" && config[key]) extra[key] = config[key];
    }
    const { props: resolved } = this.#context.providers.resolve(config);
    return made.map((props) => withPlaceholders({ ...props, ...extra }, config, resolved));
  }

  /**
   * Looks again when a value of a provider may have changed, and restarts connector and tasks if it has and
   * `config.action.reload` does not forbid that.
   */
  #watchSecrets(config: Props, before: Props, ttlMs: number | undefined): void {
    clearTimeout(this.#secretsTimer);
    if (ttlMs === undefined || config["config.action.reload"] === "none") return;
    this.#secretsTimer = setTimeout(() => {
      if (!this.#isActive || !this.#isStarted) return;
      let now: Props;
      try {
        now = this.#context.providers.resolve(config).props;
      } catch (error) {
        const fields = { connector: this.name, code: "CONFIG_UNREADABLE" };
        log.failure(error, fields, "A value of a config provider cannot be read; looking again");
        now = before;
      }
      if (JSON.stringify(now) === JSON.stringify(before)) {
        this.#watchSecrets(config, before, ttlMs);
        return;
      }
      log.info({ connector: this.name }, "A value of a config provider changed; restarting");
      // By the config topic, because tasks of the connector may be on other workers too.
      this.#context.configs.putRestart(this.name, true, false).catch((error: unknown) => {
        const fields = { connector: this.name, code: "RESTART_FAILED" };
        log.failure(error, fields, "The restart could not be asked for; looking again");
        this.#watchSecrets(config, before, ttlMs);
      });
    }, ttlMs);
    this.#secretsTimer.unref();
  }

  /** The instance ends; the next start makes a new one. */
  async #stopConnector(): Promise<void> {
    await this.#pauseConnector();
    this.#connector = undefined;
  }

  async #pauseConnector(): Promise<void> {
    clearTimeout(this.#secretsTimer);
    const connector = this.#isStarted ? this.#connector : undefined;
    this.#isStarted = false;
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

  #releaseConnector(): void {
    const state = this.#context.statuses.connector(this.name)?.state;
    if (state === "RUNNING" || state === "PAUSED") this.#connectorState("UNASSIGNED");
  }

  // -- tasks ----------------------------------------------------------------------------------

  #startTasks(): void {
    const { configs } = this.#context;
    if (configs.targetState(this.name) === "STOPPED") return;
    const count = configs.taskConfigs(this.name).length;
    for (let task = 0; task < count; task += 1) {
      if (this.#hasTask(task) && !this.#tasks.has(task)) this.#startTask(task);
    }
  }

  #startTask(task: number): void {
    const { configs } = this.#context;
    const set = configs.taskConfigs(this.name);
    this.#tasks.start(task, this.#plugin as Plugin<"source" | "sink">, async () => {
      await whenFenced(this.name, this.#context);
      if (configs.taskConfigs(this.name) !== set) {
        throw new ConnectError(
          "TASK_CONFIGS_REPLACED",
          "The connector has made newer task configs; the task starts again with those",
        );
      }
      if (!this.#hasTask(task)) {
        throw new ConnectError("TASK_REVOKED", "The task has been given to another worker");
      }
    });
  }
}
