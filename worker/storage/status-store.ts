import type { RunState, StateInfo } from "../herder/herder.ts";
import { getLogger } from "../logging/index.ts";
import type { KeyedTopic } from "./keyed-topic.ts";

const log = getLogger("worker.storage.status");

interface StoredStatus {
  readonly state: RunState;
  readonly trace: string | null;
  readonly worker_id: string;
  readonly generation: number;
  readonly version?: string;
}

/**
 * States of connectors and tasks, and the topics they use, in the records of Kafka's status topic.
 *
 * What is asked for is answered from memory at once; writes go to the log behind that, in order, and a
 * failed one is logged: a status that is not stored must not stop the work it speaks of.
 * Source: org.apache.kafka.connect.storage.KafkaStatusBackingStore.
 */
export class StatusStore {
  readonly #topic: KeyedTopic;
  readonly #workerId: () => string;
  readonly #values: Map<string, string>;
  #written: Promise<void> = Promise.resolve();

  constructor(topic: KeyedTopic, workerId: () => string) {
    this.#topic = topic;
    this.#workerId = workerId;
    this.#values = new Map(topic.entries());
  }

  putConnector(name: string, state: RunState, version?: string, trace?: string): void {
    this.#put(`status-connector-${name}`, this.#status(state, version, trace));
  }

  putTask(name: string, task: number, state: RunState, version?: string, trace?: string): void {
    this.#put(`status-task-${name}-${task}`, this.#status(state, version, trace));
  }

  #status(state: RunState, version: string | undefined, trace: string | undefined): StoredStatus {
    return {
      state,
      trace: trace ?? null,
      worker_id: this.#workerId(),
      generation: 0,
      ...(version === undefined ? {} : { version }),
    };
  }

  connector(name: string): StateInfo | undefined {
    return this.#read(`status-connector-${name}`);
  }

  task(name: string, task: number): StateInfo | undefined {
    return this.#read(`status-task-${name}-${task}`);
  }

  #read(key: string): StateInfo | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    const { state, trace, worker_id, version } = JSON.parse(value) as StoredStatus;
    return {
      state,
      worker_id,
      ...(version === undefined ? {} : { version }),
      ...(trace === null ? {} : { trace }),
    };
  }

  removeTask(name: string, task: number): void {
    this.#put(`status-task-${name}-${task}`, null);
  }

  /** Removes the states of a connector, its tasks and its topics. */
  removeConnector(name: string): void {
    this.#put(`status-connector-${name}`, null);
    const task = `status-task-${name}-`;
    for (const key of [...this.#values.keys()]) {
      if (key.startsWith(task) && /^\d+$/.test(key.slice(task.length))) this.#put(key, null);
    }
    this.resetTopics(name);
  }

  /** Remembers that a connector uses a topic. */
  useTopic(topic: string, connector: string, task: number, now: number): void {
    const key = `status-topic-${topic}:connector-${connector}`;
    if (this.#values.has(key)) return;
    this.#put(key, { topic: { name: topic, connector, task, discoverTimestamp: now } });
  }

  topics(connector: string): readonly string[] {
    const ending = `:connector-${connector}`;
    return [...this.#values.keys()]
      .filter((key) => key.startsWith("status-topic-") && key.endsWith(ending))
      .map((key) => key.slice("status-topic-".length, -ending.length))
      .toSorted();
  }

  resetTopics(connector: string): void {
    for (const topic of this.topics(connector)) {
      this.#put(`status-topic-${topic}:connector-${connector}`, null);
    }
  }

  #put(key: string, value: object | null): void {
    const text = value === null ? null : JSON.stringify(value);
    if (text === null) this.#values.delete(key);
    else this.#values.set(key, text);
    this.#written = this.#written
      .then(() => this.#topic.put([key, text]))
      .catch((error: unknown) => {
        log.failure(error, { code: "STATUS_NOT_STORED" }, "A status could not be stored");
      });
  }

  /** Resolves when everything that was put has been tried. */
  flush(): Promise<void> {
    return this.#written;
  }
}
