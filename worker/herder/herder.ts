import type { Props } from "#connect-api";

/**
 * What the REST API asks of the runtime: one method per operation, with the JSON shapes of Kafka
 * Connect's REST answers. A method that cannot do what was asked throws a HerderError.
 */

export type ConnectorKind = "source" | "sink" | "unknown";
export type InitialState = "RUNNING" | "PAUSED" | "STOPPED";
export type RunState =
  | "UNASSIGNED"
  | "RUNNING"
  | "PAUSED"
  | "STOPPED"
  | "FAILED"
  | "RESTARTING"
  | "DESTROYED";

export interface ConnectorTaskId {
  readonly connector: string;
  readonly task: number;
}

export interface ConnectorInfo {
  readonly name: string;
  readonly config: Props;
  readonly tasks: readonly ConnectorTaskId[];
  readonly type: ConnectorKind;
}

export interface TaskInfo {
  readonly id: ConnectorTaskId;
  readonly config: Props;
}

/** `trace` is present only when there is one. */
export interface StateInfo {
  readonly state: RunState;
  readonly worker_id: string;
  readonly version?: string;
  readonly trace?: string;
  /** How often a task has restarted itself (`errors.restart.max.attempts`); present only when it has. */
  readonly restarts?: number;
}

export interface TaskStateInfo extends StateInfo {
  readonly id: number;
}

export interface ConnectorStateInfo {
  readonly name: string;
  readonly connector: StateInfo;
  readonly tasks: readonly TaskStateInfo[];
  readonly type: ConnectorKind;
}

export interface ConnectorOffset {
  readonly partition: Readonly<Record<string, unknown>> | null;
  readonly offset: Readonly<Record<string, unknown>> | null;
}

export interface ConnectorOffsets {
  readonly offsets: readonly ConnectorOffset[];
}

export interface PluginInfo {
  readonly class: string;
  readonly type:
    | "source"
    | "sink"
    | "transformation"
    | "predicate"
    | "converter"
    | "header_converter";
  readonly version?: string;
}

/** A key definition as REST shows it. */
export interface ConfigKeyInfo {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default_value: string | null;
  readonly importance: string;
  readonly documentation: string;
  readonly group: string | null;
  readonly order: number;
  readonly width: string;
  readonly display_name: string;
  readonly dependents: readonly string[];
}

export interface ConfigValueInfo {
  readonly name: string;
  readonly value: string | null;
  readonly recommended_values: readonly string[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

export interface ConfigInfos {
  readonly name: string;
  readonly error_count: number;
  readonly groups: readonly string[];
  readonly configs: readonly {
    readonly definition: ConfigKeyInfo | null;
    readonly value: ConfigValueInfo | null;
  }[];
}

/** A config as a client sends it: null values are told to the validator, or remove a key (PATCH). */
export type RawConfig = Readonly<Record<string, string | null>>;

/** What the herder is doing, or did last; times in milliseconds since 1970. */
export interface RequestStage {
  /** As in "The worker is currently …": `validating the connector's config`. */
  readonly description: string;
  readonly startedAt: number;
  readonly completedAt?: number;
}

export interface Herder {
  /** Shown when a request takes too long. */
  readonly stage?: RequestStage | undefined;
  /** Whether the start has ended (used by `/health`); undefined means yes. */
  readonly isReady?: boolean;
  /** Rejects when the runtime does not answer (used by `/health`). */
  ping(): Promise<void>;
  readonly kafkaClusterId: string;
  connectors(): readonly string[];
  connectorInfo(name: string): ConnectorInfo;
  connectorConfig(name: string): Props;
  createConnector(
    name: string,
    config: RawConfig,
    initialState?: InitialState,
  ): Promise<ConnectorInfo>;
  putConnectorConfig(
    name: string,
    config: RawConfig,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>;
  patchConnectorConfig(name: string, patch: RawConfig): Promise<ConnectorInfo>;
  deleteConnector(name: string): Promise<void>;
  connectorStatus(name: string): ConnectorStateInfo;
  taskStatus(name: string, task: number): TaskStateInfo;
  tasks(name: string): readonly TaskInfo[];
  pauseConnector(name: string): Promise<void>;
  resumeConnector(name: string): Promise<void>;
  stopConnector(name: string): Promise<void>;
  /** Returns the status when tasks take part (202), undefined otherwise (204). */
  restartConnector(
    name: string,
    options: { readonly includeTasks: boolean; readonly onlyFailed: boolean },
  ): Promise<ConnectorStateInfo | undefined>;
  restartTask(name: string, task: number): Promise<void>;
  activeTopics(name: string): readonly string[];
  resetActiveTopics(name: string): Promise<void>;
  connectorOffsets(name: string): Promise<ConnectorOffsets>;
  /** Return the message of the answer. */
  alterOffsets(name: string, offsets: readonly ConnectorOffset[]): Promise<string>;
  resetOffsets(name: string): Promise<string>;
  /** Sets the level on all workers that run now; undefined where there is one worker only. */
  setClusterLogLevel?(logger: string, level: string): Promise<void>;
  plugins(options: { readonly connectorsOnly: boolean }): readonly PluginInfo[];
  /** `version` is a range of versions; by default the latest. */
  pluginConfig(plugin: string, version?: string): readonly ConfigKeyInfo[];
  /** `plugin` is the type of the request's path; undefined when there is none to agree with. */
  validateConfig(plugin: string | undefined, config: RawConfig): Promise<ConfigInfos>;
}

/** A failure with the HTTP status that Kafka Connect answers for it. */
export class HerderError extends Error {
  override readonly name = "HerderError";
  readonly status: number;

  constructor(status: number, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.status = status;
  }
}
