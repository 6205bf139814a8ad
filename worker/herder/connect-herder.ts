import type { Props } from "#connect-api";
import { RecordLogError } from "#broker";
import { overridePolicyOf } from "../config/worker-config.ts";
import type { TargetState } from "../storage/config-store.ts";
import { changeOffsets, readOffsets, requireStopped } from "./connector-offsets.ts";
import { HerderError } from "./herder.ts";
import type {
  ConfigInfos,
  ConfigKeyInfo,
  ConnectorInfo,
  ConnectorOffset,
  ConnectorOffsets,
  ConnectorStateInfo,
  Herder,
  InitialState,
  PluginInfo,
  RawConfig,
  RequestStage,
  StateInfo,
  TaskInfo,
  TaskStateInfo,
} from "./herder.ts";
import { PluginRequests } from "./plugin-requests.ts";
import { restartPlan } from "./restart-plan.ts";
import type { RestartOptions } from "./restart-plan.ts";
import { Stages } from "./stages.ts";
import type { WorkSharing } from "./work-sharing.ts";
import type { WorkerContext } from "./worker-context.ts";
import { WorkerWork } from "./worker-work.ts";

const INITIAL = { RUNNING: "STARTED", PAUSED: "PAUSED", STOPPED: "STOPPED" } as const;

/**
 * The herder of a worker, alone or one of several. Answers come from memory. Changes are written to the
 * config topic, and what follows from them is done when they are read from there, by whoever wrote them: so
 * one worker and many are the same, and only the WorkSharing knows whose work something is.
 */
export class ConnectHerder implements Herder {
  readonly #context: WorkerContext;
  readonly #sharing: WorkSharing;
  readonly #pluginRequests: PluginRequests;
  readonly #work: WorkerWork;
  /** Names whose first config is on its way to the log. */
  readonly #creating = new Set<string>();
  readonly #stages = new Stages();
  #isStarted = false;

  constructor(context: WorkerContext, sharing: WorkSharing) {
    this.#context = context;
    this.#sharing = sharing;
    const { plugins, workerProps, workerConfig } = context;
    this.#pluginRequests = new PluginRequests({
      plugins,
      props: workerProps,
      groupId: workerConfig["group.id"],
      isExactlyOnce: workerConfig["exactly.once.source.support"] === "enabled",
      overridePolicy: overridePolicyOf(workerConfig),
      providers: context.providers,
    });
    this.#work = new WorkerWork(context, sharing);
  }

  /** Starts what is this worker's to do. */
  async start(): Promise<void> {
    await this.#stages.during("reading the internal topics and joining the cluster", () =>
      this.#work.start(),
    );
    this.#isStarted = true;
  }

  /** Stops everything; states become UNASSIGNED. */
  stop(): Promise<void> {
    return this.#work.stop();
  }

  async ping(): Promise<void> {}

  get stage(): RequestStage | undefined {
    return this.#stages.current;
  }

  /** Whether this worker has had its first share of the work. */
  get isReady(): boolean {
    return this.#isStarted;
  }

  get kafkaClusterId(): string {
    return this.#context.log.clusterId;
  }

  // -- configs --------------------------------------------------------------------------------

  connectors(): readonly string[] {
    return this.#context.configs.connectors();
  }

  connectorInfo(name: string): ConnectorInfo {
    const config = this.connectorConfig(name);
    return {
      name,
      config,
      tasks: this.#context.configs.taskConfigs(name).map((_, task) => ({ connector: name, task })),
      type: this.#kind(config),
    };
  }

  connectorConfig(name: string): Props {
    const config = this.#context.configs.config(name);
    if (!config) throw new HerderError(404, `Connector ${name} not found`);
    return config;
  }

  async createConnector(
    name: string,
    config: RawConfig,
    initialState?: InitialState,
  ): Promise<ConnectorInfo> {
    await this.#sharing.requireLeader();
    const valid = await this.#validated({ ...config, name });
    if (this.#context.configs.config(name) || this.#creating.has(name)) {
      throw new HerderError(409, `Connector ${name} already exists`);
    }
    this.#creating.add(name);
    try {
      await this.#store(name, valid, initialState);
    } finally {
      this.#creating.delete(name);
    }
    return this.connectorInfo(name);
  }

  async putConnectorConfig(name: string, config: RawConfig) {
    await this.#sharing.requireLeader();
    const valid = await this.#validated({ ...config, name });
    const isNew = !this.#context.configs.config(name);
    await this.#store(name, valid);
    return { created: isNew, info: this.connectorInfo(name) };
  }

  async patchConnectorConfig(name: string, patch: RawConfig): Promise<ConnectorInfo> {
    await this.#sharing.requireLeader();
    const merged: Record<string, string | null> = { ...this.connectorConfig(name) };
    for (const [key, value] of Object.entries(patch)) {
      if (value === null) delete merged[key];
      else merged[key] = value;
    }
    await this.#store(name, await this.#validated(merged));
    return this.connectorInfo(name);
  }

  /** A config that is right. Throws HerderError 400 that lists everything that is not. */
  async #validated(config: RawConfig): Promise<Props> {
    const infos = await this.validateConfig(undefined, config);
    if (infos.error_count > 0) {
      const errors = infos.configs.flatMap(({ value }) => value?.errors ?? []);
      throw new HerderError(
        400,
        [
          `Connector configuration is invalid and contains the following ${infos.error_count} error(s):`,
          ...errors,
          "You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`",
        ].join("\n"),
      );
    }
    return config as Props;
  }

  async #store(name: string, config: Props, initialState?: InitialState): Promise<void> {
    const initial = initialState === undefined ? undefined : INITIAL[initialState];
    await this.#stored(() => this.#context.configs.putConnector(name, config, initial));
  }

  /** A change that the log does not take is told as such, not as a fault of the worker. */
  async #stored(write: () => Promise<void>): Promise<void> {
    try {
      await this.#stages.during("ensuring membership in the cluster", () =>
        this.#sharing.requireMembership(),
      );
      await this.#stages.during("writing to the config topic", write);
    } catch (cause) {
      if (!(cause instanceof RecordLogError)) throw cause;
      const message = `The change could not be stored: ${cause.message}`;
      throw new HerderError(500, message, { cause });
    }
  }

  async deleteConnector(name: string): Promise<void> {
    await this.#sharing.requireLeader();
    this.connectorConfig(name);
    await this.#stored(() => this.#context.configs.deleteConnector(name));
    await this.#stages.during(`stopping connector ${name}`, async () => this.#work.whenEnded(name));
  }

  // -- states ---------------------------------------------------------------------------------

  connectorStatus(name: string): ConnectorStateInfo {
    const { configs, statuses } = this.#context;
    const connector = statuses.connector(name);
    if (!connector || !configs.config(name)) {
      throw new HerderError(404, `No status found for connector ${name}`);
    }
    const tasks = configs.taskConfigs(name).flatMap((_, task): TaskStateInfo[] => {
      const state = statuses.task(name, task);
      return state ? [{ id: task, ...state }] : [];
    });
    return { name, connector, tasks, type: this.#kind(this.connectorConfig(name)) };
  }

  taskStatus(name: string, task: number): TaskStateInfo {
    const state: StateInfo | undefined = this.#context.statuses.task(name, task);
    if (!state) throw new HerderError(404, `No status found for task ${name}-${task}`);
    return { id: task, ...state };
  }

  tasks(name: string): readonly TaskInfo[] {
    this.connectorConfig(name);
    return this.#context.configs
      .taskConfigs(name)
      .map((config, task) => ({ id: { connector: name, task }, config }));
  }

  async pauseConnector(name: string): Promise<void> {
    await this.#setTarget(name, "PAUSED");
  }
  async resumeConnector(name: string): Promise<void> {
    await this.#setTarget(name, "STARTED");
  }
  async stopConnector(name: string): Promise<void> {
    await this.#sharing.requireLeader();
    const { configs } = this.#context;
    if (!configs.config(name)) throw new HerderError(404, `Unknown connector ${name}`);
    // Without tasks first: whoever sees STOPPED may rely on it that none is left to come.
    await this.#stored(() => configs.putTaskConfigs(name, []));
    await this.#setTarget(name, "STOPPED");
  }

  async #setTarget(name: string, target: TargetState): Promise<void> {
    if (!this.#context.configs.config(name)) {
      throw new HerderError(404, `Unknown connector ${name}`);
    }
    await this.#stored(() => this.#context.configs.putTargetState(name, target));
  }

  async restartConnector(
    name: string,
    options: RestartOptions,
  ): Promise<ConnectorStateInfo | undefined> {
    if (!this.#context.configs.config(name)) {
      throw new HerderError(404, `Unknown connector: ${name}`);
    }
    if (!options.includeTasks && !options.onlyFailed) {
      await this.#sharing.requireOwner(name);
      await this.#stages.during(`restarting connector ${name}`, () =>
        this.#work.runtime(name).restartConnector(),
      );
      return undefined;
    }
    await this.#sharing.requireLeader();
    if (!this.#context.statuses.connector(name)) {
      throw new HerderError(404, `Status for connector ${name} not found`);
    }
    const { connector, tasks, ...info } = this.connectorStatus(name);
    const plan = restartPlan(this.#context, name, options);
    await this.#stored(() =>
      this.#context.configs.putRestart(name, options.includeTasks, options.onlyFailed),
    );
    return {
      ...info,
      connector: plan.isConnectorWanted ? { ...connector, state: "RESTARTING" } : connector,
      tasks: tasks.map((task) =>
        plan.tasks.includes(task.id) ? { ...task, state: "RESTARTING" } : task,
      ),
    };
  }

  async restartTask(name: string, task: number): Promise<void> {
    if (!this.#context.configs.config(name)) {
      throw new HerderError(404, `Unknown connector: ${name}`);
    }
    if (task < 0 || task >= this.#context.configs.taskConfigs(name).length) {
      throw new HerderError(404, `Unknown task: ${name}-${task}`);
    }
    await this.#sharing.requireOwner(name, task);
    await this.#stages.during(`restarting task ${name}-${task}`, () =>
      this.#work.runtime(name).restartTask(task),
    );
  }

  // -- topics and offsets ---------------------------------------------------------------------

  activeTopics(name: string): readonly string[] {
    if (!this.#context.workerConfig["topic.tracking.enable"]) {
      throw new HerderError(403, "Topic tracking is disabled.");
    }
    return this.#context.statuses.topics(name);
  }

  async resetActiveTopics(name: string): Promise<void> {
    this.activeTopics(name);
    if (!this.#context.workerConfig["topic.tracking.allow.reset"]) {
      throw new HerderError(403, "Topic tracking reset is disabled.");
    }
    this.#context.statuses.resetTopics(name);
  }

  async connectorOffsets(name: string): Promise<ConnectorOffsets> {
    const kind = this.#kind(this.connectorConfig(name));
    const offsets = await this.#stages.during(`reading the offsets of connector ${name}`, () =>
      readOffsets(this.#context, name, kind),
    );
    return { offsets };
  }

  alterOffsets(name: string, offsets: readonly ConnectorOffset[]): Promise<string> {
    return this.#changeOffsets(name, async () => offsets, "altered");
  }

  resetOffsets(name: string): Promise<string> {
    const removed = async (): Promise<readonly ConnectorOffset[]> => {
      const { offsets } = await this.connectorOffsets(name);
      return offsets.map(({ partition }) => ({ partition, offset: null }));
    };
    return this.#changeOffsets(name, removed, "reset");
  }

  async #changeOffsets(
    name: string,
    wanted: () => Promise<readonly ConnectorOffset[]>,
    done: "altered" | "reset",
  ): Promise<string> {
    await this.#sharing.requireLeader();
    const config = this.connectorConfig(name);
    requireStopped(this.#context, name);
    return this.#stages.during(`modifying offsets for connector ${name}`, async () =>
      changeOffsets(this.#context, name, config, await wanted(), done),
    );
  }

  // -- plug-ins -------------------------------------------------------------------------------

  plugins(options: { readonly connectorsOnly: boolean }): readonly PluginInfo[] {
    return this.#pluginRequests.list(options);
  }
  pluginConfig(name: string, version?: string): readonly ConfigKeyInfo[] {
    return this.#pluginRequests.config(name, version);
  }
  validateConfig(plugin: string | undefined, config: RawConfig): Promise<ConfigInfos> {
    return this.#stages.during("performing multi-property validation for the connector", () =>
      this.#pluginRequests.validate(plugin, config),
    );
  }

  // -- loggers --------------------------------------------------------------------------------

  async setClusterLogLevel(logger: string, level: string): Promise<void> {
    await this.#stored(() => this.#context.configs.putLoggerLevel(logger, level));
  }

  #kind(config: Props): "source" | "sink" | "unknown" {
    const type = config["connector.class"] ?? "";
    return this.#context.plugins.find(type, "source", "sink")?.kind ?? "unknown";
  }
}
