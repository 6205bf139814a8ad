import type { Props } from "#connect-api";
import { RecordLogError } from "#broker";
import { overridePolicyOf } from "../config/worker-config.ts";
import { ConnectorRuntime } from "./connector-runtime.ts";
import { alterSinkOffsets, alterSourceOffsets, readOffsets } from "./connector-offsets.ts";
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
  StateInfo,
  TaskInfo,
  TaskStateInfo,
} from "./herder.ts";
import { PluginRequests } from "./plugin-requests.ts";
import type { WorkerContext } from "./worker-context.ts";

const INITIAL = { RUNNING: "STARTED", PAUSED: "PAUSED", STOPPED: "STOPPED" } as const;

/**
 * The herder of one worker that runs everything itself. Answers come from memory; changes are stored in
 * the log before they are answered.
 */
export class StandaloneHerder implements Herder {
  readonly #context: WorkerContext;
  readonly #pluginRequests: PluginRequests;
  readonly #runtimes = new Map<string, ConnectorRuntime>();
  /** Names whose first config is on its way to the log. */
  readonly #creating = new Set<string>();

  constructor(context: WorkerContext) {
    this.#context = context;
    const { metrics, plugins, workerProps, workerConfig } = context;
    this.#pluginRequests = new PluginRequests({
      plugins,
      props: workerProps,
      groupId: workerConfig["group.id"],
      isExactlyOnce: workerConfig["exactly.once.source.support"] === "enabled",
      overridePolicy: overridePolicyOf(workerConfig),
    });
    metrics.measured("connect-worker-metrics", "connector-count", {}, () => this.#runtimes.size);
    metrics.measured("connect-worker-metrics", "task-count", {}, () =>
      [...this.#runtimes.values()].reduce((sum, { taskCount }) => sum + taskCount, 0),
    );
  }

  /** Starts what was running when the worker stopped. */
  start(): void {
    for (const name of this.#context.configs.connectors()) void this.#runtime(name).restart();
  }

  /** Stops everything; states become UNASSIGNED. */
  async stop(): Promise<void> {
    await Promise.all([...this.#runtimes.values()].map((each) => each.end({ remove: false })));
    await this.#context.statuses.flush();
  }

  async ping(): Promise<void> {}

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
    const valid = await this.#validated(name, config);
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
    const valid = await this.#validated(name, config);
    const isNew = !this.#context.configs.config(name);
    await this.#store(name, valid);
    return { created: isNew, info: this.connectorInfo(name) };
  }

  async patchConnectorConfig(name: string, patch: RawConfig): Promise<ConnectorInfo> {
    const merged: Record<string, string | null> = { ...this.connectorConfig(name) };
    for (const [key, value] of Object.entries(patch)) {
      if (value === null) delete merged[key];
      else merged[key] = value;
    }
    await this.#store(name, await this.#validated(name, merged));
    return this.connectorInfo(name);
  }

  async #validated(name: string, config: RawConfig): Promise<Props> {
    const named: RawConfig = { ...config, name };
    const infos = await this.validateConfig(undefined, named);
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
    return named as Props;
  }

  async #store(name: string, config: Props, initialState?: InitialState): Promise<void> {
    const initial = initialState === undefined ? undefined : INITIAL[initialState];
    await this.#stored(this.#context.configs.putConnector(name, config, initial));
    void this.#runtime(name).restart();
  }

  /** A change that the log does not take is told as such, not as a fault of the worker. */
  async #stored(write: Promise<void>): Promise<void> {
    try {
      await write;
    } catch (cause) {
      if (!(cause instanceof RecordLogError)) throw cause;
      const message = `The change could not be stored: ${cause.message}`;
      throw new HerderError(500, message, { cause });
    }
  }

  async deleteConnector(name: string): Promise<void> {
    this.connectorConfig(name);
    await this.#stored(this.#context.configs.deleteConnector(name));
    const runtime = this.#runtime(name);
    this.#runtimes.delete(name);
    await runtime.end({ remove: true });
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
    await this.#setTarget(name, "STOPPED");
  }

  async #setTarget(name: string, target: "STARTED" | "PAUSED" | "STOPPED"): Promise<void> {
    if (!this.#context.configs.config(name)) {
      throw new HerderError(404, `Unknown connector ${name}`);
    }
    await this.#stored(this.#context.configs.putTargetState(name, target));
    void this.#runtime(name).applyTarget(target);
  }

  async restartConnector(
    name: string,
    options: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
  ): Promise<ConnectorStateInfo | undefined> {
    if (!this.#context.configs.config(name)) {
      throw new HerderError(404, `Unknown connector: ${name}`);
    }
    const { statuses } = this.#context;
    const runtime = this.#runtime(name);
    if (!options.includeTasks && !options.onlyFailed) {
      await runtime.restartConnector();
      return undefined;
    }
    if (!statuses.connector(name)) {
      throw new HerderError(404, `Status for connector ${name} not found`);
    }
    const before = this.connectorStatus(name);
    const isWanted = ({ state }: StateInfo): boolean => !options.onlyFailed || state === "FAILED";
    const tasks = options.includeTasks ? before.tasks.filter(isWanted) : [];
    const isConnectorWanted = isWanted(before.connector);
    if (isConnectorWanted) {
      const { version, trace } = before.connector;
      statuses.putConnector(name, "RESTARTING", version, trace);
    }
    for (const { id, version, trace } of tasks) {
      statuses.putTask(name, id, "RESTARTING", version, trace);
    }
    const answer = this.connectorStatus(name);
    if (isConnectorWanted) void runtime.restartConnector();
    for (const { id } of tasks) void runtime.restartTask(id);
    return answer;
  }

  async restartTask(name: string, task: number): Promise<void> {
    if (!this.#context.configs.config(name)) {
      throw new HerderError(404, `Unknown connector: ${name}`);
    }
    if (task >= this.#context.configs.taskConfigs(name).length) {
      throw new HerderError(404, `Unknown task: ${name}-${task}`);
    }
    await this.#runtime(name).restartTask(task);
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
    return { offsets: await readOffsets(this.#context, name, kind) };
  }

  alterOffsets(name: string, offsets: readonly ConnectorOffset[]): Promise<string> {
    return this.#changeOffsets(name, offsets, "altered");
  }

  async resetOffsets(name: string): Promise<string> {
    const { offsets } = await this.connectorOffsets(name);
    const removed = offsets.map(({ partition }) => ({ partition, offset: null }));
    return this.#changeOffsets(name, removed, "reset");
  }

  async #changeOffsets(
    name: string,
    offsets: readonly ConnectorOffset[],
    done: "altered" | "reset",
  ): Promise<string> {
    const config = this.connectorConfig(name);
    const { configs } = this.#context;
    if (configs.targetState(name) !== "STOPPED" || configs.taskConfigs(name).length > 0) {
      throw new HerderError(
        400,
        `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
      );
    }
    const plugin = this.#context.plugins.connector(
      config["connector.class"] ?? "",
      config["connector.plugin.version"],
    );
    const change = plugin.kind === "sink" ? alterSinkOffsets : alterSourceOffsets;
    const isAccepted = await change(this.#context, name, config, new plugin.create(), offsets);
    return isAccepted
      ? `The offsets for this connector have been ${done} successfully`
      : `The Connect framework-managed offsets for this connector have been ${done} successfully. However, if this connector manages offsets externally, they will need to be manually ${done} in the system that the connector uses.`;
  }

  // -- plug-ins -------------------------------------------------------------------------------

  plugins(options: { readonly connectorsOnly: boolean }): readonly PluginInfo[] {
    return this.#pluginRequests.list(options);
  }

  pluginConfig(name: string, version?: string): readonly ConfigKeyInfo[] {
    return this.#pluginRequests.config(name, version);
  }

  validateConfig(plugin: string | undefined, config: RawConfig): Promise<ConfigInfos> {
    return this.#pluginRequests.validate(plugin, config);
  }

  #kind(config: Props): "source" | "sink" | "unknown" {
    const type = config["connector.class"] ?? "";
    return this.#context.plugins.find(type, "source", "sink")?.kind ?? "unknown";
  }

  #runtime(name: string): ConnectorRuntime {
    let runtime = this.#runtimes.get(name);
    if (!runtime) {
      runtime = new ConnectorRuntime(name, this.#context);
      this.#runtimes.set(name, runtime);
    }
    return runtime;
  }
}
