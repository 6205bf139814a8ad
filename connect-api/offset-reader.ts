import type { SourceOffset, SourcePartition } from "./record.ts";

/** Reads what the worker stored for this connector. Source: OffsetStorageReader. */
export interface OffsetReader {
  /** null when nothing is stored for the partition. */
  offset(partition: SourcePartition): Promise<SourceOffset | null>;
  /** Several at once; the keys of the answer are the objects that were asked for. */
  offsets(
    partitions: readonly SourcePartition[],
  ): Promise<ReadonlyMap<SourcePartition, SourceOffset | null>>;
}
