import { setTimeout as delay } from "node:timers/promises";
import { RetriableError } from "#connect-api";
import type { ConnectRecord, SinkRecord, TopicStreamTask } from "#connect-api";
import { RecordLogError } from "#broker";
import type {
  Consumer,
  LogRecord,
  NewRecord,
  Producer,
  TopicPartition,
  TopicPartitionOffset,
} from "#broker";
import { deadLetterOf } from "../errors/dead-letters.ts";
import type { DeadLetterOptions } from "../errors/dead-letters.ts";
import type { ErrorHandler } from "../errors/error-handler.ts";
import type { ErrorMetrics } from "../errors/error-metrics.ts";
import type { Failure, FailureReporter } from "../errors/failure.ts";
import { getLogger } from "../logging/index.ts";
import { makeConverters } from "./converters.ts";
import type { Converters } from "./converters.ts";
import { failedLogRecord, toNewRecord, toSinkRecord } from "./record-conversion.ts";
import { openConsumer, progressOf } from "./sink-runner.ts";
import { PauseSwitch } from "./task-runner.ts";
import type { TaskEnvironment, TaskRunner } from "./task-runner.ts";
import {
  clientSettings,
  closingSteps,
  deadLetterOptions,
  makeErrorHandler,
  pluginLog,
  releaseAll,
  taskMetrics,
} from "./task-support.ts";
import { SinkTaskMetrics, measurePlugins } from "./task-metrics.ts";
import { TransformationChain } from "./transformation-chain.ts";

const log = getLogger("worker.tasks.stream");

const POLL_MS = 1000;
const RETRY_DELAY_MIN_MS = 100;
const RETRY_DELAY_MAX_MS = 5000;

/**
 * Runs a topic stream: poll → converters → transformations → process → produce, with the output, the
 * dead letters and the input offsets of a batch in one transaction. A batch that cannot be committed is
 * taken back whole and read again, so the output holds each record once.
 */
export class StreamRunner implements TaskRunner {
  readonly #task: TopicStreamTask;
  readonly #environment: TaskEnvironment;
  readonly #pause: PauseSwitch;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  readonly #metrics: SinkTaskMetrics;
  #consumer: Consumer | undefined;
  #producer: Producer | undefined;
  #isClosing = false;
  /** Nobody waits for this task any more: it has left its group and commits nothing. */
  #isCancelled = false;
  /** Dead letters of the batch at hand; they go into its transaction. */
  #deadLetters: NewRecord[] = [];

  constructor(task: TopicStreamTask, environment: TaskEnvironment) {
    this.#task = task;
    this.#environment = environment;
    this.#metrics = new SinkTaskMetrics(
      environment,
      progressOf(() => this.#consumer),
    );
    this.#pause = new PauseSwitch(environment.isPaused);
    this.#ended = this.#run();
  }

  pause(): void {
    this.#pause.set(true);
  }
  resume(): void {
    this.#pause.set(false);
  }
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#ended;
  }
  cancel(): void {
    this.#isCancelled = true;
    void releaseAll(
      this.#environment,
      () => this.#consumer?.close(),
      () => this.#producer?.close(),
    );
  }

  async #run(): Promise<void> {
    const { onState } = this.#environment;
    let hasStarted = false;
    let pipeline: StreamPipeline | undefined;
    try {
      if (this.#pause.isPaused) onState("PAUSED");
      await this.#pause.whenOff(this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      pipeline = await this.#open();
      hasStarted = true;
      await this.#start();
      onState("RUNNING");
      await this.#loop(pipeline);
    } catch (error) {
      onState("FAILED", error);
    } finally {
      await this.#close(hasStarted, pipeline);
    }
  }

  async #start(): Promise<void> {
    const { connector, task, props } = this.#environment;
    const unsupported = (): void => {
      throw new Error("A topic stream's offsets belong to the worker");
    };
    this.#task.initialize({
      connectorName: connector,
      taskId: task,
      log: pluginLog(this.#environment),
      metrics: taskMetrics(this.#environment),
      configs: () => props,
      offset: unsupported,
      timeout: unsupported,
      assignment: () => this.#consumer?.assignment() ?? [],
      pause: unsupported,
      resume: unsupported,
      requestCommit: () => {},
      errantRecordReporter: undefined,
    });
    await this.#task.start(props);
  }

  async #open(): Promise<StreamPipeline> {
    const { plugins, workerProps, workerConfig, props, connector, task } = this.#environment;
    const options = await deadLetterOptions(this.#environment);
    const errors = makeErrorHandler(this.#environment, this.#stopping.signal, (metrics) =>
      options ? this.#collector(options, metrics) : undefined,
    );
    this.#producer = await this.#environment.log.producer({
      clientId: `connector-producer-${connector}-${task}`,
      transactionalId: `${workerConfig["group.id"]}-${connector}-${task}`,
      settings: clientSettings(this.#environment, "producer"),
    });
    this.#consumer = await openConsumer(this.#environment, {
      onAssigned: async (partitions) => this.#task.open(partitions),
      onRevoked: (partitions) => this.#revoked(partitions),
      onLost: (partitions) => this.#revoked(partitions),
    });
    const input = makeConverters(plugins, workerProps, props);
    const chain = TransformationChain.make(plugins, props, (transform) =>
      taskMetrics(this.#environment, { transform }),
    );
    measurePlugins(this.#environment, input, chain);
    return {
      input,
      output: makeConverters(plugins, workerProps, props, "output."),
      chain,
      errors,
    };
  }

  #collector(options: DeadLetterOptions, metrics: ErrorMetrics): FailureReporter {
    return {
      report: async (failure: Failure) => {
        metrics.deadLetters.add();
        this.#deadLetters.push(deadLetterOf(failure, options));
      },
    };
  }

  async #loop(pipeline: StreamPipeline): Promise<void> {
    const { signal } = this.#stopping;
    const consumer = this.#consumer as Consumer;
    let isPaused = false;
    let retryDelayMs = RETRY_DELAY_MIN_MS;
    while (!signal.aborted) {
      if (this.#pause.isPaused !== isPaused) {
        isPaused = this.#pause.isPaused;
        this.#environment.onState(isPaused ? "PAUSED" : "RUNNING");
      }
      if (isPaused) consumer.pause(consumer.assignment());
      else consumer.resume(consumer.assignment());
      const batch = await consumer.poll(POLL_MS, signal);
      if (batch.length === 0) continue;
      if (isPaused) {
        // A rebalance under way in the poll brings partitions that nobody paused yet.
        for (const position of startsOf(batch)) consumer.seek(position);
        continue;
      }
      try {
        await this.#process(batch, pipeline);
        retryDelayMs = RETRY_DELAY_MIN_MS;
      } catch (error) {
        if (signal.aborted) return;
        if (!mayTryAgain(error)) throw error;
        const { connector, task } = this.#environment;
        log.failure(
          error,
          { connector, task, code: "BATCH_TAKEN_BACK", count: batch.length },
          "A batch could not be committed; it is read again",
        );
        await delay(retryDelayMs, undefined, { signal }).catch(() => undefined);
        retryDelayMs = Math.min(retryDelayMs * 2, RETRY_DELAY_MAX_MS);
        await this.#goBack(batch);
      }
    }
  }

  /**
   * Goes back to where the group stands. A commit that got no answer may have succeeded all the same: only
   * when another transaction has begun is that settled, and then the committed offsets tell the truth.
   */
  async #goBack(batch: readonly LogRecord[]): Promise<void> {
    const consumer = this.#consumer as Consumer;
    const { signal } = this.#stopping;
    const starts = startsOf(batch);
    for (
      let pause = RETRY_DELAY_MIN_MS;
      !signal.aborted;
      pause = Math.min(pause * 2, RETRY_DELAY_MAX_MS)
    ) {
      try {
        const settling = await (this.#producer as Producer).begin();
        await settling.abort();
        const committed = await consumer.committed(starts);
        for (const start of starts) consumer.seek(committed.find(samePlace(start)) ?? start);
        return;
      } catch (error) {
        if (!mayTryAgain(error)) throw error;
        await delay(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #process(batch: readonly LogRecord[], pipeline: StreamPipeline): Promise<void> {
    const startedAt = performance.now();
    this.#deadLetters = [];
    let output: NewRecord[];
    try {
      output = await this.#convert(batch, pipeline);
    } catch (error) {
      // A failure that is not tolerated still leaves its dead letter, without moving the offsets. A batch
      // that is read again will leave them then.
      if (!mayTryAgain(error)) await this.#storeDeadLetters();
      throw error;
    }
    const madeAt = performance.now();
    this.#metrics.commitBegins();
    const transaction = await (this.#producer as Producer).begin();
    try {
      const records = [...output, ...this.#deadLetters];
      if (records.length > 0) await transaction.send(records);
      await transaction.sendOffsets(this.#consumer as Consumer, endsOf(batch));
      await transaction.commit();
    } catch (error) {
      this.#metrics.committed(performance.now() - madeAt, false);
      await transaction.abort().catch(() => undefined);
      throw error;
    }
    this.#metrics.read(batch);
    this.#metrics.sent(output.length, madeAt - startedAt);
    this.#metrics.commitDone(endsOf(batch), performance.now() - madeAt);
    for (const { topic } of output) this.#environment.onTopic(topic);
  }

  async #convert(batch: readonly LogRecord[], pipeline: StreamPipeline): Promise<NewRecord[]> {
    const { input, chain, errors } = pipeline;
    const records: SinkRecord[] = [];
    const origins = new Map<ConnectRecord, LogRecord>();
    for (const raw of batch) {
      this.#environment.onTopic(raw.topic);
      const record = await toSinkRecord(raw, input, errors);
      if (!record) continue;
      const made = await chain.apply(record, errors, () => failedLogRecord(raw));
      if (!made) continue;
      for (const each of made) origins.set(each, raw);
      records.push(...made);
    }
    const processed = await this.#task.process(records);
    return this.#serialize(processed, origins, pipeline);
  }

  /** All parts of one input record, or none: if one part fails, its siblings are left out too. */
  async #serialize(
    records: readonly ConnectRecord[],
    origins: ReadonlyMap<ConnectRecord, LogRecord>,
    { output, errors }: StreamPipeline,
  ): Promise<NewRecord[]> {
    const made: { readonly origin: LogRecord | undefined; readonly record: NewRecord }[] = [];
    const given = new Set<LogRecord | undefined>();
    for (const record of records) {
      const origin = origins.get(record);
      if (origin && given.has(origin)) continue;
      const failed = () =>
        origin
          ? failedLogRecord(origin)
          : { ...NO_RECORD, topic: record.topic, timestamp: record.timestamp };
      const converted = await toNewRecord(record, output, errors, failed, null);
      if (converted) made.push({ origin, record: converted });
      else if (origin) given.add(origin);
    }
    return made.filter(({ origin }) => !given.has(origin)).map(({ record }) => record);
  }

  /** At the end, nothing may keep the consumer from leaving its group. */
  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#isCancelled) return;
    const close = async (): Promise<void> => this.#task.close(partitions);
    if (this.#isClosing) await releaseAll(this.#environment, close);
    else await close();
  }

  async #storeDeadLetters(): Promise<void> {
    if (this.#deadLetters.length === 0) return;
    const transaction = await (this.#producer as Producer).begin();
    await transaction.send(this.#deadLetters);
    await transaction.commit();
  }

  async #close(hasStarted: boolean, pipeline: StreamPipeline | undefined): Promise<void> {
    this.#isClosing = true;
    await releaseAll(
      this.#environment,
      () => this.#consumer?.close(),
      () => this.#producer?.close(),
      () => (hasStarted ? this.#task.stop() : undefined),
      ...closingSteps(pipeline?.chain, pipeline?.input, pipeline?.output),
    );
  }
}

const NO_RECORD = {
  topic: undefined,
  partition: undefined,
  offset: undefined,
  timestamp: null,
  key: null,
  value: null,
  headers: [],
} as const;

interface StreamPipeline {
  readonly input: Converters;
  readonly output: Converters;
  readonly chain: TransformationChain;
  readonly errors: ErrorHandler;
}

/** A refused commit means that the group has moved on: what we have not committed, others will read. */
function mayTryAgain(error: unknown): boolean {
  if (error instanceof RetriableError) return true;
  if (!(error instanceof RecordLogError)) return false;
  return (
    error.isRetriable || error.code === "COMMIT_REFUSED" || error.code === "TRANSACTION_ABORTED"
  );
}

function samePlace(place: TopicPartitionOffset): (other: TopicPartitionOffset) => boolean {
  return ({ topic, partition }) => topic === place.topic && partition === place.partition;
}

function startsOf(batch: readonly LogRecord[]): TopicPartitionOffset[] {
  const starts = new Map<string, TopicPartitionOffset>();
  for (const { topic, partition, offset } of batch) {
    const name = `${topic}-${partition}`;
    if (!starts.has(name)) starts.set(name, { topic, partition, offset });
  }
  return [...starts.values()];
}

function endsOf(batch: readonly LogRecord[]): TopicPartitionOffset[] {
  const ends = new Map<string, TopicPartitionOffset>();
  for (const { topic, partition, offset } of batch) {
    ends.set(`${topic}-${partition}`, { topic, partition, offset: offset + 1 });
  }
  return [...ends.values()];
}
