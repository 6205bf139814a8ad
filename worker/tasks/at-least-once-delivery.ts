import { setTimeout as delay } from "node:timers/promises";
import type { SourceRecord } from "#connect-api";
import type { AppendResult, NewRecord, Producer } from "#broker";
import type { ErrorHandler } from "../errors/error-handler.ts";
import { getLogger } from "../logging/index.ts";
import {
  RESEND_DELAY_MAX_MS,
  RESEND_DELAY_MIN_MS,
  isRetriable,
  reportRefused,
} from "./source-delivery.ts";
import type { ConvertedRecord, DeliveryEvents, SourceDelivery } from "./source-delivery.ts";
import { SourceOffsets } from "./source-offsets.ts";
import type { TaskOffsets } from "./task-offsets.ts";
import type { TaskEnvironment } from "./task-runner.ts";
import { clientSettings } from "./task-support.ts";

const log = getLogger("worker.tasks.source");

/** Records that wait for the log; beyond that, polling waits. */
const IN_FLIGHT_MAX = 10_000;

/** A record on its way, and what to do when it is stored. */
interface Dispatched {
  /** Place in the order of dispatch. */
  readonly sequence: number;
  readonly original: SourceRecord;
  readonly parts: readonly NewRecord[];
  acknowledgeOffset(): void;
}

/**
 * Hands records to the log one by one and stores source offsets every `offset.flush.interval.ms`, behind
 * them. When the log does not take a record for now, everything that came after it waits, so that the
 * order stays. Source: org.apache.kafka.connect.runtime.WorkerSourceTask.
 */
export class AtLeastOnceDelivery implements SourceDelivery {
  readonly #environment: TaskEnvironment;
  readonly #offsets: TaskOffsets;
  readonly #events: DeliveryEvents;
  readonly #errors: ErrorHandler;
  readonly #submitted = new SourceOffsets();
  readonly #stopping = new AbortController();
  #producer: Producer | undefined;
  #inFlight = 0;
  #dispatched = 0;
  #settled: (() => void) | undefined;
  #hasFailed = false;
  /** Records that the log refused for now, in order, while it is asked again. */
  #waiting: Dispatched[] = [];
  #resending: Promise<void> | undefined;
  #flushTimer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(
    environment: TaskEnvironment,
    offsets: TaskOffsets,
    errors: ErrorHandler,
    events: DeliveryEvents,
  ) {
    this.#environment = environment;
    this.#offsets = offsets;
    this.#errors = errors;
    this.#events = events;
  }

  get activeCount(): number {
    return this.#inFlight;
  }

  async open(): Promise<void> {
    const { connector, task, workerConfig, log: recordLog } = this.#environment;
    this.#producer = await recordLog.producer({
      clientId: `connector-producer-${connector}-${task}`,
      settings: clientSettings(this.#environment, "producer"),
    });
    await this.#offsets.open();
    this.#flushTimer = setInterval(
      () => void this.#flush(),
      workerConfig["offset.flush.interval.ms"],
    );
  }

  get #hasRoom(): boolean {
    return this.#inFlight < IN_FLIGHT_MAX && !this.#resending;
  }

  async room(signal: AbortSignal): Promise<void> {
    if (this.#hasRoom) return;
    const wake = (): void => this.#settled?.();
    signal.addEventListener("abort", wake, { once: true });
    while (!this.#hasRoom && !signal.aborted && !this.#hasFailed) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
    }
    signal.removeEventListener("abort", wake);
  }

  add({ original, parts, reason }: ConvertedRecord): void {
    if (parts.length === 0) {
      this.#events.confirm(original, null, reason);
      return;
    }
    this.#inFlight += 1;
    this.#dispatched += 1;
    const acknowledgeOffset = this.#submitted.submit(
      original.sourcePartition,
      original.sourceOffset,
    );
    this.#send({ sequence: this.#dispatched, original, parts, acknowledgeOffset });
  }

  endBatch(): void {}
  pause(): void {}

  /** Hands a record to the log, unless others wait there already. */
  #send(dispatched: Dispatched): void {
    if (this.#resending) {
      this.#waiting.push(dispatched);
      return;
    }
    (this.#producer as Producer).send(dispatched.parts).then(
      (results) => this.#stored(dispatched, results),
      (error: unknown) => this.#notStored(dispatched, error),
    );
  }

  #stored({ original, acknowledgeOffset }: Dispatched, results: readonly AppendResult[]): void {
    acknowledgeOffset();
    this.#events.written(results.length);
    this.#events.confirm(original, results[0] as AppendResult);
    this.#leave();
  }

  #notStored(dispatched: Dispatched, error: unknown): void {
    if (this.#stopping.signal.aborted) {
      this.#leave();
    } else if (isRetriable(error)) {
      this.#waiting.push(dispatched);
      this.#resending ??= this.#resend();
    } else {
      void this.#giveUp(dispatched, error);
    }
  }

  async #giveUp({ original, acknowledgeOffset }: Dispatched, error: unknown): Promise<void> {
    try {
      await reportRefused(original, error, this.#errors);
      acknowledgeOffset();
    } catch (failure) {
      this.#hasFailed = true;
      this.#events.failed(failure);
    }
    this.#events.confirm(original, null, "SKIPPED");
    this.#leave();
  }

  /** Sends what waits, one after the other, until the log has all of it. */
  async #resend(): Promise<void> {
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
        this.#stored(next, results);
        pause = RESEND_DELAY_MIN_MS;
      } catch (error) {
        if (isRetriable(error)) {
          await this.#pauseFor(pause);
          pause = Math.min(pause * 2, RESEND_DELAY_MAX_MS);
          continue;
        }
        this.#waiting.shift();
        await this.#giveUp(next, error);
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

  /** Stores the offsets that may be stored; a failure is logged and tried again at the next turn. */
  #flush(): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      const { connector, task } = this.#environment;
      const committable = this.#submitted.committable();
      const startedAt = performance.now();
      try {
        await this.#offsets.put(committable);
      } catch (error) {
        this.#submitted.putBack(committable);
        this.#events.notCommitted(performance.now() - startedAt);
        log.failure(error, { connector, task, code: "OFFSETS_NOT_STORED" }, "Offsets not stored");
        return;
      }
      await this.#events.committed(performance.now() - startedAt);
    });
    return this.#flushing;
  }

  async finish(budgetMs: number): Promise<void> {
    clearInterval(this.#flushTimer);
    const deadline = performance.now() + budgetMs;
    // A log that has refused records may be away for long; what waits for it is read again.
    if (this.#resending) this.#stopping.abort();
    await this.#resending;
    while (this.#inFlight > this.#waiting.length && performance.now() < deadline) await delay(5);
    this.#stopping.abort();
  }

  async close(): Promise<void> {
    // What the task acknowledged in its stop counts too.
    if (this.#flushTimer) await this.#flush();
    await this.#producer?.close();
    await this.#offsets.close();
  }

  async cancel(): Promise<void> {
    await this.#producer?.close();
    await this.#offsets.close();
  }
}
