import { setTimeout as delay } from "node:timers/promises";
import { RecordLogError } from "#broker";
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
  /** Beyond Kafka, whose workers leave it unread. */
  readonly restarts?: number;
}

/** Who writes statuses. Of a single worker the generation is always 0. */
export interface StatusWriter {
  readonly workerId: string;
  readonly generation: number;
  /** Whether other workers write too; their newer statuses then win over what this one leaves behind. */
  readonly isShared: boolean;
}

const RETRY_MIN_MS = 300;
const RETRY_MAX_MS = 10_000;

/**
 * States of connectors and tasks, and the topics they use, in the records of Kafka's status topic.
 *
 * What is asked for is answered from memory at once; writes go to the log behind that, the newest of each
 * key, again until the log has it: a status that cannot be stored must not stop the work it speaks of.
 * Source: org.apache.kafka.connect.storage.KafkaStatusBackingStore.
 */
export class StatusStore {
  readonly #topic: KeyedTopic;
  readonly #writer: () => StatusWriter;
  readonly #values: Map<string, string>;
  /** Keys on their way to the log; what is read of them meanwhile is older. */
  readonly #waiting = new Map<string, string | null>();
  #inFlight: ReadonlyMap<string, string | null> = new Map();
  #writing: Promise<void> | undefined;

  constructor(topic: KeyedTopic, writer: () => StatusWriter) {
    this.#topic = topic;
    this.#writer = writer;
    this.#values = new Map(topic.entries());
    topic.listen(({ key }) => this.#read(key));
  }

  /** Learns of what other workers write. */
  follow(): void {
    this.#topic.follow();
  }

  putConnector(name: string, state: RunState, version?: string, trace?: string): void {
    this.#putStatus(`status-connector-${name}`, state, version, trace);
  }

  /** `restarts`: how often the task has started again by itself since it last ran well. */
  putTask(
    name: string,
    task: number,
    state: RunState,
    version?: string,
    trace?: string,
    restarts = 0,
  ): void {
    this.#putStatus(`status-task-${name}-${task}`, state, version, trace, restarts);
  }

  #putStatus(
    key: string,
    state: RunState,
    version: string | undefined,
    trace: string | undefined,
    restarts = 0,
  ): void {
    const { workerId, generation, isShared } = this.#writer();
    // What a worker says at its end must not hide that another one has taken over.
    const isLast = state === "UNASSIGNED" || state === "FAILED";
    const known = this.#status(key);
    const isOthers = known !== undefined && known.worker_id !== workerId;
    if (isShared && isLast && isOthers && known.generation >= generation) return;
    const status: StoredStatus = {
      state,
      trace: trace ?? null,
      worker_id: workerId,
      generation,
      ...(version === undefined ? {} : { version }),
      ...(restarts === 0 ? {} : { restarts }),
    };
    this.#put(key, JSON.stringify(status));
  }

  connector(name: string): StateInfo | undefined {
    return this.#info(`status-connector-${name}`);
  }

  task(name: string, task: number): StateInfo | undefined {
    return this.#info(`status-task-${name}-${task}`);
  }

  /** Numbers of the tasks that have a status. */
  tasks(name: string): readonly number[] {
    const start = `status-task-${name}-`;
    return [...this.#values.keys()]
      .filter((key) => key.startsWith(start) && /^\d+$/.test(key.slice(start.length)))
      .map((key) => Number(key.slice(start.length)))
      .toSorted((a, b) => a - b);
  }

  /** The connectors that have a status, of their own or of a task, with the numbers of their tasks. */
  byConnector(): ReadonlyMap<string, readonly number[]> {
    const found = new Map<string, number[]>();
    for (const key of this.#values.keys()) {
      const [, connector, ofTask, task] =
        /^status-(?:connector-(.+)|task-(.+)-(\d+))$/s.exec(key) ?? [];
      const name = connector ?? ofTask;
      if (name === undefined) continue;
      const tasks = found.get(name) ?? [];
      if (task !== undefined) tasks.push(Number(task));
      found.set(name, tasks);
    }
    return found;
  }

  #info(key: string): StateInfo | undefined {
    const status = this.#status(key);
    if (!status) return undefined;
    const { state, trace, worker_id, version, restarts } = status;
    return {
      state,
      worker_id,
      ...(version === undefined ? {} : { version }),
      ...(restarts === undefined ? {} : { restarts }),
      ...(trace === null || trace === undefined ? {} : { trace }),
    };
  }

  /** A record that cannot be read is passed over. */
  #status(key: string): StoredStatus | undefined {
    return parsed(this.#values.get(key));
  }

  removeTask(name: string, task: number): void {
    this.#put(`status-task-${name}-${task}`, null);
  }

  /** Removes the states of a connector, its tasks and its topics. */
  removeConnector(name: string): void {
    this.#put(`status-connector-${name}`, null);
    for (const task of this.tasks(name)) this.removeTask(name, task);
    this.resetTopics(name);
  }

  /** Remembers that a connector uses a topic. */
  useTopic(topic: string, connector: string, task: number, now: number): void {
    const key = `status-topic-${topic}:connector-${connector}`;
    if (this.#values.has(key)) return;
    const value = { topic: { name: topic, connector, task, discoverTimestamp: now } };
    this.#put(key, JSON.stringify(value));
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

  /** Takes over what the topic says now, unless this worker is about to say something newer. */
  #read(key: string): void {
    if (this.#waiting.has(key) || this.#inFlight.has(key)) return;
    const text = this.#topic.get(key);
    if (text === undefined) {
      this.#values.delete(key);
      return;
    }
    const known = this.#status(key);
    const next = parsed(text);
    const isLate =
      next?.state === "UNASSIGNED" &&
      known?.state === "RUNNING" &&
      known.worker_id !== next.worker_id &&
      known.generation >= next.generation;
    if (!isLate) this.#values.set(key, text);
  }

  #put(key: string, text: string | null): void {
    if (text === null) this.#values.delete(key);
    else this.#values.set(key, text);
    this.#waiting.set(key, text);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Everything that waits, in one request; what comes meanwhile in the next. */
  async #write(): Promise<void> {
    let pause = RETRY_MIN_MS;
    while (this.#waiting.size > 0) {
      // Changes of one turn of the event loop go together.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = new Map(this.#waiting);
      this.#waiting.clear();
      this.#inFlight = batch;
      try {
        await this.#topic.put(...batch);
        pause = RETRY_MIN_MS;
      } catch (error) {
        const isPassing = error instanceof RecordLogError && error.isRetriable;
        log.failure(error, { code: "STATUS_NOT_STORED" }, "A status could not be stored");
        if (!isPassing) continue;
        for (const [key, text] of batch) {
          if (!this.#waiting.has(key)) this.#waiting.set(key, text);
        }
        await delay(pause, undefined, { ref: false });
        pause = Math.min(pause * 2, RETRY_MAX_MS);
      } finally {
        this.#inFlight = new Map();
      }
    }
  }

  /** Resolves when everything that was put has been stored, or after that many milliseconds. */
  async flush(timeoutMs = 5000): Promise<void> {
    if (!this.#writing) return;
    const late = new AbortController();
    await Promise.race([
      this.#writing,
      delay(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
  }
}

function parsed(text: string | undefined): StoredStatus | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as StoredStatus;
  } catch {
    return undefined;
  }
}
