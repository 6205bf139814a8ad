import type { Kafka } from "kafkajs";
import { RecordLogError } from "../record-log.ts";
import type { LogRecord, Reader, ReaderOptions } from "../record-log.ts";
import { recordLogError } from "./errors.ts";
import { edgeOffsets, fetchOnce } from "./fetcher.ts";
import { READ_COMMITTED, READ_UNCOMMITTED, createCluster, topicMetadata } from "./internals.ts";
import type { Cluster } from "./internals.ts";

/** Follows a topic without a group, which kafkajs's own consumer cannot. */
export class KafkaReader implements Reader {
  readonly #cluster: Cluster;
  readonly #isolation: number;
  readonly #servers: string;
  readonly #topic: string;
  readonly #positions: Map<number, number>;

  private constructor(
    cluster: Cluster,
    isolation: number,
    servers: string,
    topic: string,
    positions: Map<number, number>,
  ) {
    this.#cluster = cluster;
    this.#isolation = isolation;
    this.#servers = servers;
    this.#topic = topic;
    this.#positions = positions;
  }

  static async open(kafka: Kafka, servers: string, options: ReaderOptions): Promise<KafkaReader> {
    const { topic, from } = options;
    const isolation = options.isolation === "read_uncommitted" ? READ_UNCOMMITTED : READ_COMMITTED;
    const cluster = createCluster(kafka, isolation);
    try {
      await cluster.connect();
      const [found] = await topicMetadata(cluster, [topic]);
      const partitions = (found?.partitionMetadata ?? []).map(({ partitionId }) => partitionId);
      const positions = from
        ? new Map(from.map(({ partition, offset }) => [partition, offset]))
        : await edgeOffsets(cluster, topic, partitions, "earliest", servers);
      return new KafkaReader(cluster, isolation, servers, topic, positions);
    } catch (error) {
      await cluster.disconnect();
      throw recordLogError(error, servers);
    }
  }

  async poll(timeoutMs: number, signal?: AbortSignal): Promise<readonly LogRecord[]> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const left = Math.max(Math.ceil(deadline - performance.now()), 0);
      const records = await this.#fetch(Math.min(left, 500));
      if (records.length > 0 || left === 0 || signal?.aborted) return records;
    }
  }

  async #fetch(maxWaitMs: number): Promise<LogRecord[]> {
    const positions = [...this.#positions].map(([partition, offset]) => ({
      topic: this.#topic,
      partition,
      offset,
    }));
    try {
      const fetched = await fetchOnce(this.#cluster, this.#isolation, positions, maxWaitMs);
      for (const { from, next, isOutOfRange } of fetched) {
        if (isOutOfRange) {
          throw new RecordLogError("LOG_FAILED", "The records at this offset are gone");
        }
        this.#positions.set(from.partition, next);
      }
      return fetched.flatMap(({ records }) => records);
    } catch (error) {
      // The next poll may then find the partition at another broker.
      await this.#cluster.refreshMetadata().catch(() => undefined);
      throw recordLogError(error, this.#servers);
    }
  }

  async isAtEnd(): Promise<boolean> {
    const partitions = [...this.#positions.keys()];
    const ends = await edgeOffsets(this.#cluster, this.#topic, partitions, "latest", this.#servers);
    return [...this.#positions].every(([partition, next]) => next >= (ends.get(partition) ?? 0));
  }

  close(): Promise<void> {
    return this.#cluster.disconnect();
  }
}
