import type { SourceOffset, SourcePartition } from "#connect-api";

interface Submitted {
  readonly offset: SourceOffset;
  isAcknowledged: boolean;
}

interface Line {
  readonly partition: SourcePartition;
  readonly submitted: Submitted[];
}

/**
 * Which source offsets may be stored: per source partition, those of the acknowledged prefix in order
 * of dispatch. A partition that is stuck holds back no other.
 *
 * Source: org.apache.kafka.connect.runtime.SubmittedRecords.
 */
export class SourceOffsets {
  readonly #lines = new Map<string, Line>();

  /** Returns what to call when the record is acknowledged. Records without partition count for nothing. */
  submit(partition: SourcePartition | null, offset: SourceOffset | null): () => void {
    if (partition === null || offset === null) return () => {};
    const entry: Submitted = { offset, isAcknowledged: false };
    this.#line(partition).push(entry);
    return () => {
      entry.isAcknowledged = true;
    };
  }

  /** Takes back what was not stored after all; it stays older than everything submitted since. */
  putBack(offsets: readonly (readonly [SourcePartition, SourceOffset])[]): void {
    for (const [partition, offset] of offsets) {
      const submitted = this.#line(partition);
      submitted.unshift({ offset, isAcknowledged: true });
    }
  }

  #line(partition: SourcePartition): Submitted[] {
    const key = JSON.stringify(partition);
    let line = this.#lines.get(key);
    if (!line) {
      line = { partition, submitted: [] };
      this.#lines.set(key, line);
    }
    return line.submitted;
  }

  /** The newest offset of each partition that may be stored now; each is given once. */
  committable(): (readonly [SourcePartition, SourceOffset])[] {
    const found: (readonly [SourcePartition, SourceOffset])[] = [];
    for (const [key, { partition, submitted }] of this.#lines) {
      let count = 0;
      while (submitted[count]?.isAcknowledged) count += 1;
      const last = submitted[count - 1];
      if (!last) continue;
      submitted.splice(0, count);
      found.push([partition, last.offset]);
      // A source may have any number of partitions, one for each file say.
      if (submitted.length === 0) this.#lines.delete(key);
    }
    return found;
  }
}
