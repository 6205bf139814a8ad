import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type {
  Consumer,
  ConsumerOptions,
  LogRecord,
  NewRecord,
  Producer,
  Reader,
  ReaderOptions,
  RecordLog,
} from "../record-log.ts";

/** Opens the log for one test, and closes it with `t.after`. */
export type OpenLog = (t: TestContext) => Promise<RecordLog>;

export interface ContractTest {
  /** A claim about behaviour. */
  readonly name: string;
  run(contract: ContractRun): Promise<void>;
}

/** How long anything may take on a slow machine before the test gives up. */
export const PATIENCE_MS = 20_000;

/** What one test of the suite works with; everything it opens is closed at its end, newest first. */
export class ContractRun {
  readonly log: RecordLog;
  readonly #opened: { close(): Promise<unknown> }[] = [];

  private constructor(t: TestContext, log: RecordLog) {
    this.log = log;
    // Hooks run in the order of their registration; a log that closed first has closed its clients.
    t.after(async () => {
      for (const client of this.#opened.toReversed()) await client.close();
    });
  }

  static async open(t: TestContext, open: OpenLog): Promise<ContractRun> {
    return new ContractRun(t, await open(t));
  }

  /** A name that no other test uses. */
  name(prefix = "contract"): string {
    return `${prefix}-${randomUUID()}`;
  }

  async topic(partitions = 1, config: Readonly<Record<string, string>> = {}): Promise<string> {
    const topic = this.name();
    await this.log.admin.createTopics([{ topic, partitions, config }]);
    return topic;
  }

  async producer(transactionalId?: string): Promise<Producer> {
    const id = transactionalId === undefined ? {} : { transactionalId };
    return this.#keep(await this.log.producer({ clientId: "contract", ...id }));
  }

  async consumer(options: Omit<ConsumerOptions, "clientId">): Promise<Consumer> {
    return this.#keep(await this.log.consumer({ clientId: "contract", ...options }));
  }

  async reader(options: ReaderOptions): Promise<Reader> {
    return this.#keep(await this.log.reader(options));
  }

  /** Appends text values to a topic with a producer of its own. */
  async append(topic: string, values: readonly string[], partition = 0): Promise<void> {
    const producer = await this.producer();
    await producer.send(values.map((value) => recordOf(topic, value, { partition })));
  }

  /** Everything that a read_committed reader finds in a topic now. */
  async contents(topic: string): Promise<LogRecord[]> {
    const reader = await this.reader({ topic });
    return readToEnd(reader);
  }

  #keep<Client extends { close(): Promise<unknown> }>(client: Client): Client {
    this.#opened.push(client);
    return client;
  }
}

export async function readToEnd(reader: Reader): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await reader.isAtEnd())) {
    if (performance.now() > deadline) throw new Error("the reader did not get to the end");
    records.push(...(await reader.poll(200)));
  }
  return records;
}

/** Polls until so many records have come, and fails when they do not. */
export async function pollFor(consumer: Consumer | Reader, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const deadline = performance.now() + PATIENCE_MS;
  while (records.length < count) {
    if (performance.now() > deadline) {
      throw new Error(`${records.length} of ${count} records came`);
    }
    records.push(...(await consumer.poll(500)));
  }
  return records;
}

/** Polls until the group has given this member what the check asks for. */
export async function pollUntil(consumer: Consumer, isDone: () => boolean): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const deadline = performance.now() + PATIENCE_MS;
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error("what was polled for did not happen");
    records.push(...(await consumer.poll(50)));
  }
  return records;
}

/** A member that polls by itself, as a task does; `onRecords` is awaited before the next poll. */
export class PollingMember {
  readonly consumer: Consumer;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(consumer: Consumer, onRecords: (records: readonly LogRecord[]) => Promise<void>) {
    this.consumer = consumer;
    this.#ended = this.#run(onRecords);
  }

  async #run(onRecords: (records: readonly LogRecord[]) => Promise<void>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const records = await this.consumer.poll(200, this.#stop.signal);
      if (records.length > 0) await onRecords(records);
    }
  }

  /** Ends polling; rejects with whatever ended it before. */
  stop(): Promise<void> {
    this.#stop.abort();
    return this.#ended;
  }
}

/** Looks again and again until the check holds. */
export async function eventually(what: string, check: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!check()) {
    if (performance.now() > deadline) throw new Error(`did not happen: ${what}`);
    await delay(10);
  }
}

export function recordOf(
  topic: string,
  value: string | null,
  rest: { readonly key?: string; readonly partition?: number; readonly timestamp?: number } = {},
): NewRecord {
  return {
    topic,
    value: value === null ? null : bytes(value),
    key: rest.key === undefined ? null : bytes(rest.key),
    ...(rest.partition === undefined ? {} : { partition: rest.partition }),
    ...(rest.timestamp === undefined ? {} : { timestamp: rest.timestamp }),
  };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(value: Uint8Array | null): string | null {
  return value === null ? null : new TextDecoder().decode(value);
}

export function valuesOf(records: readonly LogRecord[]): (string | null)[] {
  return records.map(({ value }) => text(value));
}

/** The end of a list of records for one partition, as `commit` takes it. */
export function after(record: LogRecord | undefined): {
  topic: string;
  partition: number;
  offset: number;
} {
  if (!record) throw new Error("there is no record");
  return { topic: record.topic, partition: record.partition, offset: record.offset + 1 };
}

/** For `assert.rejects`. */
export function failure(...codes: readonly string[]): (error: unknown) => boolean {
  return (error) =>
    error instanceof Error &&
    error.name === "RecordLogError" &&
    "code" in error &&
    codes.includes(String(error.code));
}
