import { setTimeout as delay } from "node:timers/promises";
import { ConnectError } from "#connect-api";
import type { NotStoredReason, SourceOffset, SourcePartition, SourceRecord } from "#connect-api";
import { RecordLogError } from "#broker";
import type { AppendResult, NewRecord, Producer, Transaction } from "#broker";
import type { ErrorHandler } from "../errors/error-handler.ts";
import { getLogger } from "../logging/index.ts";
import {
  RESEND_DELAY_MAX_MS,
  RESEND_DELAY_MIN_MS,
  isRetriable,
  reportRefused,
} from "./source-delivery.ts";
import type { ConvertedRecord, DeliveryEvents, SourceDelivery } from "./source-delivery.ts";
import type { TaskOffsets } from "./task-offsets.ts";
import type { TaskEnvironment } from "./task-runner.ts";
import { transactionSizes } from "./task-metrics.ts";
import { clientSettings } from "./task-support.ts";
import type { TransactionBoundaries, TransactionEnd } from "./transaction-boundaries.ts";

const log = getLogger("worker.tasks.source");

/** Records that wait for their transaction to begin; beyond that, polling waits. */
const WAITING_MAX = 10_000;
/** Records of transactions that are stored as one, at most. */
const MERGED_MAX = 5000;
/** A transaction that expires again after it was begun anew will never be short enough. */
const EXPIRED_MAX = 2;

/** Why the log will never take a record, so that it can be left out. */
const REFUSALS: ReadonlySet<string> = new Set([
  "RECORD_TOO_LARGE",
  "RECORD_REFUSED",
  "TOPIC_UNKNOWN",
  "TOPIC_INVALID",
  "NOT_AUTHORIZED",
]);

interface Item {
  readonly original: SourceRecord;
  parts: readonly NewRecord[];
  reason: NotStoredReason | undefined;
  /** The task knows already that the record goes nowhere. */
  isConfirmed: boolean;
  /** Records that a transformation has dropped do not move the offset, as in Kafka. */
  readonly hasOffset: boolean;
}

/** Records up to a point where something may end. */
interface Unit {
  readonly items: readonly Item[];
  readonly end: TransactionEnd;
}

/**
 * Stores records and their source offsets in transactions, one after the other. While one is being committed,
 * what is polled waits, and goes together into the next one: so many waiting records share a transaction,
 * and a single one waits for nobody.
 *
 * Invariant: `confirm` comes only after the commit of the record's transaction. A commit without an answer is
 * asked for again until its fate is known; nothing is confirmed, or sent again, before.
 * Source: org.apache.kafka.connect.runtime.ExactlyOnceWorkerSourceTask.
 */
export class ExactlyOnceDelivery implements SourceDelivery {
  readonly #environment: TaskEnvironment;
  readonly #offsets: TaskOffsets;
  readonly #errors: ErrorHandler;
  readonly #events: DeliveryEvents;
  readonly #boundaries: TransactionBoundaries;
  readonly #givingUp = new AbortController();
  #producer: Producer | undefined;
  /** Of the batch that is being added. */
  #batch: Item[] = [];
  #waiting: Unit[] = [];
  #waitingCount = 0;
  /** Records of the transaction that is open: until its commit they may have to be sent again. */
  #held: Item[] = [];
  #transaction: Transaction | undefined;
  #expired = 0;
  #intervalTimer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;
  #changed: (() => void) | undefined;
  #hasFailed = false;
  readonly #measureSize: (size: number) => void;

  constructor(
    environment: TaskEnvironment,
    offsets: TaskOffsets,
    errors: ErrorHandler,
    events: DeliveryEvents,
    boundaries: TransactionBoundaries,
  ) {
    this.#environment = environment;
    this.#offsets = offsets;
    this.#errors = errors;
    this.#events = events;
    this.#boundaries = boundaries;
    this.#measureSize = transactionSizes(environment);
  }

  get activeCount(): number {
    return this.#waitingCount + this.#held.length;
  }

  async open(): Promise<void> {
    const { connector, task, workerConfig, log: recordLog } = this.#environment;
    // Taking the transactional id over fences a run of this task that may still live elsewhere, before the
    // offsets are read: what it has committed is seen, and it commits nothing more.
    this.#producer = await recordLog.producer({
      clientId: `connector-producer-${connector}-${task}`,
      transactionalId: `${workerConfig["group.id"]}-${connector}-${task}`,
      settings: clientSettings(this.#environment, "producer"),
    });
    await this.#offsets.open();
  }

  async room(signal: AbortSignal): Promise<void> {
    if (this.#waitingCount < WAITING_MAX) return;
    const wake = (): void => this.#changed?.();
    signal.addEventListener("abort", wake, { once: true });
    while (this.#waitingCount >= WAITING_MAX && !signal.aborted && !this.#hasFailed) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    signal.removeEventListener("abort", wake);
  }

  add({ original, parts, reason }: ConvertedRecord): void {
    if (parts.some(({ topic }) => topic === this.#offsets.topic)) {
      throw new ConnectError(
        "OFFSETS_TOPIC_AS_TARGET",
        "With exactly-once delivery, a source may not write to the topic of its own offsets",
      );
    }
    const item: Item = {
      original,
      parts,
      reason,
      isConfirmed: false,
      hasOffset: parts.length > 0,
    };
    this.#batch.push(item);
    if (parts.length === 0) this.#confirmDropped(item);
    const end = this.#boundaries.afterRecord(original);
    if (end !== "GO_ON") this.#endUnit(end);
  }

  /**
   * Tells of a record that goes nowhere before the offsets of its transaction are written: a source that keeps
   * in its offsets what is stored can leave it out.
   */
  #confirmDropped(item: Item): void {
    item.isConfirmed = true;
    this.#events.confirm(item.original, null, item.reason);
  }

  endBatch(): void {
    const end = this.#boundaries.afterBatch();
    if (this.#batch.length > 0 || end !== "GO_ON") this.#endUnit(end);
  }

  pause(): void {
    if (this.#boundaries.intervalMs !== undefined) this.#endUnit("COMMIT");
  }

  #endUnit(end: TransactionEnd): void {
    const items = this.#batch;
    this.#batch = [];
    this.#waiting.push({ items, end });
    this.#waitingCount += items.length;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && !this.#hasFailed) {
        const { items, end } = this.#nextUnit();
        this.#held.push(...items);
        this.#waitingCount -= items.length;
        this.#changed?.();
        await this.#deliver(items, end);
      }
    } catch (error) {
      this.#hasFailed = true;
      this.#changed?.();
      // A stop that could not wait leaves what is open to be aborted, and read again.
      if (!this.#givingUp.signal.aborted) this.#events.failed(error);
    }
  }

  #nextUnit(): Unit {
    if (!this.#boundaries.mayMerge) return this.#waiting.shift() as Unit;
    const items: Item[] = [];
    while (this.#waiting.length > 0 && items.length < MERGED_MAX) {
      items.push(...(this.#waiting.shift() as Unit).items);
    }
    return { items, end: "COMMIT" };
  }

  /** Sends items into the open transaction and ends it, if it ends here; again, as often as that may help. */
  async #deliver(items: readonly Item[], end: TransactionEnd): Promise<void> {
    let unsent = items;
    for (let pause = RESEND_DELAY_MIN_MS; ; pause = Math.min(pause * 2, RESEND_DELAY_MAX_MS)) {
      try {
        await this.#advance(unsent, end);
        return;
      } catch (error) {
        await this.#transaction?.abort().catch(() => undefined);
        this.#transaction = undefined;
        await this.#judge(error);
        // The transaction is gone with all that it had.
        unsent = this.#held;
        if (isRetriable(error)) await this.#pauseFor(pause);
        if (this.#givingUp.signal.aborted) throw error;
      }
    }
  }

  /** Resolves when it makes sense to send the transaction's records again; rejects with the reason if not. */
  async #judge(error: unknown): Promise<void> {
    const { connector, task } = this.#environment;
    const code = error instanceof RecordLogError ? error.code : undefined;
    if (code !== undefined && REFUSALS.has(code)) return this.#leaveOutRefused();
    if (!isRetriable(error)) throw error;
    if (code === "TRANSACTION_ABORTED") {
      this.#expired += 1;
      if (this.#expired >= EXPIRED_MAX) {
        throw new ConnectError(
          "TRANSACTION_EXPIRED",
          "A transaction could not be committed within transaction.timeout.ms; raise producer.override.transaction.timeout.ms, shorten transaction.boundary.interval.ms, or use transaction.boundary=poll",
          { cause: error },
        );
      }
    }
    const count = this.#held.length;
    log.warn(
      { connector, task, code: "TRANSACTION_REPEATED", reason: code, count },
      "A transaction failed and is sent again",
    );
  }

  async #advance(items: readonly Item[], end: TransactionEnd): Promise<void> {
    if (end === "ABORT") return this.#abort();
    const parts = items.flatMap((item) => item.parts);
    const offsets = end === "COMMIT" ? latestOffsets(this.#held) : [];
    const records = [...parts, ...this.#offsets.records(offsets)];
    if (records.length > 0) {
      this.#transaction ??= await (this.#producer as Producer).begin();
      await this.#transaction.send(records);
    }
    if (end === "COMMIT") await this.#commit(offsets);
    else this.#watchInterval();
  }

  /** What was sent goes nowhere, but the source does not give it again: its offsets are stored. */
  async #abort(): Promise<void> {
    await this.#transaction?.abort();
    this.#transaction = undefined;
    for (const item of this.#held) {
      if (item.parts.length === 0) continue;
      item.parts = [];
      item.reason = "ABORTED";
    }
    return this.#advance([], "COMMIT");
  }

  async #commit(offsets: readonly (readonly [SourcePartition, SourceOffset])[]): Promise<void> {
    clearTimeout(this.#intervalTimer);
    this.#intervalTimer = undefined;
    const startedAt = performance.now();
    const results = this.#transaction ? await this.#settled(this.#transaction) : [];
    this.#transaction = undefined;
    this.#expired = 0;
    const items = this.#held;
    this.#held = [];
    this.#confirm(items, results);
    void this.#offsets.copy(offsets);
    await this.#events.committed(performance.now() - startedAt);
  }

  /** Asks for the commit until Kafka has said what became of it. */
  async #settled(transaction: Transaction): Promise<readonly AppendResult[]> {
    for (let pause = RESEND_DELAY_MIN_MS; ; pause = Math.min(pause * 2, RESEND_DELAY_MAX_MS)) {
      try {
        return await transaction.commit();
      } catch (error) {
        const isOpen = error instanceof RecordLogError && error.code === "LOG_UNAVAILABLE";
        if (!isOpen || this.#givingUp.signal.aborted) throw error;
        await this.#pauseFor(pause);
      }
    }
  }

  #confirm(items: readonly Item[], results: readonly AppendResult[]): void {
    let at = 0;
    for (const { original, parts, reason, isConfirmed } of items) {
      if (isConfirmed) continue;
      const metadata = parts.length > 0 ? (results[at] ?? null) : null;
      at += parts.length;
      this.#events.confirm(original, metadata, reason);
    }
    this.#events.written(at);
    this.#measureSize(at);
  }

  /** A source that has nothing more to say must not keep its last records from the readers. */
  #watchInterval(): void {
    const { intervalMs } = this.#boundaries;
    if (intervalMs === undefined || this.#intervalTimer) return;
    this.#intervalTimer = setTimeout(() => this.#endUnit("COMMIT"), intervalMs);
  }

  /** Finds the records that the log refuses, reports them, and leaves them out if that is tolerated. */
  async #leaveOutRefused(): Promise<void> {
    for (const [item, error] of await this.#refused(this.#held)) {
      await reportRefused(item.original, error, this.#errors);
      item.parts = [];
      item.reason = "SKIPPED";
      this.#confirmDropped(item);
    }
  }

  /** By halves, each tried in a transaction that is aborted. */
  async #refused(items: readonly Item[]): Promise<readonly (readonly [Item, unknown])[]> {
    const records = items.flatMap((item) => item.parts);
    if (records.length === 0) return [];
    const trial = await (this.#producer as Producer).begin();
    try {
      await trial.send(records);
      await trial.abort();
      return [];
    } catch (error) {
      await trial.abort().catch(() => undefined);
      if (!(error instanceof RecordLogError) || !REFUSALS.has(error.code)) throw error;
      if (items.length === 1) return [[items[0] as Item, error]];
      const half = Math.ceil(items.length / 2);
      const first = await this.#refused(items.slice(0, half));
      return [...first, ...(await this.#refused(items.slice(half)))];
    }
  }

  #pauseFor(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#givingUp.signal }).catch(() => undefined);
  }

  async finish(budgetMs: number): Promise<void> {
    const late = setTimeout(() => {
      this.#givingUp.abort();
      // Ends the repetitions of a request that is under way.
      void this.#producer?.close();
    }, budgetMs);
    if (this.#boundaries.endsAtStop && !this.#hasFailed) {
      // A batch that was cut short by a failure is not whole.
      this.#batch = [];
      this.#endUnit("COMMIT");
    }
    await this.#working;
    clearTimeout(late);
    clearTimeout(this.#intervalTimer);
    this.#givingUp.abort();
    await this.#transaction?.abort().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#producer?.close();
    await this.#offsets.close();
  }
  cancel(): Promise<void> {
    return this.close();
  }
}

/** The newest offset of each source partition. */
function latestOffsets(items: readonly Item[]): (readonly [SourcePartition, SourceOffset])[] {
  const latest = new Map<string, readonly [SourcePartition, SourceOffset]>();
  for (const { original, hasOffset } of items) {
    const { sourcePartition, sourceOffset } = original;
    if (!hasOffset || sourcePartition === null || sourceOffset === null) continue;
    latest.set(JSON.stringify(sourcePartition), [sourcePartition, sourceOffset]);
  }
  return [...latest.values()];
}
