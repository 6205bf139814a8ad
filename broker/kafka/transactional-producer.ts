import { RecordLogError } from "../record-log.ts";
import type {
  AppendResult,
  Consumer,
  NewRecord,
  Producer,
  TopicPartitionOffset,
  Transaction,
} from "../record-log.ts";
import { fetchOnce } from "./fetcher.ts";
import { READ_COMMITTED } from "./internals.ts";
import type { Cluster } from "./internals.ts";
import { KafkaConsumer } from "./kafka-consumer.ts";
import { requestsOf } from "./produced-records.ts";
import type { ProducerSession } from "./producer-session.ts";
import { txnOffsetCommit } from "./transaction-requests.ts";

const LOOK_MS = 200;

/**
 * One transaction after the other under one transactional id.
 *
 * Kafka's transaction protocol is spoken here and not by kafkajs, which asks for the coordinator before each
 * step, waits 100 ms when Kafka still completes the transaction before, and gives the number of a batch
 * without an answer to another batch: see docs/adr/20261124-kafkajs-against-kafka-4.md.
 * Source: Kafka protocol guide; KIP-98 and KIP-360.
 */
export class TransactionalProducer implements Producer {
  readonly #cluster: Cluster;
  readonly #session: ProducerSession;
  readonly #transactionalId: string;
  #open: KafkaTransaction | undefined;
  #isClosed = false;

  private constructor(cluster: Cluster, session: ProducerSession, transactionalId: string) {
    this.#cluster = cluster;
    this.#session = session;
    this.#transactionalId = transactionalId;
  }

  /** Takes the transactional id over: whoever had it before is fenced, and what it left open is aborted. */
  static async open(
    cluster: Cluster,
    session: ProducerSession,
    transactionalId: string,
  ): Promise<TransactionalProducer> {
    try {
      await session.trying(() => cluster.connect());
      await session.init();
      return new TransactionalProducer(cluster, session, transactionalId);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async send(): Promise<never> {
    throw new RecordLogError("LOG_FAILED", "A transactional producer sends in a transaction");
  }

  async begin(): Promise<Transaction> {
    if (this.#isClosed) throw new RecordLogError("CLIENT_CLOSED", "The producer is closed");
    if (this.#open && !this.#open.hasEnded) {
      throw new RecordLogError("LOG_FAILED", "One transaction at a time");
    }
    // A new epoch has numbers of its own, and aborts or completes what is open under the one before.
    if (this.#open?.needsNewEpoch) await this.#session.init();
    this.#open = new KafkaTransaction(this.#cluster, this.#session, this.#transactionalId);
    return this.#open;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Nobody else has to wait then for what is open until it times out.
    if (this.#open && !this.#open.hasEnded) await this.#open.abort().catch(() => undefined);
    await this.#session.close();
  }
}

type State = "OPEN" | "COMMITTING" | "COMMITTED" | "ENDED";

class KafkaTransaction implements Transaction {
  readonly #cluster: Cluster;
  readonly #session: ProducerSession;
  readonly #transactionalId: string;
  readonly #partitions = new Set<string>();
  readonly #results: AppendResult[] = [];
  readonly #consumers = new Set<string>();
  #state: State = "OPEN";
  #failure: RecordLogError | undefined;
  /** Whether Kafka knows of this transaction: only then is there something to end. */
  #isBegun = false;

  constructor(cluster: Cluster, session: ProducerSession, transactionalId: string) {
    this.#cluster = cluster;
    this.#session = session;
    this.#transactionalId = transactionalId;
  }

  get hasEnded(): boolean {
    return this.#state !== "OPEN" || this.#failure !== undefined;
  }
  get needsNewEpoch(): boolean {
    return this.#failure !== undefined || this.#state === "COMMITTING";
  }

  send(records: readonly NewRecord[]): Promise<void> {
    return this.#step(async () => {
      for (const part of requestsOf(records)) {
        const outcomes = await this.#session.produce(part, (batches) =>
          this.#addPartitions(batches),
        );
        for (const outcome of outcomes) {
          if (outcome instanceof RecordLogError) throw outcome;
          this.#results.push(outcome);
        }
      }
    });
  }

  async #addPartitions(
    batches: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void> {
    const fresh = batches.filter(
      ({ topic, partition }) => !this.#partitions.has(`${topic}-${partition}`),
    );
    if (fresh.length === 0) return;
    const topics = [...Map.groupBy(fresh, ({ topic }) => topic)].map(([topic, list]) => ({
      topic,
      partitions: list.map(({ partition }) => partition),
    }));
    this.#isBegun = true;
    await this.#session.atCoordinator((broker) =>
      broker.addPartitionsToTxn({ ...this.#identity, topics }),
    );
    for (const { topic, partition } of fresh) this.#partitions.add(`${topic}-${partition}`);
  }

  get #identity() {
    return { ...this.#session.identity, transactionalId: this.#transactionalId };
  }

  sendOffsets(consumer: Consumer, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    return this.#step(async () => {
      if (!(consumer instanceof KafkaConsumer)) {
        throw new RecordLogError("LOG_FAILED", "The consumer belongs to another log");
      }
      const { groupId } = consumer;
      if (!this.#consumers.has(groupId)) {
        this.#isBegun = true;
        await this.#session.atCoordinator((broker) =>
          broker.addOffsetsToTxn({ ...this.#identity, groupId }),
        );
        this.#consumers.add(groupId);
      }
      await consumer.commitInTransaction(offsets, (member) =>
        txnOffsetCommit({ ...this.#identity, ...member, groupId, offsets }),
      );
    });
  }

  /** A step that fails ends the transaction: what Kafka has of it is not known for sure any more. */
  async #step(act: () => Promise<void>): Promise<void> {
    this.#ensureOpen();
    try {
      await act();
    } catch (error) {
      throw this.#failed(await this.#session.reasonOf(error));
    }
  }

  async commit(): Promise<readonly AppendResult[]> {
    if (this.#state === "COMMITTED") return this.#results;
    if (this.#state !== "COMMITTING") this.#ensureOpen();
    this.#state = "COMMITTING";
    try {
      // Kafka answers a repetition like the first: as often as need be, until there is an answer.
      if (this.#isBegun) await this.#end(true);
    } catch (error) {
      const failure = this.#session.asLogError(error);
      if (failure.isRetriable && failure.code !== "TRANSACTION_ABORTED") throw failure;
      // Refused, perhaps because somebody else has completed or aborted it: what is stored tells.
      if (!(await this.#isStored())) throw this.#failed(await this.#session.reasonOf(error));
      this.#failure = failure;
    }
    this.#state = "COMMITTED";
    return this.#results;
  }

  async abort(): Promise<void> {
    if (this.#state === "ENDED") return;
    // A broker that did not answer is not asked again: the next epoch aborts what is open.
    if (this.#failure) {
      this.#state = "ENDED";
      return;
    }
    this.#ensureOpen();
    this.#state = "ENDED";
    if (!this.#isBegun) return;
    try {
      await this.#end(false);
    } catch (error) {
      throw this.#failed(await this.#session.reasonOf(error));
    }
  }

  #end(transactionResult: boolean): Promise<unknown> {
    return this.#session.atCoordinator((broker) =>
      broker.endTxn({ ...this.#identity, transactionResult }),
    );
  }

  /** Whether a record of this transaction can be seen by those who read what is committed. */
  async #isStored(): Promise<boolean> {
    const place = this.#results[0];
    // Offsets alone leave nothing to look at; to call it aborted has them processed again, not lost.
    if (!place) return false;
    for (;;) {
      const [fetched] = await this.#session.trying(() =>
        fetchOnce(this.#cluster, READ_COMMITTED, [place], LOOK_MS),
      );
      const first = fetched?.records[0];
      if (first) return first.offset === place.offset;
      if (fetched?.isOutOfRange || (fetched?.next ?? 0) > place.offset) return false;
    }
  }

  #ensureOpen(): void {
    if (this.#state === "OPEN" && !this.#failure) return;
    throw new RecordLogError("TRANSACTION_ABORTED", "The transaction has ended", {
      cause: this.#failure,
    });
  }

  #failed(failure: RecordLogError): RecordLogError {
    this.#failure ??= failure;
    this.#state = "ENDED";
    return failure;
  }
}
