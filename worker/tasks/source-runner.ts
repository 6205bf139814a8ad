import { setTimeout as delay } from "node:timers/promises";
import { RetriableError } from "#connect-api";
import type { SourceRecord, SourceTask } from "#connect-api";
import { RecordLogError } from "#broker";
import type { AppendResult, NewRecord, Producer } from "#broker";
import type { ErrorHandler } from "../errors/error-handler.ts";
import type { FailedRecord } from "../errors/failure.ts";
import { getLogger } from "../logging/index.ts";
import { makeConverters } from "./converters.ts";
import type { Converters } from "./converters.ts";
import { toNewRecord } from "./record-conversion.ts";
import { SourceOffsets } from "./source-offsets.ts";
import { PauseSwitch } from "./task-runner.ts";
import type { TaskEnvironment, TaskRunner } from "./task-runner.ts";
import {
  clientSettings,
  closingSteps,
  makeErrorHandler,
  openDeadLetterQueue,
  pluginLog,
  releaseAll,
  tagsOf,
  taskMetrics,
} from "./task-support.ts";
import { TopicCreation } from "./topic-creation.ts";
import { TransformationChain } from "./transformation-chain.ts";

const log = getLogger("worker.tasks.source");

/** Polled records that wait for the log; beyond that, polling waits. */
const IN_FLIGHT_MAX = 10_000;
/** Pauses between attempts to store a record, in milliseconds. */
const RESEND_DELAY_MIN_MS = 100;
const RESEND_DELAY_MAX_MS = 2000;

/** A polled record on its way: its parts in the log's form, and what to do when they are stored. */
interface Dispatched {
  /** Place in the order of dispatch. */
  readonly sequence: number;
  readonly original: SourceRecord;
  readonly parts: readonly NewRecord[];
  acknowledgeOffset(): void;
}

/**
 * Runs a source task: poll → transformations → converters → log → commitRecord.
 *
 * Polling goes on while earlier records are on their way, so a source that acknowledges upstream waits
 * for the log and for nothing else. When the log does not take a record for now, everything that came
 * after it waits, so that the order stays.
 * Source: org.apache.kafka.connect.runtime.AbstractWorkerSourceTask.
 */
export class SourceRunner implements TaskRunner {
  readonly #task: SourceTask;
  readonly #environment: TaskEnvironment;
  readonly #pause: PauseSwitch;
  readonly #stopping = new AbortController();
  readonly #offsets = new SourceOffsets();
  readonly #ended: Promise<void>;
  /** Aborted to end a poll under way: at pause and at stop. */
  #polling = new AbortController();
  #inFlight = 0;
  #dispatched = 0;
  #settled: (() => void) | undefined;
  #failure: unknown;
  /** Records that the log refused for now, in order, while it is asked again. */
  #waiting: Dispatched[] = [];
  #resending: Promise<void> | undefined;
  #producer: Producer | undefined;
  #deadLetterProducer: Producer | undefined;
  #flushTimer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(task: SourceTask, environment: TaskEnvironment) {
    this.#task = task;
    this.#environment = environment;
    this.#pause = new PauseSwitch(environment.isPaused);
    this.#ended = this.#run();
  }

  pause(): void {
    this.#pause.set(true);
    this.#polling.abort();
  }

  resume(): void {
    this.#pause.set(false);
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    this.#polling.abort();
    this.#settled?.();
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { onState } = this.#environment;
    let hasStarted = false;
    let pipeline: SourcePipeline | undefined;
    try {
      if (this.#pause.isPaused) onState("PAUSED");
      await this.#pause.whenOff(this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      pipeline = await this.#open();
      this.#task.initialize({
        connectorName: this.#environment.connector,
        taskId: this.#environment.task,
        log: pluginLog(this.#environment),
        metrics: taskMetrics(this.#environment),
        configs: () => this.#environment.props,
        offsetReader: this.#environment.offsets.reader(this.#environment.connector),
      });
      hasStarted = true;
      await this.#task.start(this.#environment.props);
      onState("RUNNING");
      await this.#loop(pipeline);
      if (this.#failure !== undefined) throw this.#failure;
    } catch (error) {
      if (!this.#stopping.signal.aborted || this.#failure !== undefined) onState("FAILED", error);
    } finally {
      await this.#close(hasStarted, pipeline);
    }
  }

  async #open(): Promise<SourcePipeline> {
    const { plugins, workerProps, workerConfig, props, log: recordLog } = this.#environment;
    const deadLetters = await openDeadLetterQueue(this.#environment);
    this.#deadLetterProducer = deadLetters?.producer;
    const errors = makeErrorHandler(this.#environment, this.#stopping.signal, (metrics) =>
      deadLetters?.make(metrics),
    );
    const { connector, task } = this.#environment;
    this.#producer = await recordLog.producer({
      clientId: `connector-producer-${connector}-${task}`,
      settings: clientSettings(this.#environment, "producer"),
    });
    this.#flushTimer = setInterval(
      () => void this.#flush(),
      workerConfig["offset.flush.interval.ms"],
    );
    return {
      converters: makeConverters(plugins, workerProps, props),
      chain: TransformationChain.make(plugins, props, (transform) =>
        taskMetrics(this.#environment, { transform }),
      ),
      errors,
      topics: new TopicCreation(recordLog.admin, props, workerConfig["topic.creation.enable"]),
      counters: sourceCounters(this.#environment, () => this.#inFlight),
    };
  }

  async #loop(pipeline: SourcePipeline): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted && this.#failure === undefined) {
      if (this.#pause.isPaused) {
        this.#environment.onState("PAUSED");
        await this.#pause.whenOff(signal);
        if (!signal.aborted) this.#environment.onState("RUNNING");
        continue;
      }
      await this.#room();
      if (signal.aborted || this.#failure !== undefined) break;
      this.#polling = new AbortController();
      // A pause while there was no room aborted the poll before this one.
      if (this.#pause.isPaused) continue;
      const records = await this.#poll();
      pipeline.counters.polled.add(records.length);
      for (const record of records) await this.#dispatch(record, pipeline);
    }
  }

  async #poll(): Promise<readonly SourceRecord[]> {
    try {
      const records = (await this.#task.poll(this.#polling.signal)) ?? [];
      // A source with nothing to say must not take the whole event loop.
      if (records.length === 0) await delay(0);
      return records;
    } catch (error) {
      // Most of what waits with a signal rejects when it aborts; that is not a failure of the task.
      if (this.#polling.signal.aborted && isAbort(error)) return [];
      if (!(error instanceof RetriableError)) throw error;
      const { connector, task } = this.#environment;
      log.warn({ connector, task, code: error.code }, "poll failed and is tried again");
      const pause = error.retryAfterMs ?? RESEND_DELAY_MIN_MS;
      await delay(pause, undefined, { signal: this.#polling.signal }).catch(() => undefined);
      return [];
    }
  }

  /** Waits until there is room for more records in flight. */
  async #room(): Promise<void> {
    while (
      (this.#inFlight >= IN_FLIGHT_MAX || this.#resending) &&
      !this.#stopping.signal.aborted &&
      this.#failure === undefined
    ) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
    }
  }

  async #dispatch(original: SourceRecord, pipeline: SourcePipeline): Promise<void> {
    const { chain, errors, converters, topics } = pipeline;
    const failed = (): FailedRecord => failedSourceRecord(original);
    const records = await chain.apply(original, errors, failed);
    if (!records) return this.#confirm(original, null, "SKIPPED");
    if (records.length === 0) return this.#confirm(original, null, "FILTERED");
    const parts: NewRecord[] = [];
    for (const record of records) {
      const part = await toNewRecord(record, converters, errors, failed, record.partition);
      if (!part) return this.#confirm(original, null, "SKIPPED");
      parts.push(part);
    }
    for (const { topic } of parts) {
      await this.#ensureTopic(topics, topic);
      this.#environment.onTopic(topic);
    }
    this.#inFlight += 1;
    const acknowledgeOffset = this.#offsets.submit(original.sourcePartition, original.sourceOffset);
    this.#dispatched += 1;
    this.#send({ sequence: this.#dispatched, original, parts, acknowledgeOffset }, pipeline);
  }

  async #ensureTopic(topics: TopicCreation, topic: string): Promise<void> {
    for (let pause = RESEND_DELAY_MIN_MS; ; pause = Math.min(pause * 2, RESEND_DELAY_MAX_MS)) {
      try {
        await topics.ensure(topic);
        return;
      } catch (error) {
        if (!isRetriable(error) || this.#stopping.signal.aborted) throw error;
        await this.#pauseFor(pause);
      }
    }
  }

  /** Hands a record to the log, unless others wait there already. */
  #send(dispatched: Dispatched, pipeline: SourcePipeline): void {
    if (this.#resending) {
      this.#waiting.push(dispatched);
      return;
    }
    const { parts } = dispatched;
    (this.#producer as Producer).send(parts).then(
      (results) => this.#stored(dispatched, results, pipeline),
      (error: unknown) => this.#notStored(dispatched, error, pipeline),
    );
  }

  #stored(
    { original, acknowledgeOffset }: Dispatched,
    results: readonly AppendResult[],
    { counters }: SourcePipeline,
  ): void {
    acknowledgeOffset();
    counters.written.add(results.length);
    this.#confirm(original, results[0] as AppendResult);
    this.#leave();
  }

  #notStored(dispatched: Dispatched, error: unknown, pipeline: SourcePipeline): void {
    if (isRetriable(error) && !this.#stopping.signal.aborted) {
      this.#waiting.push(dispatched);
      this.#resending ??= this.#resend(pipeline);
      return;
    }
    if (this.#stopping.signal.aborted) {
      this.#leave();
      return;
    }
    void this.#giveUp(dispatched, error, pipeline.errors);
  }

  /** Tolerated: the record is reported and skipped. Otherwise the task fails. */
  async #giveUp({ original, acknowledgeOffset }: Dispatched, error: unknown, errors: ErrorHandler) {
    try {
      await errors.failed({
        stage: "KAFKA_PRODUCE",
        className: "Producer",
        error,
        record: failedSourceRecord(original),
      });
      acknowledgeOffset();
    } catch (failure) {
      this.#failure ??= failure;
      this.#polling.abort();
    }
    this.#confirm(original, null, "SKIPPED");
    this.#leave();
  }

  /** Sends what waits, one after the other, until the log has all of it. */
  async #resend(pipeline: SourcePipeline): Promise<void> {
    const { connector, task } = this.#environment;
    const count = this.#waiting.length;
    log.warn(
      { connector, task, code: "LOG_NOT_WRITABLE", count },
      "The log does not take records; trying again",
    );
    let pause = RESEND_DELAY_MIN_MS;
    await this.#allReturned();
    this.#waiting.sort((a, b) => a.sequence - b.sequence);
    while (this.#waiting.length > 0 && !this.#stopping.signal.aborted) {
      const next = this.#waiting[0] as Dispatched;
      try {
        const results = await (this.#producer as Producer).send(next.parts);
        this.#waiting.shift();
        this.#stored(next, results, pipeline);
        pause = RESEND_DELAY_MIN_MS;
      } catch (error) {
        if (isRetriable(error)) {
          await this.#pauseFor(pause);
          pause = Math.min(pause * 2, RESEND_DELAY_MAX_MS);
          continue;
        }
        this.#waiting.shift();
        await this.#giveUp(next, error, pipeline.errors);
      }
    }
    this.#resending = undefined;
    this.#settled?.();
  }

  /**
   * Waits until every record under way is either stored or waiting. Otherwise one that is refused later
   * would come behind records that were dispatched after it.
   */
  async #allReturned(): Promise<void> {
    while (this.#inFlight > this.#waiting.length && !this.#stopping.signal.aborted) {
      await this.#pauseFor(5);
    }
  }

  #pauseFor(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #leave(): void {
    this.#inFlight -= 1;
    this.#settled?.();
  }

  /** Tells the task what became of its record. What it throws is logged only, as in Kafka. */
  #confirm(
    record: SourceRecord,
    metadata: AppendResult | null,
    reason?: "FILTERED" | "SKIPPED",
  ): void {
    const complain = (error: unknown): void => {
      const { connector, task } = this.#environment;
      log.failure(error, { connector, task, code: "COMMIT_RECORD_FAILED" }, "commitRecord failed");
    };
    try {
      const done = this.#task.commitRecord(record, metadata, reason);
      if (done instanceof Promise) done.catch(complain);
    } catch (error) {
      complain(error);
    }
  }

  /** Stores the offsets that may be stored; a failure is logged and tried again at the next turn. */
  #flush(): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      const { connector, task, offsets } = this.#environment;
      const committable = this.#offsets.committable();
      try {
        await offsets.put(connector, committable);
      } catch (error) {
        this.#offsets.putBack(committable);
        log.failure(error, { connector, task, code: "OFFSETS_NOT_STORED" }, "Offsets not stored");
        return;
      }
      try {
        await this.#task.commit();
      } catch (error) {
        log.failure(error, { connector, task, code: "COMMIT_FAILED" }, "commit failed");
      }
    });
    return this.#flushing;
  }

  async #close(hasStarted: boolean, pipeline: SourcePipeline | undefined): Promise<void> {
    clearInterval(this.#flushTimer);
    // What is on its way may still be stored and acknowledged before the task stops. Its offsets are
    // stored even if the task does not stop cleanly.
    await releaseAll(
      this.#environment,
      () => this.#drained(),
      () => (hasStarted ? this.#task.stop() : undefined),
      () => (hasStarted ? this.#flush() : undefined),
      () => this.#producer?.close(),
      () => this.#deadLetterProducer?.close(),
      ...closingSteps(pipeline?.chain, pipeline?.converters),
    );
  }

  /** Waits until nothing is in flight that the log may still confirm. */
  async #drained(): Promise<void> {
    // Half of the time, so that stop and the last offsets have the other half.
    const budget = this.#environment.workerConfig["task.shutdown.graceful.timeout.ms"] / 2;
    const deadline = performance.now() + budget;
    await this.#resending;
    while (this.#inFlight > this.#waiting.length && performance.now() < deadline) await delay(5);
  }
}

interface SourcePipeline {
  readonly converters: Converters;
  readonly chain: TransformationChain;
  readonly errors: ErrorHandler;
  readonly topics: TopicCreation;
  readonly counters: ReturnType<typeof sourceCounters>;
}

function sourceCounters(environment: TaskEnvironment, inFlight: () => number) {
  const tags = tagsOf(environment);
  const group = "source-task-metrics";
  environment.metrics.measured(group, "source-record-active-count", tags, inFlight);
  return {
    polled: environment.metrics.counter(group, "source-record-poll-total", tags),
    written: environment.metrics.counter(group, "source-record-write-total", tags),
  };
}

function isRetriable(error: unknown): boolean {
  return error instanceof RecordLogError ? error.isRetriable : error instanceof RetriableError;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** What a dead letter of a source can hold: key and value where they are bytes or text. */
function failedSourceRecord(record: SourceRecord): FailedRecord {
  return {
    topic: record.topic,
    partition: undefined,
    offset: undefined,
    timestamp: record.timestamp,
    key: bytesOf(record.key),
    value: bytesOf(record.value),
    headers: [...record.headers].map(({ key, value }) => [key, bytesOf(value)]),
  };
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  return typeof value === "string" ? new TextEncoder().encode(value) : null;
}
