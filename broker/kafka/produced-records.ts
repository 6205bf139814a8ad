import { partitionOf } from "#lib/murmur2";
import type { AppendResult, NewRecord, RecordLogError } from "../record-log.ts";
import type { BatchRecord } from "./record-batch.ts";

/** Records of one request, at most; well under a broker's default limit of 1 MiB for a batch. */
export const REQUEST_BYTES = 512 * 1024;
export const REQUEST_RECORDS = 2000;
/** About what a record costs besides key and value. */
const RECORD_OVERHEAD_BYTES = 100;

/** What a record takes in a request, about. */
export function sizeOf({ key, value, headers }: NewRecord): number {
  let size = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, header] of headers ?? []) size += name.length + (header?.length ?? 0);
  return size;
}

/** Cuts a list into requests, in order. A record that is too large for one gets one of its own. */
export function requestsOf(records: readonly NewRecord[]): NewRecord[][] {
  const parts: NewRecord[][] = [];
  let part: NewRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (part.length > 0 && (bytes + size > REQUEST_BYTES || part.length >= REQUEST_RECORDS)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(record);
    bytes += size;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

/** The records for one partition, with their places in the list of records. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: BatchRecord[];
  readonly places: number[];
}

/** Kafka's default partitioner: murmur2 of the key, or the partitions in turn. */
export class Partitioner {
  #turn = 0;

  partition({ partition, key }: NewRecord, count: number): number {
    if (partition !== undefined && partition !== null) return partition;
    if (key !== null) return partitionOf(key, count);
    this.#turn = (this.#turn + 1) % count;
    return this.#turn;
  }
}

/** Groups records by their partition, each in the order of the list. */
export function batchesOf(
  records: readonly NewRecord[],
  partitionOfRecord: (record: NewRecord) => number,
): readonly PartitionBatch[] {
  const now = Date.now();
  const batches = new Map<string, PartitionBatch>();
  for (const [place, record] of records.entries()) {
    const { topic } = record;
    const partition = partitionOfRecord(record);
    const name = `${topic}-${partition}`;
    let batch = batches.get(name);
    if (!batch) {
      batch = { topic, partition, records: [], places: [] };
      batches.set(name, batch);
    }
    batch.records.push(batchRecord(record, now));
    batch.places.push(place);
  }
  return [...batches.values()];
}

const batchRecord = ({ key, value, headers, timestamp }: NewRecord, now: number): BatchRecord => ({
  key,
  value,
  headers: headers ?? [],
  timestamp: timestamp ?? now,
});

/** What became of a batch: the offset of its first record, or why Kafka refused it. */
export type BatchOutcome = { readonly baseOffset: number } | { readonly refusal: RecordLogError };

/** What became of each record: those of one batch follow each other from its base offset. */
export function outcomesOf(
  count: number,
  outcomes: ReadonlyMap<PartitionBatch, BatchOutcome>,
): readonly (AppendResult | RecordLogError)[] {
  const results: (AppendResult | RecordLogError)[] = Array.from({ length: count });
  for (const [{ topic, partition, records, places }, outcome] of outcomes) {
    for (const [index, place] of places.entries()) {
      results[place] =
        "refusal" in outcome
          ? outcome.refusal
          : {
              topic,
              partition,
              offset: outcome.baseOffset + index,
              timestamp: records[index]?.timestamp ?? 0,
            };
    }
  }
  return results;
}
