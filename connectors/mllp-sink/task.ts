import { ConnectError, DataError, SinkTask } from "#connect-api";
import type { Props, SinkRecord, TopicPartition, TopicPartitionOffset } from "#connect-api";
import { Positions } from "#lib/delivery";
import { MllpClient } from "#lib/mllp-client";
import { murmur2 } from "#lib/murmur2";
import { AnswerClasses } from "./answer-class.ts";
import {
  ANSWERS,
  ANSWER_ID,
  ANSWER_TIMEOUT_MS,
  CONNECTIONS_MAX,
  CONNECTION_KEY,
  CONNECT_TIMEOUT_MS,
  HOST,
  PORT,
  QUEUE_MAX,
  configDef,
} from "./config.ts";
import type { MllpSinkConfig } from "./config.ts";
import { Lane } from "./lane.ts";
import type { Delivery, LaneOwner } from "./lane.ts";
import { MllpSinkMetrics } from "./metrics.ts";
import { payloadOf } from "./payload.ts";
import type { Payload } from "./payload.ts";
import { tlsClientOptions } from "./tls-client.ts";

/** How long `put` waits for room before it asks for a pause instead. */
const ROOM_WAIT_MS = 1000;
/** How long a stopping task waits for the answers of messages on their way; less than the worker waits for it. */
const FINISH_MS = 4000;
/** Odd events of one kind are logged once in so long. */
const REPEAT_MS = 10_000;

const encoder = new TextEncoder();

/** Sends each record's value to an MLLP receiver; an offset is committed when its message has an answer. */
export class MllpSinkTask extends SinkTask {
  readonly version = "1.0.0";
  #config!: MllpSinkConfig;
  #metrics!: MllpSinkMetrics;
  #owner!: LaneOwner;
  #lanes: (Lane | undefined)[] = [];
  readonly #positions = new Positions();
  readonly #open = new Set<Delivery>();
  #failure: unknown;
  #signal: AbortSignal | undefined;
  #isPaused = false;
  /** Whether anything was answered since a commit was asked for. */
  #hasSettled = false;
  #hasRoom = (): void => {};
  readonly #quietUntil = new Map<string, number>();

  start(props: Props): void {
    const config = configDef.parse(props);
    this.#config = config;
    // A file that cannot be read is said now, not at the first message.
    tlsClientOptions(config);
    this.#metrics = new MllpSinkMetrics(
      this.context.metrics,
      () => this.#open.size,
      () => this.#lanes.filter((lane) => lane?.isConnected).length,
    );
    this.#lanes = Array.from({ length: config[CONNECTIONS_MAX] }, () => undefined);
    this.#owner = {
      config,
      classes: new AnswerClasses(config[ANSWERS]),
      metrics: this.#metrics,
      connect: () => this.#connect(),
      warn: (code, message, detail) => this.#warn(code, message, detail),
      delivered: (delivery) => this.#settle(delivery),
      refused: (delivery, error) => this.#refuse(delivery, error),
      failed: (error) => {
        this.#failure ??= error;
        this.#hasRoom();
      },
    };
  }

  #connect(): Promise<MllpClient> {
    const config = this.#config;
    const tls = tlsClientOptions(config);
    return MllpClient.connect({
      host: config[HOST],
      port: config[PORT],
      connectTimeoutMs: config[CONNECT_TIMEOUT_MS],
      answerTimeoutMs: config[ANSWER_TIMEOUT_MS],
      acceptsUnnamed: config[ANSWER_ID] === "optional",
      ...(tls ? { tls } : {}),
      onStray: ({ code }) => {
        this.#metrics.stray();
        const isNegative = code !== "AA" && code !== "CA";
        if (!isNegative) return;
        this.#warn("MLLP_STRAY_ANSWER", "A message was refused after it had been acknowledged");
      },
    });
  }

  override open(partitions: readonly TopicPartition[]): void {
    this.#positions.open(partitions);
  }

  async put(records: readonly SinkRecord[], signal: AbortSignal): Promise<void> {
    this.#stopWith(signal);
    this.#throwFailure();
    for (const record of records) await this.#take(record);
    if (this.#open.size > this.#config[QUEUE_MAX]) await this.#waitForRoom();
    this.#throwFailure();
    this.#pauseIfFull();
    // Sooner than the worker's interval: what is answered and not committed is sent again after a crash.
    if (this.#hasSettled) this.context.requestCommit();
    this.#hasSettled = false;
  }

  #stopWith(signal: AbortSignal): void {
    if (this.#signal === signal) return;
    this.#signal = signal;
    const finish = (): void => {
      for (const lane of this.#lanes) void lane?.finish();
      this.#hasRoom();
    };
    if (signal.aborted) finish();
    else signal.addEventListener("abort", finish, { once: true });
  }

  async #take(record: SinkRecord): Promise<void> {
    // A tombstone holds no message.
    if (record.value === null) return;
    const { originalTopic, originalPartition, originalOffset } = record;
    const taken = this.#positions.take(originalTopic, originalPartition, originalOffset);
    taken.open += 1;
    let payload: Payload;
    try {
      payload = payloadOf(record);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      await this.#report(record, error);
      taken.open -= 1;
      return;
    }
    const delivery: Delivery = { record, payload, taken, isDone: false, isDropped: false };
    this.#open.add(delivery);
    this.#laneOf(delivery).push(delivery);
  }

  /** The same key always goes to the same connection, so that its messages keep their order. */
  #laneOf({ record, payload }: Delivery): Lane {
    const place = hashOf(record.originalTopic) + record.originalPartition;
    const number = { partition: place, sender: hashOf(payload.sender), task: 0 }[
      this.#config[CONNECTION_KEY] as "partition" | "sender" | "task"
    ];
    const index = number % this.#lanes.length;
    return (this.#lanes[index] ??= new Lane(this.#owner));
  }

  #settle(delivery: Delivery): void {
    delivery.isDone = true;
    delivery.taken.open -= 1;
    this.#hasSettled = true;
    this.#open.delete(delivery);
    if (this.#open.size <= this.#config[QUEUE_MAX]) this.#hasRoom();
  }

  /** Invariant: its offset moves on only after the report is stored. */
  async #refuse(delivery: Delivery, error: DataError): Promise<void> {
    if (delivery.isDropped) return;
    await this.#report(delivery.record, error);
    this.#settle(delivery);
  }

  async #report(record: SinkRecord, error: DataError): Promise<void> {
    this.#metrics.settled("refused");
    const reporter = this.context.errantRecordReporter;
    if (!reporter) {
      const { originalTopic, originalPartition, originalOffset } = record;
      const place = `${originalTopic}-${originalPartition}@${originalOffset}`;
      const advice =
        "set errors.deadletterqueue.topic.name and errors.tolerance=all to go on past such messages";
      throw new ConnectError(error.code, `${error.message} (${place}); ${advice}`);
    }
    await reporter.report(record, error);
  }

  async #waitForRoom(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ROOM_WAIT_MS);
      this.#hasRoom = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#hasRoom = () => {};
  }

  /** Back-pressure: nothing more is read while too much waits for the receiver. */
  #pauseIfFull(): void {
    const isFull = this.#open.size > this.#config[QUEUE_MAX];
    if (!isFull && !this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.context.pause(this.context.assignment());
    else this.context.resume(this.context.assignment());
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** As far as every message has its answer. A task that stops waits for those that are on their way. */
  override async preCommit(
    offsets: readonly TopicPartitionOffset[],
  ): Promise<readonly TopicPartitionOffset[]> {
    if (this.#signal?.aborted) await this.#finish();
    return offsets.map((place) => ({
      ...place,
      offset: this.#positions.oldestOpen(place) ?? place.offset,
    }));
  }

  async #finish(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FINISH_MS);
    });
    await Promise.race([late, Promise.all(this.#lanes.map((lane) => lane?.finish()))]);
    clearTimeout(timer);
  }

  /** What is queued of these partitions is sent by their next owner. */
  override close(partitions: readonly TopicPartition[]): void {
    const closed = new Set(partitions.map(({ topic, partition }) => `${topic}-${partition}`));
    for (const delivery of this.#open) {
      const { originalTopic, originalPartition } = delivery.record;
      if (!closed.has(`${originalTopic}-${originalPartition}`)) continue;
      delivery.isDropped = true;
      this.#open.delete(delivery);
    }
    this.#positions.close(partitions);
    this.#hasRoom();
  }

  stop(): void {
    for (const lane of this.#lanes) lane?.close();
  }

  #warn(code: string, message: string, detail?: string): void {
    const now = performance.now();
    if (now < (this.#quietUntil.get(code) ?? 0)) return;
    this.#quietUntil.set(code, now + REPEAT_MS);
    this.context.log.warn({ code, ...(detail ? { detail } : {}) }, message);
  }
}

/** A number that is not negative. */
function hashOf(text: string): number {
  return murmur2(encoder.encode(text)) & 0x7fff_ffff;
}
