import { setTimeout as delay } from "node:timers/promises";
import { RecordLogError } from "../record-log.ts";
import type { AppendResult, NewRecord } from "../record-log.ts";
import { kafkaErrorType, recordLogError } from "./errors.ts";
import { protocolError, topicMetadata } from "./internals.ts";
import type { Broker, Cluster, ProduceResponse, ProducerIdentity } from "./internals.ts";
import { produceRequest } from "./produce-request.ts";
import { Partitioner, batchesOf, outcomesOf } from "./produced-records.ts";
import type { BatchOutcome, PartitionBatch } from "./produced-records.ts";
import { initProducerId } from "./transaction-requests.ts";

const TRANSACTION_COORDINATOR = 1;
/** Kafka's range of sequence numbers. */
const SEQUENCES = 2 ** 31;

/** What passes by itself within milliseconds: Kafka still completes the transaction before. */
const BUSY: ReadonlySet<string> = new Set(["CONCURRENT_TRANSACTIONS"]);
const BUSY_PAUSE_MIN_MS = 1;
const BUSY_PAUSE_MAX_MS = 20;
/** A topic that nobody makes does not pass; one that was made a moment ago does. */
const UNKNOWN: ReadonlySet<string> = new Set(["UNKNOWN_TOPIC_OR_PARTITION"]);
const UNKNOWN_TIMEOUT_MS = 3000;
/** Kafka said that a batch was not stored and never will be; of everything else the fate is open. */
const REFUSALS: ReadonlySet<string> = new Set([
  "RECORD_TOO_LARGE",
  "RECORD_REFUSED",
  "TOPIC_INVALID",
  "NOT_AUTHORIZED",
]);
/** How long what is known of a topic's partitions holds; they may become more. */
const TOPIC_AGE_MS = 60_000;
const FOLLOWERS_TIMEOUT_MS = 30_000;
const PASSING_PAUSE_MIN_MS = 50;
const PASSING_PAUSE_MAX_MS = 1000;
const PASSING: ReadonlySet<string> = new Set([
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_FOR_PARTITION",
  "NOT_COORDINATOR_FOR_GROUP",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "GROUP_LOAD_IN_PROGRESS",
]);

export interface ProducerSessionOptions {
  readonly servers: string;
  readonly transactionalId?: string | undefined;
  readonly transactionTimeoutMs: number;
  /** How long a request is tried again before it is refused. */
  readonly budgetMs: number;
  /** 0 none, 1 gzip. */
  readonly compression: number;
}

/**
 * A producer id with its epoch, and the numbers of the batches that were sent under it.
 *
 * Invariant: a batch keeps its number in each repetition, and a number is given again to no other batch. So
 * Kafka can tell a repetition, stores a batch once however often it is sent, and never takes a new one for
 * a repetition. A batch whose fate stays unknown ends the session: `init` begins another.
 */
export class ProducerSession {
  readonly #cluster: Cluster;
  readonly #release: () => Promise<void>;
  readonly #options: ProducerSessionOptions;
  readonly #partitioner = new Partitioner();
  readonly #sequences = new Map<string, number>();
  readonly #topics = new Map<string, KnownTopic>();
  #identity: ProducerIdentity | undefined;
  #coordinator: Broker | undefined;
  #isClosed = false;

  /** `release` says that the cluster is not needed any more; others may use it too. */
  constructor(cluster: Cluster, release: () => Promise<void>, options: ProducerSessionOptions) {
    this.#cluster = cluster;
    this.#release = release;
    this.#options = options;
  }

  get identity(): ProducerIdentity {
    if (this.#identity) return this.#identity;
    throw new RecordLogError("LOG_FAILED", "The producer has no id yet");
  }

  /**
   * Gets a producer id, or the next epoch of the present one. Kafka completes or aborts what the epoch
   * before left open. Rejects with PRODUCER_FENCED when another producer has the transactional id by now.
   */
  async init(): Promise<void> {
    const { transactionalId, transactionTimeoutMs } = this.#options;
    const request = initProducerId({
      transactionalId,
      transactionTimeoutMs,
      identity: transactionalId === undefined ? undefined : this.#identity,
    });
    const { producerId, producerEpoch } = await this.atCoordinator((broker) =>
      broker.connectionPool.send(request),
    );
    this.#identity = { producerId, producerEpoch };
    this.#sequences.clear();
  }

  /**
   * Stores records; what became of each, in their order. `prepare` is awaited before the first attempt. One
   * call at a time. When it rejects, nobody knows what was stored, and the session has ended.
   */
  async produce(
    records: readonly NewRecord[],
    prepare?: (batches: readonly PartitionBatch[]) => Promise<void>,
  ): Promise<readonly (AppendResult | RecordLogError)[]> {
    const topics = [...new Set(records.map(({ topic }) => topic))];
    const batches = await this.trying(async () => {
      await this.#learn(topics);
      return batchesOf(records, (record) => this.#partition(record));
    });
    await prepare?.(batches);
    const outcomes = new Map<PartitionBatch, BatchOutcome>();
    // A batch that was answered is not sent again with those that were not.
    await this.trying(async () => {
      const left = batches.filter((batch) => !outcomes.has(batch));
      await this.#learn(topics);
      const errors = await Promise.all(
        this.#byLeader(left).map(([nodeId, part]) => this.#send(nodeId, part, outcomes)),
      );
      const error = errors.find((each) => each !== undefined);
      if (error !== undefined) throw error;
    });
    for (const [batch, outcome] of outcomes) {
      // A refused batch was not stored, so its numbers are free; nothing was sent behind it.
      if ("baseOffset" in outcome) this.#count(batch);
    }
    return outcomesOf(records.length, outcomes);
  }

  /**
   * Finds out who leads the partitions of topics that are not known, or not lately. Each session for itself:
   * what kafkajs remembers of topics it asks for again and again, and so makes those anew that were deleted.
   */
  async #learn(topics: readonly string[]): Promise<void> {
    const oldest = performance.now() - TOPIC_AGE_MS;
    const wanted = topics.filter((topic) => (this.#topics.get(topic)?.at ?? -Infinity) <= oldest);
    if (wanted.length === 0) return;
    for (const { topic, partitionMetadata } of await topicMetadata(this.#cluster, wanted)) {
      const leaders = new Map(
        partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader]),
      );
      this.#topics.set(topic, { at: performance.now(), leaders });
    }
  }

  #partition(record: NewRecord): number {
    const count = this.#topics.get(record.topic)?.leaders.size ?? 0;
    if (count > 0) return this.#partitioner.partition(record, count);
    throw new RecordLogError("TOPIC_UNKNOWN", `Topic ${record.topic} does not exist`);
  }

  /** The number of the batch's first record. */
  #sequence({ topic, partition }: PartitionBatch): number {
    return this.#sequences.get(`${topic}-${partition}`) ?? 0;
  }

  #count(batch: PartitionBatch): void {
    const next = (this.#sequence(batch) + batch.records.length) % SEQUENCES;
    this.#sequences.set(`${batch.topic}-${batch.partition}`, next);
  }

  #byLeader(batches: readonly PartitionBatch[]): readonly [string, PartitionBatch[]][] {
    const leaderOf = ({ topic, partition }: PartitionBatch): string => {
      const leader = this.#topics.get(topic)?.leaders.get(partition);
      if (leader !== undefined && leader >= 0) return String(leader);
      throw new RecordLogError("TOPIC_UNKNOWN", `A partition of ${topic} has no leader`);
    };
    return [...Map.groupBy(batches, leaderOf)];
  }

  /** Sends batches to one broker and notes what became of them; returns an error after which to try again. */
  async #send(
    nodeId: string,
    batches: readonly PartitionBatch[],
    outcomes: Map<PartitionBatch, BatchOutcome>,
  ): Promise<unknown> {
    const { transactionalId, compression, servers } = this.#options;
    let response: ProduceResponse;
    try {
      const broker = await this.#cluster.findBroker({ nodeId });
      const request = produceRequest({
        ...this.identity,
        transactionalId,
        timeoutMs: FOLLOWERS_TIMEOUT_MS,
        compression,
        batches: batches.map((batch) => ({ ...batch, firstSequence: this.#sequence(batch) })),
      });
      response = await broker.connectionPool.send(request);
    } catch (error) {
      return error;
    }
    let again: unknown;
    for (const { topicName, partitions } of response.topics) {
      for (const { partition, errorCode, baseOffset } of partitions) {
        const batch = batches.find(
          (each) => each.topic === topicName && each.partition === partition,
        );
        if (!batch) continue;
        const error = protocolError(errorCode);
        if (error === undefined) {
          outcomes.set(batch, { baseOffset: Number(baseOffset) });
          continue;
        }
        const refusal = recordLogError(error, servers);
        const isRefused = REFUSALS.has(refusal.code);
        if (isRefused) outcomes.set(batch, { refusal });
        else again = error;
      }
    }
    return again;
  }

  /** A request to the transaction coordinator (for a plain producer: any broker). */
  atCoordinator<T>(call: (broker: Broker) => Promise<T>): Promise<T> {
    return this.trying(async () => {
      this.#coordinator ??= await this.#findCoordinator();
      return call(this.#coordinator);
    });
  }

  #findCoordinator(): Promise<Broker> {
    const { transactionalId } = this.#options;
    return transactionalId === undefined
      ? this.#cluster.findControllerBroker()
      : this.#cluster.findGroupCoordinator({
          groupId: transactionalId,
          coordinatorType: TRANSACTION_COORDINATOR,
        });
  }

  asLogError(error: unknown): RecordLogError {
    return recordLogError(error, this.#options.servers);
  }

  /**
   * The reason of a refusal. Kafka has one code for an epoch that somebody else has taken over and for a
   * transaction that it ended by its timeout; only to ask for the next epoch tells one from the other.
   */
  async reasonOf(error: unknown): Promise<RecordLogError> {
    const failure = this.asLogError(error);
    if (failure.code !== "PRODUCER_FENCED") return failure;
    try {
      await this.init();
    } catch (reason) {
      return this.asLogError(reason);
    }
    return new RecordLogError(
      "TRANSACTION_ABORTED",
      "The transaction took longer than transaction.timeout.ms and was aborted; raise it, or make transactions smaller",
      { cause: error, isRetriable: true },
    );
  }

  /** Tries a request again for as long as that may help. Rejects with a RecordLogError. */
  async trying<T>(call: () => Promise<T>): Promise<T> {
    const { servers, budgetMs } = this.#options;
    const startedAt = performance.now();
    let busyPause = BUSY_PAUSE_MIN_MS;
    let pause = PASSING_PAUSE_MIN_MS;
    for (;;) {
      if (this.#isClosed) throw new RecordLogError("CLIENT_CLOSED", "The producer is closed");
      try {
        return await call();
      } catch (error) {
        const type = kafkaErrorType(error) ?? "";
        const failure = recordLogError(error, servers);
        const spent = performance.now() - startedAt;
        const isUnknown = UNKNOWN.has(type) || failure.code === "TOPIC_UNKNOWN";
        const isPassing = BUSY.has(type) || PASSING.has(type) || failure.isRetriable || isUnknown;
        // Of a transaction that has ended, no repetition makes another.
        if (failure.code === "TRANSACTION_ABORTED") throw failure;
        if (!isPassing || spent > (isUnknown ? UNKNOWN_TIMEOUT_MS : budgetMs)) throw failure;
        if (BUSY.has(type)) {
          await delay(busyPause);
          busyPause = Math.min(busyPause * 2, BUSY_PAUSE_MAX_MS);
          continue;
        }
        this.#coordinator = undefined;
        this.#topics.clear();
        await delay(pause);
        pause = Math.min(pause * 2, PASSING_PAUSE_MAX_MS);
        await this.#lookAgain();
      }
    }
  }

  /** Finds out anew who leads what; kafkajs does not connect again by itself. */
  async #lookAgain(): Promise<void> {
    try {
      await this.#cluster.connect();
      await this.#cluster.refreshMetadata();
    } catch {
      // The next attempt of the request itself says what is wrong.
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#release();
  }
}

interface KnownTopic {
  /** When Kafka was asked, in the process's time. */
  readonly at: number;
  /** Broker by partition; -1 while there is none. */
  readonly leaders: ReadonlyMap<number, number>;
}
