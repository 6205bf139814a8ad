import { RecordLogError } from "../record-log.ts";
import type {
  AppendResult,
  Consumer,
  NewRecord,
  Producer,
  ProducerOptions,
  TopicPartitionOffset,
  Transaction,
} from "../record-log.ts";
import { fencedError } from "./store.ts";
import type { GroupOffset, Store } from "./store.ts";

export class EmbeddedProducer implements Producer {
  readonly #store: Store;
  readonly #transactionalId: string | undefined;
  readonly #epoch: number;
  #isInTransaction = false;
  #isClosed = false;

  constructor(store: Store, options: ProducerOptions) {
    this.#store = store;
    this.#transactionalId = options.transactionalId;
    this.#epoch =
      options.transactionalId === undefined ? -1 : store.nextEpoch(options.transactionalId);
  }

  async send(records: readonly NewRecord[]): Promise<readonly AppendResult[]> {
    this.#ensureOpen();
    if (this.#transactionalId !== undefined) {
      throw new RecordLogError("LOG_FAILED", "A transactional producer sends in a transaction");
    }
    return this.#store.write({ records });
  }

  async begin(): Promise<Transaction> {
    this.#ensureOpen();
    const transactionalId = this.#transactionalId;
    if (transactionalId === undefined || this.#isInTransaction) {
      throw new RecordLogError("LOG_FAILED", "No transaction can begin here");
    }
    if (this.#store.epochOf(transactionalId) !== this.#epoch) throw fencedError();
    this.#isInTransaction = true;
    return new EmbeddedTransaction(this.#store, { transactionalId, epoch: this.#epoch }, () => {
      this.#isInTransaction = false;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #ensureOpen(): void {
    if (this.#isClosed) throw new RecordLogError("CLIENT_CLOSED", "The producer is closed");
  }
}

/** Kept in memory until the commit writes all of it at once, so an abort or a kill leaves nothing. */
class EmbeddedTransaction implements Transaction {
  readonly #store: Store;
  readonly #fence: { readonly transactionalId: string; readonly epoch: number };
  readonly #onEnd: () => void;
  readonly #records: NewRecord[] = [];
  readonly #offsets: { readonly consumer: Consumer; readonly position: TopicPartitionOffset }[] =
    [];
  #isOpen = true;

  constructor(
    store: Store,
    fence: { readonly transactionalId: string; readonly epoch: number },
    onEnd: () => void,
  ) {
    this.#store = store;
    this.#fence = fence;
    this.#onEnd = onEnd;
  }

  async send(records: readonly NewRecord[]): Promise<void> {
    this.#ensureOpen();
    this.#store.check(records);
    this.#records.push(...records);
  }

  async sendOffsets(consumer: Consumer, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    this.#ensureOpen();
    for (const position of offsets) {
      ensureAssigned(consumer, position);
      this.#offsets.push({ consumer, position });
    }
  }

  async commit(): Promise<readonly AppendResult[]> {
    this.#ensureOpen();
    this.#end();
    // Again, because the group may have moved on since: whoever has the partition now reads the same
    // input, and its output would be there twice.
    const groupOffsets = this.#offsets.map(({ consumer, position }): GroupOffset => {
      ensureAssigned(consumer, position);
      const { topic, partition, offset } = position;
      return { groupId: consumer.groupId, topic, partition, offset };
    });
    return this.#store.write({ records: this.#records, groupOffsets, fence: this.#fence });
  }

  async abort(): Promise<void> {
    if (this.#isOpen) this.#end();
  }

  #end(): void {
    this.#isOpen = false;
    this.#onEnd();
  }

  #ensureOpen(): void {
    if (!this.#isOpen) {
      throw new RecordLogError("TRANSACTION_ABORTED", "The transaction has ended");
    }
  }
}

function ensureAssigned(consumer: Consumer, { topic, partition }: TopicPartitionOffset): void {
  const isAssigned = consumer
    .assignment()
    .some((place) => place.topic === topic && place.partition === partition);
  if (isAssigned) return;
  throw new RecordLogError(
    "COMMIT_REFUSED",
    "The group has given these partitions to another member",
  );
}
