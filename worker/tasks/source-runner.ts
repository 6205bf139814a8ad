import { setTimeout as delay } from "node:timers/promises";
import { RetriableError } from "#connect-api";
import type { NotStoredReason, SourceRecord, SourceTask } from "#connect-api";
import type { AppendResult, NewRecord, Producer } from "#broker";
import { sourceConfigDef } from "../config/connector-config.ts";
import type { ErrorHandler } from "../errors/error-handler.ts";
import type { FailedRecord } from "../errors/failure.ts";
import { getLogger } from "../logging/index.ts";
import { AtLeastOnceDelivery } from "./at-least-once-delivery.ts";
import { makeConverters } from "./converters.ts";
import type { Converters } from "./converters.ts";
import { ExactlyOnceDelivery } from "./exactly-once-delivery.ts";
import { toNewRecord } from "./record-conversion.ts";
import {
  RESEND_DELAY_MAX_MS,
  RESEND_DELAY_MIN_MS,
  failedSourceRecord,
  isRetriable,
} from "./source-delivery.ts";
import type { ConvertedRecord, DeliveryEvents, SourceDelivery } from "./source-delivery.ts";
import { TaskOffsets } from "./task-offsets.ts";
import { PauseSwitch } from "./task-runner.ts";
import type { TaskEnvironment, TaskRunner } from "./task-runner.ts";
import {
  closingSteps,
  makeErrorHandler,
  openDeadLetterQueue,
  pluginLog,
  releaseAll,
  taskMetrics,
} from "./task-support.ts";
import { SourceTaskMetrics, measurePlugins } from "./task-metrics.ts";
import { TopicCreation } from "./topic-creation.ts";
import {
  ConnectorBoundaries,
  intervalBoundaries,
  pollBoundaries,
} from "./transaction-boundaries.ts";
import type { TransactionBoundaries } from "./transaction-boundaries.ts";
import { TransformationChain } from "./transformation-chain.ts";

const log = getLogger("worker.tasks.source");

/** A poll without records that took less time may have waited for nothing. */
const BUSY_POLL_MS = 5;

/**
 * Runs a source task: poll → transformations → converters → log → commitRecord.
 *
 * Polling goes on while earlier records are on their way, so a source that acknowledges upstream waits
 * for the log and for nothing else. How records get there, and with what guarantee, is the delivery's.
 * Source: org.apache.kafka.connect.runtime.AbstractWorkerSourceTask.
 */
export class SourceRunner implements TaskRunner {
  readonly #task: SourceTask;
  readonly #environment: TaskEnvironment;
  readonly #pause: PauseSwitch;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  /** Aborted to end a poll under way: at pause and at stop. */
  #polling = new AbortController();
  #failure: unknown;
  #delivery: SourceDelivery | undefined;
  #deadLetterProducer: Producer | undefined;

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
    return this.#ended;
  }
  cancel(): void {
    void releaseAll(
      this.#environment,
      () => this.#delivery?.finish(0),
      () => this.#delivery?.cancel(),
      () => this.#deadLetterProducer?.close(),
    );
  }

  async #run(): Promise<void> {
    const { onState } = this.#environment;
    let hasStarted = false;
    let pipeline: SourcePipeline | undefined;
    try {
      if (this.#pause.isPaused) onState("PAUSED");
      await this.#pause.whenOff(this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      const offsets = new TaskOffsets(this.#environment);
      const boundaries = boundariesOf(this.#environment);
      pipeline = await this.#open(offsets, boundaries);
      this.#task.initialize({
        connectorName: this.#environment.connector,
        taskId: this.#environment.task,
        log: pluginLog(this.#environment),
        configs: () => this.#environment.props,
        offsetReader: offsets.reader,
        isExactlyOnce: boundaries !== undefined,
        transactionContext: boundaries?.context,
        metrics: taskMetrics(this.#environment),
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

  /** `boundaries` are those of exactly-once delivery; undefined for at least once. */
  async #open(
    offsets: TaskOffsets,
    boundaries: TransactionBoundaries | undefined,
  ): Promise<SourcePipeline> {
    const { plugins, workerProps, workerConfig, props, log: recordLog } = this.#environment;
    const deadLetters = await openDeadLetterQueue(this.#environment);
    this.#deadLetterProducer = deadLetters?.producer;
    const errors = makeErrorHandler(this.#environment, this.#stopping.signal, (metrics) =>
      deadLetters?.make(metrics),
    );
    const metrics = new SourceTaskMetrics(
      this.#environment,
      () => this.#delivery?.activeCount ?? 0,
    );
    const events = this.#events(metrics);
    this.#delivery = boundaries
      ? new ExactlyOnceDelivery(this.#environment, offsets, errors, events, boundaries)
      : new AtLeastOnceDelivery(this.#environment, offsets, errors, events);
    if (boundaries) await this.#environment.beforeSource?.();
    await this.#delivery.open();
    // Asked again: while the transactional id was taken over, the task may have been given to another worker.
    if (boundaries) await this.#environment.beforeSource?.();
    const converters = makeConverters(plugins, workerProps, props);
    const chain = TransformationChain.make(plugins, props, (transform) =>
      taskMetrics(this.#environment, { transform }),
    );
    measurePlugins(this.#environment, converters, chain);
    return {
      converters,
      chain,
      errors,
      topics: new TopicCreation(recordLog.admin, props, workerConfig["topic.creation.enable"]),
      metrics,
      delivery: this.#delivery,
    };
  }

  #events(metrics: SourceTaskMetrics): DeliveryEvents {
    return {
      confirm: (record, metadata, reason) => this.#confirm(record, metadata, reason),
      committed: (durationMs) => {
        metrics.committed(durationMs, true);
        return this.#committed();
      },
      notCommitted: (durationMs) => metrics.committed(durationMs, false),
      written: (count) => metrics.written(count),
      failed: (error) => {
        this.#failure ??= error;
        this.#polling.abort();
      },
    };
  }

  async #loop(pipeline: SourcePipeline): Promise<void> {
    const { signal } = this.#stopping;
    const { delivery } = pipeline;
    while (!signal.aborted && this.#failure === undefined) {
      if (this.#pause.isPaused) {
        delivery.pause();
        this.#environment.onState("PAUSED");
        await this.#pause.whenOff(signal);
        if (!signal.aborted) this.#environment.onState("RUNNING");
        continue;
      }
      await delivery.room(signal);
      if (signal.aborted || this.#failure !== undefined) break;
      this.#polling = new AbortController();
      // A pause while there was no room aborted the poll before this one.
      if (this.#pause.isPaused) continue;
      const polledAt = performance.now();
      const records = await this.#poll();
      if (records.length > 0) pipeline.metrics.polled(records.length, performance.now() - polledAt);
      for (const record of records) delivery.add(await this.#convert(record, pipeline));
      delivery.endBatch();
    }
  }

  async #poll(): Promise<readonly SourceRecord[]> {
    try {
      const askedAt = performance.now();
      const records = (await this.#task.poll(this.#polling.signal)) ?? [];
      // A source with nothing to say must not take the whole event loop; one that has waited has not.
      if (records.length === 0 && performance.now() - askedAt < BUSY_POLL_MS) await delay(0);
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

  async #convert(original: SourceRecord, pipeline: SourcePipeline): Promise<ConvertedRecord> {
    const { chain, errors, converters, topics } = pipeline;
    const failed = (): FailedRecord => failedSourceRecord(original);
    const records = await chain.apply(original, errors, failed);
    if (!records) return { original, parts: [], reason: "SKIPPED" };
    if (records.length === 0) return { original, parts: [], reason: "FILTERED" };
    const parts: NewRecord[] = [];
    for (const record of records) {
      const part = await toNewRecord(record, converters, errors, failed, record.partition);
      if (!part) return { original, parts: [], reason: "SKIPPED" };
      parts.push(part);
    }
    for (const { topic } of parts) {
      await this.#ensureTopic(topics, topic);
      this.#environment.onTopic(topic);
    }
    return { original, parts };
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

  #pauseFor(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  /** Tells the task what became of its record. What it throws is logged only, as in Kafka. */
  #confirm(record: SourceRecord, metadata: AppendResult | null, reason?: NotStoredReason): void {
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

  /** Tells the task that offsets were stored. What it throws is logged only, as in Kafka. */
  async #committed(): Promise<void> {
    try {
      await this.#task.commit();
    } catch (error) {
      const { connector, task } = this.#environment;
      log.failure(error, { connector, task, code: "COMMIT_FAILED" }, "commit failed");
    }
  }

  async #close(hasStarted: boolean, pipeline: SourcePipeline | undefined): Promise<void> {
    // Half of the time, so that stop and the last offsets have the other half.
    const budget = this.#environment.workerConfig["task.shutdown.graceful.timeout.ms"] / 2;
    // What is on its way may still be stored and acknowledged before the task stops. Its offsets are
    // stored even if the task does not stop cleanly.
    await releaseAll(
      this.#environment,
      () => this.#delivery?.finish(hasStarted && this.#failure === undefined ? budget : 0),
      () => (hasStarted ? this.#task.stop() : undefined),
      () => this.#delivery?.close(),
      () => this.#deadLetterProducer?.close(),
      ...closingSteps(pipeline?.chain, pipeline?.converters),
    );
  }
}

interface SourcePipeline {
  readonly converters: Converters;
  readonly chain: TransformationChain;
  readonly errors: ErrorHandler;
  readonly topics: TopicCreation;
  readonly metrics: SourceTaskMetrics;
  readonly delivery: SourceDelivery;
}

/** Where the transactions end; undefined when the worker delivers at least once. */
function boundariesOf({ workerConfig, props }: TaskEnvironment): TransactionBoundaries | undefined {
  if (workerConfig["exactly.once.source.support"] !== "enabled") return undefined;
  const config = sourceConfigDef.parse(props);
  switch (config["transaction.boundary"].toLowerCase()) {
    case "interval":
      return intervalBoundaries(
        config["transaction.boundary.interval.ms"] ?? workerConfig["offset.flush.interval.ms"],
      );
    case "connector":
      return new ConnectorBoundaries();
    default:
      return pollBoundaries;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
