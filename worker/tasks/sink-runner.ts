import { RetriableError, fullMatch } from "#connect-api";
import type {
  ErrantRecordReporter,
  SinkRecord,
  SinkTask,
  TopicPartition,
  TopicPartitionOffset,
} from "#connect-api";
import type { Consumer, LogRecord, Producer } from "#broker";
import { sinkConfigDef } from "../config/connector-config.ts";
import type { ErrorHandler } from "../errors/error-handler.ts";
import { getLogger } from "../logging/index.ts";
import { makeConverters } from "./converters.ts";
import type { Converters } from "./converters.ts";
import { ErrantRecords } from "./errant-records.ts";
import { failedLogRecord, toSinkRecord } from "./record-conversion.ts";
import { PauseSwitch } from "./task-runner.ts";
import type { TaskEnvironment, TaskRunner } from "./task-runner.ts";
import {
  clientSettings,
  closingSteps,
  makeErrorHandler,
  openDeadLetterQueue,
  pluginLog,
  releaseAll,
  taskMetrics,
} from "./task-support.ts";
import { SinkTaskMetrics, measurePlugins } from "./task-metrics.ts";
import type { SinkTaskProgress } from "./task-metrics.ts";
import { TransformationChain } from "./transformation-chain.ts";

const log = getLogger("worker.tasks.sink");

/** How long a poll waits at most, so that pause, stop and commits are looked at. */
const POLL_MS = 1000;
const PUT_RETRY_MS = 1000;

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

/** The consumer of a sink task or a topic stream. */
export function openConsumer(
  environment: TaskEnvironment,
  listener: Parameters<TaskEnvironment["log"]["consumer"]>[0]["listener"],
): Promise<Consumer> {
  const { connector, task, props } = environment;
  const config = sinkConfigDef.parse(props);
  const settings = clientSettings(environment, "consumer");
  const { topics } = config;
  const ownId = settings["client.id"];
  return environment.log.consumer({
    clientId: ownId ?? `connector-consumer-${connector}-${task}`,
    // An id of the user's may be that of several tasks.
    replacesSameClient: ownId === undefined,
    groupId: settings["group.id"] ?? `connect-${connector}`,
    topics: topics.length > 0 ? topics : fullMatch(config["topics.regex"]),
    autoOffsetReset: settings["auto.offset.reset"] === "latest" ? "latest" : "earliest",
    maxPollRecords: Number(settings["max.poll.records"] ?? 500),
    settings,
    ...(listener ? { listener } : {}),
  });
}

/**
 * Runs a sink task: poll → converters → transformations → put → preCommit → commit.
 *
 * Offsets move only over records that `put` has taken, and are committed only as far as `preCommit`
 * allows. Source: org.apache.kafka.connect.runtime.WorkerSinkTask.
 */
export class SinkRunner implements TaskRunner {
  readonly #task: SinkTask;
  readonly #environment: TaskEnvironment;
  readonly #pause: PauseSwitch;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  /** Next offset to read, by partition, of what `put` has taken. */
  readonly #delivered = new Map<string, TopicPartitionOffset>();
  /** Where a partition is read again from when preCommit fails: the last commit, or where it began. */
  readonly #committed = new Map<string, TopicPartitionOffset>();
  readonly #rewinds: TopicPartitionOffset[] = [];
  readonly #pausedByTask = new Set<string>();
  readonly #metrics: SinkTaskMetrics;
  #consumer: Consumer | undefined;
  #deadLetterProducer: Producer | undefined;
  #errant: ErrantRecords | undefined;
  #isClosing = false;
  /** Nobody waits for this task any more: it has left its group and commits nothing. */
  #isCancelled = false;
  #commitRequested = false;
  #nextCommitAt = 0;
  #timeoutMs = PUT_RETRY_MS;

  constructor(task: SinkTask, environment: TaskEnvironment) {
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
      () => this.#deadLetterProducer?.close(),
    );
  }

  async #run(): Promise<void> {
    const { onState } = this.#environment;
    let hasStarted = false;
    let pipeline: SinkPipeline | undefined;
    try {
      if (this.#pause.isPaused) onState("PAUSED");
      await this.#pause.whenOff(this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      pipeline = await this.#open();
      this.#initialize();
      hasStarted = true;
      await this.#task.start(this.#environment.props);
      onState("RUNNING");
      await this.#loop(pipeline);
    } catch (error) {
      const isStopped = this.#stopping.signal.aborted && error instanceof RetriableError;
      if (!isStopped) onState("FAILED", error);
    } finally {
      await this.#close(hasStarted, pipeline);
    }
  }

  async #open(): Promise<SinkPipeline> {
    const { plugins, workerProps, workerConfig, props } = this.#environment;
    const deadLetters = await openDeadLetterQueue(this.#environment);
    this.#deadLetterProducer = deadLetters?.producer;
    const errors = makeErrorHandler(this.#environment, this.#stopping.signal, (metrics) =>
      deadLetters?.make(metrics),
    );
    const converters = makeConverters(plugins, workerProps, props);
    this.#errant = errors.hasReporters ? new ErrantRecords(errors, converters) : undefined;
    this.#consumer = await openConsumer(this.#environment, {
      onAssigned: (partitions) => this.#assigned(partitions),
      onRevoked: (partitions) => this.#revoked(partitions),
      onLost: (partitions) => this.#lost(partitions),
    });
    this.#nextCommitAt = performance.now() + workerConfig["offset.flush.interval.ms"];
    const chain = TransformationChain.make(plugins, props, (transform) =>
      taskMetrics(this.#environment, { transform }),
    );
    measurePlugins(this.#environment, converters, chain);
    return { converters, chain, errors };
  }

  #initialize(): void {
    const { connector, task, props } = this.#environment;
    const reporter: ErrantRecordReporter | undefined = this.#errant;
    this.#task.initialize({
      connectorName: connector,
      taskId: task,
      log: pluginLog(this.#environment),
      metrics: taskMetrics(this.#environment),
      configs: () => props,
      offset: (offsets) => void this.#rewinds.push(...offsets),
      timeout: (ms) => {
        this.#timeoutMs = ms;
      },
      assignment: () => this.#consumer?.assignment() ?? [],
      pause: (partitions) => {
        for (const place of partitions) this.#pausedByTask.add(nameOf(place));
        this.#consumer?.pause(partitions);
      },
      resume: (partitions) => {
        for (const place of partitions) this.#pausedByTask.delete(nameOf(place));
        this.#consumer?.resume(partitions);
      },
      requestCommit: () => {
        this.#commitRequested = true;
      },
      errantRecordReporter: reporter,
    });
  }

  async #loop(pipeline: SinkPipeline): Promise<void> {
    const { signal } = this.#stopping;
    const consumer = this.#consumer as Consumer;
    let isPaused = false;
    while (!signal.aborted) {
      if (this.#pause.isPaused !== isPaused) {
        isPaused = this.#pause.isPaused;
        if (isPaused) await this.#commit();
        this.#environment.onState(isPaused ? "PAUSED" : "RUNNING");
      }
      // While paused, polling goes on with all partitions paused: the group has to see us.
      if (isPaused) consumer.pause(consumer.assignment());
      else this.#resumePartitions();
      this.#rewind();
      await this.#commitWhenDue();
      const untilCommit = Math.max(this.#nextCommitAt - performance.now(), 0);
      const records = await consumer.poll(Math.min(POLL_MS, untilCommit), signal);
      const rewound = this.#rewind();
      const wanted = records.filter((record) => !rewound.has(nameOf(record)));
      // A rebalance under way in the poll brings partitions that nobody paused yet.
      if (isPaused) this.#giveBack(wanted);
      else await this.#deliver(wanted, pipeline);
    }
  }

  #resumePartitions(): void {
    const consumer = this.#consumer as Consumer;
    consumer.resume(
      consumer.assignment().filter((place) => !this.#pausedByTask.has(nameOf(place))),
    );
  }

  /** Goes where the task asked to; returns the partitions whose records, if polled already, are void. */
  #rewind(): ReadonlySet<string> {
    const positions = this.#rewinds.splice(0);
    for (const position of positions) {
      this.#consumer?.seek(position);
      this.#delivered.set(nameOf(position), position);
      this.#committed.set(nameOf(position), position);
    }
    this.#metrics.forget(positions);
    return new Set(positions.map(nameOf));
  }

  /** Records that cannot be delivered now are polled again, from the first of each partition on. */
  #giveBack(records: readonly LogRecord[]): void {
    for (const { topic, partition, offset } of records.toReversed()) {
      this.#consumer?.seek({ topic, partition, offset });
    }
  }

  async #deliver(raw: readonly LogRecord[], pipeline: SinkPipeline): Promise<void> {
    const { converters, chain, errors } = pipeline;
    const batch: SinkRecord[] = [];
    this.#metrics.read(raw);
    for (const record of raw) {
      this.#environment.onTopic(record.topic);
      this.#remember(record);
      const converted = await toSinkRecord(record, converters, errors);
      if (!converted) continue;
      const records = await chain.apply(converted, errors, () => failedLogRecord(record));
      if (!records) continue;
      for (const made of records) this.#errant?.remember(made, record);
      batch.push(...records);
    }
    if (this.#stopping.signal.aborted) return;
    if (!(await this.#put(batch))) return;
    await this.#errant?.rethrow();
    for (const { topic, partition, offset } of raw) {
      const position = { topic, partition, offset: offset + 1 };
      this.#delivered.set(nameOf(position), position);
    }
  }

  /** The first record of a partition is where a failed preCommit goes back to. */
  #remember({ topic, partition, offset }: LogRecord): void {
    const name = nameOf({ topic, partition });
    if (!this.#committed.has(name)) this.#committed.set(name, { topic, partition, offset });
  }

  /** Puts a batch, again and again while the task asks for it; false when we have to stop. */
  async #put(batch: readonly SinkRecord[]): Promise<boolean> {
    const consumer = this.#consumer as Consumer;
    const { signal } = this.#stopping;
    const generation = this.#generation;
    while (!signal.aborted) {
      this.#timeoutMs = PUT_RETRY_MS;
      const startedAt = performance.now();
      try {
        await this.#task.put(batch, signal);
        this.#metrics.sent(batch.length, performance.now() - startedAt);
        return true;
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error;
        const { connector, task } = this.#environment;
        log.warn({ connector, task, code: error.code }, "put failed and is tried again");
        consumer.pause(consumer.assignment());
        // All partitions are paused, so records come only after a rebalance.
        this.#giveBack(await consumer.poll(error.retryAfterMs ?? this.#timeoutMs, signal));
        // After a rebalance the partitions start again at what was committed.
        if (generation !== this.#generation) return false;
      }
    }
    return false;
  }
  #generation = 0;

  async #commitWhenDue(): Promise<void> {
    if (!this.#commitRequested && performance.now() < this.#nextCommitAt) return;
    await this.#commit();
  }

  /**
   * Commits what the task allows. If it refuses, the partitions are read again from the last commit. Partitions
   * that are taken away are closed before the commit, as in Kafka: what the task cannot close it has not kept.
   */
  async #commit(closing?: readonly TopicPartition[]): Promise<void> {
    this.#commitRequested = false;
    this.#nextCommitAt =
      performance.now() + this.#environment.workerConfig["offset.flush.interval.ms"];
    let allowed: readonly TopicPartitionOffset[] | undefined;
    try {
      await this.#errant?.flush();
      allowed = await this.#preCommit();
    } finally {
      if (closing) await this.#task.close(closing);
    }
    if (!allowed) return;
    const changed = allowed.filter(
      (place) =>
        this.#isDelivered(place) && this.#committed.get(nameOf(place))?.offset !== place.offset,
    );
    if (changed.length === 0) return;
    const startedAt = performance.now();
    this.#metrics.commitBegins();
    try {
      await (this.#consumer as Consumer).commit(changed);
      this.#metrics.commitDone(changed, performance.now() - startedAt);
      for (const place of changed) this.#committed.set(nameOf(place), place);
    } catch (error) {
      this.#metrics.committed(performance.now() - startedAt, false);
      const { connector, task } = this.#environment;
      log.failure(error, { connector, task, code: "COMMIT_FAILED" }, "Offsets were not committed");
    }
  }

  /** undefined when the task refuses: what it was given since the last commit is read again. */
  async #preCommit(): Promise<readonly TopicPartitionOffset[] | undefined> {
    try {
      return await this.#task.preCommit([...this.#delivered.values()]);
    } catch (error) {
      const { connector, task } = this.#environment;
      log.failure(
        error,
        { connector, task, code: "PRE_COMMIT_FAILED" },
        "preCommit failed; records since the last commit are delivered again",
      );
      this.#rewindToCommitted();
      return undefined;
    }
  }

  #isDelivered(place: TopicPartitionOffset): boolean {
    const delivered = this.#delivered.get(nameOf(place));
    if (delivered !== undefined && place.offset <= delivered.offset) return true;
    const { connector, task } = this.#environment;
    const { topic, partition, offset } = place;
    log.warn(
      { connector, task, code: "OFFSET_NOT_DELIVERED", topic, partition, offset },
      "preCommit returned an offset that was not delivered; it is not committed",
    );
    return false;
  }

  #rewindToCommitted(): void {
    for (const [name, position] of this.#committed) {
      this.#consumer?.seek(position);
      this.#delivered.set(name, position);
    }
    this.#metrics.forget([...this.#committed.values()]);
  }

  async #assigned(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length > 0 && !this.#isCancelled) await this.#task.open(partitions);
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#isCancelled) return;
    this.#generation += 1;
    await this.#unlessClosing(() => this.#commit(partitions));
    this.#forget(partitions);
  }

  /** Others have these partitions by now, so there is nothing to commit. */
  async #lost(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#isCancelled) return;
    this.#generation += 1;
    await this.#unlessClosing(async () => this.#task.close(partitions));
    this.#forget(partitions);
  }

  #forget(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) {
      this.#delivered.delete(nameOf(place));
      this.#committed.delete(nameOf(place));
    }
    this.#metrics.forget(partitions);
  }

  /**
   * Lets a step fail, except at the end: there, nothing may keep the consumer from leaving its group,
   * or its partitions would go to nobody until the group gives it up.
   */
  async #unlessClosing(step: () => Promise<void>): Promise<void> {
    if (this.#isClosing) await releaseAll(this.#environment, step);
    else await step();
  }

  async #close(hasStarted: boolean, pipeline: SinkPipeline | undefined): Promise<void> {
    this.#isClosing = true;
    await releaseAll(
      this.#environment,
      () => this.#consumer?.close(),
      () => (hasStarted ? this.#task.stop() : undefined),
      () => this.#deadLetterProducer?.close(),
      ...closingSteps(pipeline?.chain, pipeline?.converters),
    );
  }
}

interface SinkPipeline {
  readonly converters: Converters;
  readonly chain: TransformationChain;
  readonly errors: ErrorHandler;
}

/** What a consumer, once it is open, says of its place in the log. */
export function progressOf(consumer: () => Consumer | undefined): SinkTaskProgress {
  return {
    partitions: () => consumer()?.assignment().length ?? 0,
    lag: () => consumer()?.lag() ?? NaN,
  };
}
