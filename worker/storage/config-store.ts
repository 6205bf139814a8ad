import type { Props } from "#connect-api";
import { getLogger } from "../logging/index.ts";
import type { KeyedEntry, KeyedTopic } from "./keyed-topic.ts";

const log = getLogger("worker.storage.config");

export type TargetState = "STARTED" | "PAUSED" | "STOPPED";

/** What a record of the config topic has changed. */
export type ConfigChange =
  | {
      readonly kind: "CONNECTOR" | "REMOVED" | "TASKS" | "TARGET" | "FENCED";
      readonly name: string;
    }
  | {
      readonly kind: "RESTART";
      readonly name: string;
      readonly includeTasks: boolean;
      readonly onlyFailed: boolean;
    }
  | { readonly kind: "LOGGER"; readonly logger: string; readonly level: string };

interface ConnectorState {
  config: Props | undefined;
  target: TargetState;
  /** The task configs of the last complete set; undefined when its records are incomplete. */
  tasks: readonly Props[] | undefined;
  /** Task configs whose commit record has not come yet. */
  readonly deferred: Map<number, Props>;
  /** The connector's config when its task set was committed. */
  applied: Props | undefined;
  /** How many producers the task set before may have, if somebody wrote that down. */
  fencedCount: number | undefined;
  /** Whether the task set is newer than the record of who was fenced for it. */
  isFencingPending: boolean;
}

const KEY =
  /^(connector|commit|target-state|tasks-fencing|restart-connector|logger-cluster)-(.+)$/s;
const TASK_KEY = /^task-(.+)-(\d+)$/s;

/**
 * Connector configs, task sets and target states, from the records of Kafka's config topic and in their
 * order: `connector-X`, `task-X-N`, `commit-X`, `target-state-X`, `tasks-fencing-X`, and the requests
 * `restart-connector-X` and `logger-cluster-L`.
 *
 * The writes resolve when this worker has read them back, so whoever wrote sees what they did.
 * Source: org.apache.kafka.connect.storage.KafkaConfigBackingStore.
 */
export class ConfigStore {
  readonly #topic: KeyedTopic;
  readonly #connectors = new Map<string, ConnectorState>();
  readonly #listeners = new Set<(change: ConfigChange) => void>();

  constructor(topic: KeyedTopic) {
    this.#topic = topic;
    for (const [key, value] of topic.entries()) this.#apply(key, value);
    topic.listen(({ key, value }) => {
      const change = this.#apply(key, value);
      if (change) for (const listener of this.#listeners) listener(change);
    });
  }

  /** Tells of changes from now on, in the order of the log. Requests of before are not repeated. */
  listen(listener: (change: ConfigChange) => void): void {
    this.#listeners.add(listener);
  }

  /** Resolves at the next change, or after that many milliseconds. */
  async nextChange(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#listeners.add(done);
    });
  }

  /** Learns of what other workers write without being asked. */
  follow(): void {
    this.#topic.follow();
  }

  readToEnd(): Promise<void> {
    return this.#topic.readToEnd();
  }

  // -- reading --------------------------------------------------------------------------------

  connectors(): readonly string[] {
    return [...this.#connectors]
      .filter(([, { config }]) => config !== undefined)
      .map(([name]) => name)
      .toSorted();
  }

  config(name: string): Props | undefined {
    return this.#connectors.get(name)?.config;
  }

  targetState(name: string): TargetState {
    return this.#connectors.get(name)?.target ?? "STARTED";
  }

  /** The last complete set; empty when there is none. */
  taskConfigs(name: string): readonly Props[] {
    return this.#connectors.get(name)?.tasks ?? [];
  }

  /** Whether the stored task set was made from this config. */
  isApplied(name: string, config: Props): boolean {
    const state = this.#connectors.get(name);
    return state?.tasks !== undefined && isSame(state.applied, config);
  }

  /** Whether producers of the task set before have to be fenced before the present one starts. */
  isFencingPending(name: string): boolean {
    return this.#connectors.get(name)?.isFencingPending ?? false;
  }

  /** How many producers the task set before may have; undefined when nobody has written it down. */
  fencedCount(name: string): number | undefined {
    return this.#connectors.get(name)?.fencedCount;
  }

  // -- writing --------------------------------------------------------------------------------

  /** With an initial state, that record comes first, so that nobody starts the connector too early. */
  async putConnector(name: string, config: Props, initial?: TargetState): Promise<void> {
    const connector = [`connector-${name}`, JSON.stringify({ properties: config })] as const;
    if (initial) await this.#put(targetRecord(name, initial), connector);
    else await this.#put(connector);
  }

  async putTaskConfigs(name: string, configs: readonly Props[]): Promise<void> {
    const tasks = configs.map(
      (config, task) => [`task-${name}-${task}`, JSON.stringify({ properties: config })] as const,
    );
    await this.#put(...tasks, [`commit-${name}`, JSON.stringify({ tasks: configs.length })]);
  }

  async putTargetState(name: string, state: TargetState): Promise<void> {
    await this.#put(targetRecord(name, state));
  }

  /** The old producers are fenced; the next time, these many are. */
  async putFencedCount(name: string, count: number): Promise<void> {
    await this.#put([`tasks-fencing-${name}`, JSON.stringify({ "task-count": count })]);
  }

  async putRestart(name: string, includeTasks: boolean, onlyFailed: boolean): Promise<void> {
    const value = { "include-tasks": includeTasks, "only-failed": onlyFailed };
    await this.#put([`restart-connector-${name}`, JSON.stringify(value)]);
  }

  async putLoggerLevel(logger: string, level: string): Promise<void> {
    await this.#put([`logger-cluster-${logger}`, JSON.stringify({ level })]);
  }

  /** The empty task set keeps a connector that gets the name later from starting with old tasks. */
  async deleteConnector(name: string): Promise<void> {
    await this.#put(
      [`connector-${name}`, null],
      [`target-state-${name}`, null],
      [`commit-${name}`, JSON.stringify({ tasks: 0 })],
    );
  }

  async #put(...entries: readonly KeyedEntry[]): Promise<void> {
    await this.#topic.put(...entries);
    await this.#topic.readToEnd();
  }

  // -- records --------------------------------------------------------------------------------

  /** Returns what has changed, if anything has. A record that cannot be read is passed over. */
  #apply(key: string, text: string | null): ConfigChange | undefined {
    try {
      const value = text === null ? null : (JSON.parse(text) as Readonly<Record<string, unknown>>);
      const task = TASK_KEY.exec(key);
      if (task) {
        const [, name = "", number] = task;
        if (value) this.#state(name).deferred.set(Number(number), textMap(value["properties"]));
        return undefined;
      }
      const [, kind, name = ""] = KEY.exec(key) ?? [];
      return kind === undefined ? undefined : this.#applyValue(kind, name, value);
    } catch (error) {
      log.failure(error, { code: "CONFIG_RECORD_UNREADABLE", key }, "A config record is ignored");
      return undefined;
    }
  }

  #applyValue(
    kind: string,
    name: string,
    value: Readonly<Record<string, unknown>> | null,
  ): ConfigChange | undefined {
    switch (kind) {
      case "connector":
        return this.#applyConnector(name, value);
      case "commit":
        return value ? this.#applyCommit(name, Number(value["tasks"])) : undefined;
      case "target-state":
        this.#state(name).target = value ? targetOf(value) : "STARTED";
        return { kind: "TARGET", name };
      case "tasks-fencing":
        this.#state(name).fencedCount = value ? Number(value["task-count"]) : undefined;
        this.#state(name).isFencingPending = false;
        return { kind: "FENCED", name };
      case "restart-connector":
        if (!value) return undefined;
        return {
          kind: "RESTART",
          name,
          includeTasks: value["include-tasks"] === true,
          onlyFailed: value["only-failed"] === true,
        };
      default:
        return value ? { kind: "LOGGER", logger: name, level: String(value["level"]) } : undefined;
    }
  }

  #applyConnector(
    name: string,
    value: Readonly<Record<string, unknown>> | null,
  ): ConfigChange | undefined {
    if (value) {
      const state = this.#state(name);
      state.config = textMap(value["properties"]);
      return { kind: "CONNECTOR", name };
    }
    // Null for a connector that nobody knows means nothing.
    if (this.config(name) === undefined) return undefined;
    const state = this.#state(name);
    state.config = undefined;
    state.tasks = undefined;
    state.applied = undefined;
    state.deferred.clear();
    return { kind: "REMOVED", name };
  }

  #applyCommit(name: string, count: number): ConfigChange {
    const state = this.#state(name);
    const set = Array.from({ length: count }, (_, task) => state.deferred.get(task));
    const isComplete = set.every((config) => config !== undefined);
    if (!isComplete) {
      const fields = { connector: name, code: "TASK_SET_INCOMPLETE" };
      log.error(
        fields,
        "Task configs are missing; the tasks wait until the connector makes new ones",
      );
    }
    state.tasks = isComplete ? (set as readonly Props[]) : undefined;
    state.applied = state.config;
    state.deferred.clear();
    state.isFencingPending = count > 0;
    return { kind: "TASKS", name };
  }

  #state(name: string): ConnectorState {
    let state = this.#connectors.get(name);
    if (!state) {
      state = {
        config: undefined,
        target: "STARTED",
        tasks: undefined,
        deferred: new Map(),
        applied: undefined,
        fencedCount: undefined,
        isFencingPending: false,
      };
      this.#connectors.set(name, state);
    }
    return state;
  }
}

/** Old workers do not know STOPPED, so they are told PAUSED. */
function targetRecord(name: string, state: TargetState): readonly [string, string] {
  const value = { state: state === "STOPPED" ? "PAUSED" : state, "state.v2": state };
  return [`target-state-${name}`, JSON.stringify(value)];
}

function targetOf(value: Readonly<Record<string, unknown>>): TargetState {
  const state = value["state.v2"] ?? value["state"];
  if (state === "PAUSED" || state === "STOPPED") return state;
  if (state !== "STARTED") {
    log.error({ code: "TARGET_STATE_UNKNOWN" }, "A target state is unknown and taken for STARTED");
  }
  return "STARTED";
}

/** Values that are no texts are left out, as in Kafka. */
function textMap(value: unknown): Props {
  if (typeof value !== "object" || value === null) throw new Error("properties are missing");
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}

function isSame(a: Props | undefined, b: Props): boolean {
  if (!a) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
