import kafkajs from "kafkajs";
import type {
  CompressionTypes,
  Kafka,
  Message,
  Partitioners,
  ProducerConfig,
  Producer as KafkaJsProducer,
  RecordMetadata,
  Transaction as KafkaJsTransaction,
} from "kafkajs";
import { partitionOf } from "#lib/murmur2";
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
import { recordLogError } from "./errors.ts";
import { KafkaConsumer } from "./kafka-consumer.ts";
import { kafkaHeaders } from "./raw-headers.ts";

/** Records of one request, at most; well under a broker's default limit of 1 MiB for a batch. */
const BATCH_BYTES = 512 * 1024;
const BATCH_RECORDS = 2000;

interface Waiting {
  readonly records: readonly NewRecord[];
  resolve(results: readonly AppendResult[]): void;
  reject(error: unknown): void;
}

/**
 * Sends records in the order of the calls: what is handed over while a request is on its way goes
 * together in the next one. One request at a time, so a retry cannot overtake.
 *
 * Never kafkajs's idempotent mode outside of a transaction: see docs/adr/20261124-kafkajs-against-kafka-4.md.
 */
export class KafkaProducer implements Producer {
  #producer: KafkaJsProducer;
  readonly #connect: () => Promise<KafkaJsProducer>;
  readonly #servers: string;
  readonly #transactionalId: string | undefined;
  readonly #chosen: WeakMap<Message, number>;
  readonly #compression: CompressionTypes;
  #queue: Waiting[] = [];
  #isSending = false;
  #isClosed = false;
  /** Why the last transaction failed; the next one needs a new producer. */
  #transactionFailure: RecordLogError | undefined;

  private constructor(
    producer: KafkaJsProducer,
    connect: () => Promise<KafkaJsProducer>,
    servers: string,
    options: ProducerOptions,
    chosen: WeakMap<Message, number>,
  ) {
    this.#producer = producer;
    this.#connect = connect;
    this.#servers = servers;
    this.#transactionalId = options.transactionalId;
    this.#chosen = chosen;
    this.#compression =
      options.settings?.["compression.type"] === "gzip"
        ? kafkajs.CompressionTypes.GZIP
        : kafkajs.CompressionTypes.None;
  }

  static async open(
    kafka: Kafka,
    servers: string,
    options: ProducerOptions,
  ): Promise<KafkaProducer> {
    const chosen = new WeakMap<Message, number>();
    const producerConfig: ProducerConfig = {
      allowAutoTopicCreation: true,
      createPartitioner: partitioner(chosen) as unknown as typeof Partitioners.DefaultPartitioner,
      ...(options.transactionalId === undefined
        ? { idempotent: false }
        : {
            transactionalId: options.transactionalId,
            idempotent: true,
            maxInFlightRequests: 1,
            transactionTimeout: Number(options.settings?.["transaction.timeout.ms"] ?? 60_000),
          }),
    };
    const connect = async (): Promise<KafkaJsProducer> => {
      const producer = kafka.producer(producerConfig);
      try {
        await producer.connect();
        // kafkajs asks for its epoch, which fences the one before, at the first transaction only.
        if (options.transactionalId !== undefined) await (await producer.transaction()).abort();
        return producer;
      } catch (error) {
        await producer.disconnect().catch(() => undefined);
        throw recordLogError(error, servers);
      }
    };
    return new KafkaProducer(await connect(), connect, servers, options, chosen);
  }

  send(records: readonly NewRecord[]): Promise<readonly AppendResult[]> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closedError();
      if (this.#transactionalId !== undefined) {
        throw new RecordLogError("LOG_FAILED", "A transactional producer sends in a transaction");
      }
      this.#queue.push({ records, resolve, reject });
      if (!this.#isSending) {
        this.#isSending = true;
        setImmediate(() => void this.#drain());
      }
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#nextBatch();
      try {
        const results = await this.#request(batch.flatMap(({ records }) => records));
        let at = 0;
        for (const { records, resolve } of batch) {
          resolve(results.slice(at, at + records.length));
          at += records.length;
        }
      } catch (error) {
        await this.#sendAlone(batch, error);
      }
    }
    this.#isSending = false;
  }

  #nextBatch(): Waiting[] {
    let bytes = 0;
    let records = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      bytes += sizeOf(waiting.records);
      records += waiting.records.length;
      if (count > 0 && (bytes > BATCH_BYTES || records > BATCH_RECORDS)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  /** A batch that failed for good says nothing of its parts: each is tried by itself. */
  async #sendAlone(batch: readonly Waiting[], error: unknown): Promise<void> {
    const failure = recordLogError(error, this.#servers);
    for (const { records, resolve, reject } of batch) {
      if (batch.length === 1 || failure.isRetriable) {
        reject(failure);
        continue;
      }
      try {
        resolve(await this.#request(records));
      } catch (own) {
        reject(recordLogError(own, this.#servers));
      }
    }
  }

  async #request(records: readonly NewRecord[]): Promise<readonly AppendResult[]> {
    if (records.length === 0) return [];
    const now = Date.now();
    const { topicMessages, messages } = toMessages(records, now);
    const metadata = await this.#producer.sendBatch({
      acks: -1,
      compression: this.#compression,
      topicMessages,
    });
    return results(records, messages, metadata, this.#chosen);
  }

  async begin(): Promise<Transaction> {
    if (this.#isClosed) throw closedError();
    if (this.#transactionFailure) await this.#startOver(this.#transactionFailure);
    const onFailure = (error: unknown): RecordLogError => {
      const failure = recordLogError(error, this.#servers);
      // Being fenced stays the reason, whatever fails after it.
      if (this.#transactionFailure?.code !== "PRODUCER_FENCED") this.#transactionFailure = failure;
      return failure;
    };
    try {
      const transaction = await this.#producer.transaction();
      return new KafkaTransaction(transaction, this.#chosen, this.#compression, onFailure);
    } catch (error) {
      throw onFailure(error);
    }
  }

  /**
   * Invariant: no transaction is begun with the sequence numbers of a failed one. kafkajs takes the number of
   * an unanswered batch back, though Kafka may hold that batch: Kafka would then take the next one for its
   * repetition, confirm it, and not store it. A new producer gets a new epoch, with numbers from 0, and what
   * the old one left open is aborted or, if its commit had arrived, completed.
   */
  async #startOver(failure: RecordLogError): Promise<void> {
    // Another producer has this id now; taking it back is not for us to decide.
    if (failure.code === "PRODUCER_FENCED") throw failure;
    await this.#producer.disconnect().catch(() => undefined);
    this.#producer = await this.#connect();
    this.#transactionFailure = undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#queue.splice(0)) reject(closedError());
    await this.#producer.disconnect().catch(() => undefined);
  }
}

class KafkaTransaction implements Transaction {
  readonly #transaction: KafkaJsTransaction;
  readonly #onFailure: (error: unknown) => RecordLogError;
  readonly #chosen: WeakMap<Message, number>;
  readonly #compression: CompressionTypes;
  readonly #results: AppendResult[] = [];

  constructor(
    transaction: KafkaJsTransaction,
    chosen: WeakMap<Message, number>,
    compression: CompressionTypes,
    onFailure: (error: unknown) => RecordLogError,
  ) {
    this.#transaction = transaction;
    this.#chosen = chosen;
    this.#compression = compression;
    this.#onFailure = onFailure;
  }

  async send(records: readonly NewRecord[]): Promise<void> {
    const now = Date.now();
    for (const part of partsOf(records)) {
      const { topicMessages, messages } = toMessages(part, now);
      const metadata = await this.#guard(() =>
        this.#transaction.sendBatch({ acks: -1, compression: this.#compression, topicMessages }),
      );
      this.#results.push(...results(part, messages, metadata, this.#chosen));
    }
  }

  async sendOffsets(consumer: Consumer, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, list]) => ({
      topic,
      partitions: list.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    }));
    if (!(consumer instanceof KafkaConsumer)) {
      throw new RecordLogError("LOG_FAILED", "The consumer belongs to another log");
    }
    await consumer.checkMayCommit(offsets);
    await this.#guard(() =>
      this.#transaction.sendOffsets({ consumerGroupId: consumer.groupId, topics }),
    );
  }

  async commit(): Promise<readonly AppendResult[]> {
    await this.#guard(() => this.#transaction.commit());
    return this.#results;
  }

  async abort(): Promise<void> {
    await this.#guard(() => this.#transaction.abort());
  }

  async #guard<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw this.#onFailure(error);
    }
  }
}

/** Java's default partitioner; what it chose is noted, because Kafka's answer does not say it per record. */
function partitioner(chosen: WeakMap<Message, number>) {
  let turn = 0;
  return () =>
    ({
      partitionMetadata,
      message,
    }: {
      readonly partitionMetadata: readonly unknown[];
      readonly message: Message;
    }): number => {
      const count = partitionMetadata.length;
      const known = chosen.get(message);
      if (known !== undefined) return known;
      const partition =
        message.partition ??
        (message.key === null || message.key === undefined
          ? (turn = (turn + 1) % count)
          : partitionOf(message.key as Buffer, count));
      chosen.set(message, partition);
      return partition;
    };
}

function toMessages(records: readonly NewRecord[], now: number) {
  const byTopic = new Map<string, Message[]>();
  const messages = records.map((record): Message => {
    const message: Message = {
      key: record.key === null ? null : Buffer.from(record.key),
      value: record.value === null ? null : Buffer.from(record.value),
      headers: kafkaHeaders(record.headers ?? []),
      timestamp: String(record.timestamp ?? now),
      ...(record.partition === null || record.partition === undefined
        ? {}
        : { partition: record.partition }),
    };
    byTopic.set(record.topic, [...(byTopic.get(record.topic) ?? []), message]);
    return message;
  });
  const topicMessages = [...byTopic].map(([topic, list]) => ({ topic, messages: list }));
  return { topicMessages, messages };
}

/** Offsets of single records: those of one partition follow each other from its base offset. */
function results(
  records: readonly NewRecord[],
  messages: readonly Message[],
  metadata: readonly RecordMetadata[],
  chosen: WeakMap<Message, number>,
): AppendResult[] {
  const next = new Map(
    metadata.map(({ topicName, partition, baseOffset }) => [
      `${topicName}-${partition}`,
      Number(baseOffset ?? 0),
    ]),
  );
  return records.map(({ topic }, index) => {
    const message = messages[index] as Message;
    const partition = message.partition ?? chosen.get(message) ?? 0;
    const name = `${topic}-${partition}`;
    const offset = next.get(name) ?? -1;
    next.set(name, offset + 1);
    return { topic, partition, offset, timestamp: Number(message.timestamp) };
  });
}

function partsOf(records: readonly NewRecord[]): NewRecord[][] {
  const parts: NewRecord[][] = [[]];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf([record]);
    const last = parts.at(-1) as NewRecord[];
    if (last.length > 0 && (bytes + size > BATCH_BYTES || last.length >= BATCH_RECORDS)) {
      parts.push([record]);
      bytes = size;
    } else {
      last.push(record);
      bytes += size;
    }
  }
  return parts;
}

function sizeOf(records: readonly NewRecord[]): number {
  return records.reduce(
    (sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0) + 300,
    0,
  );
}

function closedError(): RecordLogError {
  return new RecordLogError("CLIENT_CLOSED", "The producer is closed");
}
