import { setTimeout as delay } from "node:timers/promises";
import { RecordLogError } from "../record-log.ts";
import type { LogRecord, TopicPartition, TopicPartitionOffset } from "../record-log.ts";
import { kafkaErrorType, recordLogError } from "./errors.ts";
import { Batch } from "./internals.ts";
import type { Cluster, FetchedPartition, RawMessage } from "./internals.ts";

const FETCH_BYTES = 10 * 1024 * 1024;
const PARTITION_BYTES = 1024 * 1024;
const LEADER_ATTEMPTS = 6;
const LEADER_PAUSE_MS = 100;

export interface Fetched {
  /** What was asked for. */
  readonly from: TopicPartitionOffset;
  readonly records: readonly LogRecord[];
  /** Where to go on; control records and aborted ones are passed over. */
  readonly next: number;
  /** Offset of the record that comes next in the log; undefined if the answer does not say. */
  readonly end: number | undefined;
  readonly isOutOfRange: boolean;
}

/** Fetches once from each position; waits at most `maxWaitMs` while there is nothing. */
export async function fetchOnce(
  cluster: Cluster,
  isolationLevel: number,
  positions: readonly TopicPartitionOffset[],
  maxWaitMs: number,
): Promise<readonly Fetched[]> {
  await cluster.addMultipleTargetTopics([...new Set(positions.map(({ topic }) => topic))]);
  const byBroker = new Map<string, TopicPartitionOffset[]>();
  for (const position of positions) {
    const leaders = cluster.findLeaderForPartitions(position.topic, [position.partition]);
    const [leader] = Object.keys(leaders);
    if (leader === undefined) {
      throw new RecordLogError("TOPIC_UNKNOWN", "A partition has no leader", { isRetriable: true });
    }
    byBroker.set(leader, [...(byBroker.get(leader) ?? []), position]);
  }
  const lost: TopicPartition[] = [];
  const fetched = await Promise.all(
    [...byBroker].map(async ([nodeId, own]) => {
      const broker = await cluster.findBroker({ nodeId });
      const answer = broker.fetch({
        isolationLevel,
        maxWaitTime: maxWaitMs,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        topics: [...Map.groupBy(own, ({ topic }) => topic)].map(([topic, list]) => ({
          topic,
          partitions: list.map(({ partition, offset }) => ({
            partition,
            fetchOffset: String(offset),
            maxBytes: PARTITION_BYTES,
          })),
        })),
      });
      const { responses } = await answer.catch((error: unknown) => {
        if (kafkaErrorType(error) !== "OFFSET_OUT_OF_RANGE") throw error;
        // kafkajs drops the whole answer for one bad partition; the others are asked again next time.
        lost.push(error as TopicPartition);
        return { responses: [] };
      });
      return responses.flatMap(({ topicName, partitions }) =>
        partitions.flatMap((partition) => {
          const from = own.find(
            (each) => each.topic === topicName && each.partition === partition.partition,
          );
          return from ? [fetchedOf(from, partition)] : [];
        }),
      );
    }),
  );
  const outOfRange = positions
    .filter((from) =>
      lost.some(({ topic, partition }) => topic === from.topic && partition === from.partition),
    )
    .map((from) => ({ from, records: [], next: from.offset, end: undefined, isOutOfRange: true }));
  return [...fetched.flat(), ...outOfRange];
}

function fetchedOf(from: TopicPartitionOffset, partition: FetchedPartition): Fetched {
  const { topic, offset } = from;
  const isOutOfRange = false;
  const end = Number(partition.highWatermark);
  const batch = new Batch(topic, String(offset), partition);
  if (batch.rawMessages.length === 0) return { from, records: [], next: offset, end, isOutOfRange };
  const records = batch.messages.map((message) => logRecord(topic, partition.partition, message));
  const next = Math.max(Number(batch.lastOffset()) + 1, offset);
  return { from, records, next, end, isOutOfRange };
}

function logRecord(topic: string, partition: number, message: RawMessage): LogRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: "CREATE_TIME",
    key: plainBytes(message.key),
    value: plainBytes(message.value),
    headers: message.headers.map(({ key, value }) => [key, plainBytes(value)] as const),
  };
}

/** Not a Buffer: those compare and print differently from the bytes of the other log. */
function plainBytes(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : new Uint8Array(bytes);
}

/** The first or the next offset of partitions (for read_committed: the last stable one). */
export async function edgeOffsets(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  edge: "earliest" | "latest",
  servers: string,
): Promise<Map<number, number>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await cluster.addMultipleTargetTopics([topic]);
      const [found] = await cluster.fetchTopicsOffset([
        {
          topic,
          partitions: partitions.map((partition) => ({ partition })),
          fromBeginning: edge === "earliest",
        },
      ]);
      return new Map(
        (found?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]),
      );
    } catch (error) {
      const failure = recordLogError(error, servers);
      // A topic that was made a moment ago, or moved, has no leader that answers yet.
      if (!failure.isRetriable || attempt === LEADER_ATTEMPTS) throw failure;
      await delay(LEADER_PAUSE_MS * attempt);
      await cluster.refreshMetadata().catch(() => undefined);
    }
  }
}
