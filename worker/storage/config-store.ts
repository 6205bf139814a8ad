import type { Props } from "#connect-api";
import type { KeyedTopic } from "./keyed-topic.ts";

export type TargetState = "STARTED" | "PAUSED" | "STOPPED";

/**
 * Connector configs, task configs and target states, in the records of Kafka's config topic:
 * `connector-X`, `task-X-N`, `commit-X`, `target-state-X`.
 *
 * Source: org.apache.kafka.connect.storage.KafkaConfigBackingStore.
 */
export class ConfigStore {
  readonly #topic: KeyedTopic;

  constructor(topic: KeyedTopic) {
    this.#topic = topic;
  }

  connectors(): readonly string[] {
    return [...this.#topic.entries()]
      .filter(([key]) => key.startsWith("connector-"))
      .map(([key]) => key.slice("connector-".length))
      .toSorted();
  }

  config(name: string): Props | undefined {
    return this.#properties(`connector-${name}`);
  }

  targetState(name: string): TargetState {
    const value = this.#topic.get(`target-state-${name}`);
    if (value === undefined) return "STARTED";
    const state = JSON.parse(value) as { state?: TargetState; "state.v2"?: TargetState };
    return state["state.v2"] ?? state.state ?? "STARTED";
  }

  /** The last complete set; empty when there is none. */
  taskConfigs(name: string): readonly Props[] {
    const commit = this.#topic.get(`commit-${name}`);
    const count = commit === undefined ? 0 : (JSON.parse(commit) as { tasks: number }).tasks;
    const configs = Array.from({ length: count }, (_, task) =>
      this.#properties(`task-${name}-${task}`),
    );
    return configs.every((config) => config !== undefined) ? configs : [];
  }

  #properties(key: string): Props | undefined {
    const value = this.#topic.get(key);
    return value === undefined
      ? undefined
      : (JSON.parse(value) as { properties: Props }).properties;
  }

  /** With an initial state, that record comes first, so that nobody starts the connector too early. */
  async putConnector(name: string, config: Props, initial?: TargetState): Promise<void> {
    if (initial) await this.putTargetState(name, initial);
    await this.#topic.put([`connector-${name}`, JSON.stringify({ properties: config })]);
  }

  async putTaskConfigs(name: string, configs: readonly Props[]): Promise<void> {
    const tasks = configs.map(
      (config, task) => [`task-${name}-${task}`, JSON.stringify({ properties: config })] as const,
    );
    await this.#topic.put(...tasks, [`commit-${name}`, JSON.stringify({ tasks: configs.length })]);
  }

  /** Old workers do not know STOPPED, so they are told PAUSED. */
  async putTargetState(name: string, state: TargetState): Promise<void> {
    const value = { state: state === "STOPPED" ? "PAUSED" : state, "state.v2": state };
    await this.#topic.put([`target-state-${name}`, JSON.stringify(value)]);
  }

  async deleteConnector(name: string): Promise<void> {
    const zero = JSON.stringify({ tasks: 0 });
    await this.#topic.put(
      [`connector-${name}`, null],
      [`target-state-${name}`, null],
      [`commit-${name}`, zero],
    );
  }
}
