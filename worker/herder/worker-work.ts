import type { ConfigChange } from "../storage/config-store.ts";
import { LEVELS, setLevel } from "../logging/index.ts";
import { ConnectorRuntime } from "./connector-runtime.ts";
import { restartPlan } from "./restart-plan.ts";
import type { RestartOptions } from "./restart-plan.ts";
import type { Share, Work, WorkHolder, WorkSharing } from "./work-sharing.ts";
import type { WorkerContext } from "./worker-context.ts";
import { WorkerMetrics } from "./worker-metrics.ts";

/**
 * What this worker runs: its share of the connectors and tasks that the config topic names. Follows that topic,
 * and does what its records ask for, whoever wrote them.
 */
export class WorkerWork implements WorkHolder {
  readonly #context: WorkerContext;
  readonly #sharing: WorkSharing;
  readonly #workerMetrics: WorkerMetrics;
  readonly #runtimes = new Map<string, ConnectorRuntime>();
  /** Connectors that are being stopped because they were deleted. */
  readonly #ending = new Map<string, Promise<void>>();
  #share: Share = { hasConnector: () => false, hasTask: () => false };
  #isStopping = false;

  constructor(context: WorkerContext, sharing: WorkSharing) {
    this.#context = context;
    this.#sharing = sharing;
    const runtimes = (): ConnectorRuntime[] => [...this.#runtimes.values()];
    this.#workerMetrics = new WorkerMetrics(context.metrics, {
      connectors: () => runtimes().filter(({ hasConnector }) => hasConnector).length,
      tasks: () => runtimes().reduce((sum, { taskCount }) => sum + taskCount, 0),
    });
  }

  /** Resolves when this worker has had its first share. */
  async start(): Promise<void> {
    const { configs, statuses } = this.#context;
    configs.listen((change) => this.#changed(change));
    configs.follow();
    if (this.#sharing.isShared) statuses.follow();
    await this.#sharing.start(this);
  }

  /** Stops everything; states become UNASSIGNED. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#runtimes.values()].map((each) => each.end({ isDeleted: false })));
    await this.#context.statuses.flush();
    await this.#sharing.stop();
  }

  /** Resolves when nothing runs here any more of a connector that was deleted. */
  async whenEnded(name: string): Promise<void> {
    await this.#ending.get(name);
  }

  async work(): Promise<Work> {
    const { configs } = this.#context;
    await configs.readToEnd();
    this.#removeOldStatuses();
    const connectors = configs.connectors();
    const tasks = connectors.flatMap((connector) =>
      configs.taskConfigs(connector).map((_, task) => ({ connector, task })),
    );
    return { connectors, tasks };
  }

  async take(share: Share): Promise<void> {
    this.#share = share;
    await this.#context.configs.readToEnd();
    if (this.#isStopping) return;
    for (const name of this.#context.configs.connectors()) this.runtime(name);
    await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.assign(share)));
  }

  /** Does what follows from a record of the config topic. */
  #changed(change: ConfigChange): void {
    if (this.#isStopping) return;
    if (change.kind === "LOGGER") {
      const level = LEVELS.find((each) => each === change.level.toUpperCase());
      if (level) setLevel(change.logger, level, Date.now());
      return;
    }
    const { name } = change;
    switch (change.kind) {
      case "CONNECTOR":
        this.#connectorChanged(name);
        break;
      case "REMOVED":
        this.#removed(name);
        break;
      case "TASKS":
        this.#removeOldTaskStatuses(name);
        void this.#runtimes.get(name)?.tasksChanged();
        this.#sharing.workChanged();
        break;
      case "TARGET":
        void this.#runtimes.get(name)?.targetChanged();
        break;
      case "RESTART":
        this.#restart(name, change);
        break;
      case "FENCED":
        break;
    }
  }

  #connectorChanged(name: string): void {
    const known = this.#runtimes.get(name);
    if (known) {
      void known.configChanged();
      return;
    }
    // After the end of a deleted connector of this name, so that they do not run side by side.
    void (this.#ending.get(name) ?? Promise.resolve()).then(() =>
      this.#isStopping ? undefined : this.runtime(name).assign(this.#share),
    );
    this.#sharing.workChanged();
  }

  #removed(name: string): void {
    const runtime = this.#runtimes.get(name);
    this.#runtimes.delete(name);
    const ended = (async () => {
      await runtime?.end({ isDeleted: true });
      if (this.#sharing.isLeader) this.#context.statuses.removeConnector(name);
    })();
    const before = this.#ending.get(name);
    const all = Promise.all([before, ended]).then(() => {
      if (this.#ending.get(name) === all) this.#ending.delete(name);
    });
    this.#ending.set(name, all);
    this.#sharing.workChanged();
  }

  #removeOldTaskStatuses(name: string, tasks = this.#context.statuses.tasks(name)): void {
    if (!this.#sharing.isLeader) return;
    const { configs, statuses } = this.#context;
    const count = configs.taskConfigs(name).length;
    for (const task of tasks) if (task >= count) statuses.removeTask(name, task);
  }

  /** Statuses that a worker left behind which died before it could remove them. */
  #removeOldStatuses(): void {
    if (!this.#sharing.isLeader) return;
    const { configs, statuses } = this.#context;
    for (const [name, tasks] of statuses.byConnector()) {
      if (configs.config(name)) this.#removeOldTaskStatuses(name, tasks);
      else if (!this.#ending.has(name)) statuses.removeConnector(name);
    }
  }

  runtime(name: string): ConnectorRuntime {
    let runtime = this.#runtimes.get(name);
    if (!runtime) {
      runtime = new ConnectorRuntime(name, this.#context, this.#workerMetrics);
      this.#runtimes.set(name, runtime);
    }
    return runtime;
  }

  /** A request to restart, which every worker follows for what it has. */
  #restart(name: string, options: RestartOptions): void {
    const { statuses, configs } = this.#context;
    const runtime = this.#runtimes.get(name);
    if (!runtime || !statuses.connector(name) || !configs.config(name)) return;
    const { isConnectorWanted, tasks } = restartPlan(this.#context, name, options);
    if (isConnectorWanted && this.#share.hasConnector(name)) {
      const { version, trace } = statuses.connector(name) ?? {};
      statuses.putConnector(name, "RESTARTING", version, trace);
      void runtime.restartConnector();
    }
    for (const task of tasks.filter((each) => this.#share.hasTask(name, each))) {
      const { version, trace } = statuses.task(name, task) ?? {};
      statuses.putTask(name, task, "RESTARTING", version, trace);
      void runtime.restartTask(task);
    }
  }
}
