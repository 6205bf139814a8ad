import { partitionOf } from "#lib/murmur2";
import { RecordLogError } from "../record-log.ts";
import type {
  AppendResult,
  LogRecord,
  NewRecord,
  NewTopic,
  TopicPartition,
} from "../record-log.ts";
import { Database, closedError } from "./database.ts";
import { decodeHeaders, encodeHeaders } from "./header-codec.ts";

/** What a topic is; `heads` are the next offsets by partition. */
export interface Topic {
  readonly id: number;
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
  readonly heads: number[];
}

/** A committed position of a group; offset null removes it. */
export interface GroupOffset extends TopicPartition {
  readonly groupId: string;
  readonly offset: number | null;
}

/** Everything that becomes visible at once. */
export interface WriteBatch {
  readonly records: readonly NewRecord[];
  readonly groupOffsets?: readonly GroupOffset[];
  /** Refused when another producer took the transactional id meanwhile. */
  readonly fence?: { readonly transactionalId: string; readonly epoch: number };
}

interface PendingWrite {
  readonly batch: WriteBatch;
  resolve(results: readonly AppendResult[]): void;
  reject(error: unknown): void;
}

export interface StoreSettings {
  readonly isReadOnly: boolean;
  readonly autoCreateTopics: boolean;
  readonly defaultPartitions: number;
  /** Largest key plus value plus headers, for topics without `max.message.bytes`. */
  readonly messageMaxBytes: number;
}

/**
 * Topics, records, group offsets and transactional ids of an embedded log.
 *
 * Writes are committed in groups: all batches of one turn of the event loop share one SQLite
 * transaction and one fsync. A batch is all there or not there at all.
 */
export class Store {
  readonly clusterId: string;
  readonly settings: StoreSettings;
  readonly #database: Database;
  readonly #topics = new Map<string, Topic>();
  readonly #listeners = new Set<(event: "append" | "topics") => void>();
  #pending: PendingWrite[] = [];
  #nextPartition = 0;

  constructor(directory: string, settings: StoreSettings) {
    this.settings = settings;
    this.#database = new Database(directory, { isReadOnly: settings.isReadOnly });
    this.clusterId = this.#database.clusterId;
    this.loadTopics();
  }

  // -- topics ---------------------------------------------------------------------------------

  /** Reads topics and heads again; a read-only store does so before each look. */
  loadTopics(): void {
    const rows = this.#database.all("SELECT id, name, config FROM topics");
    this.#topics.clear();
    for (const row of rows) {
      const heads = this.#database
        .all("SELECT head FROM partitions WHERE topic = ? ORDER BY partition", Number(row["id"]))
        .map(({ head }) => Number(head));
      this.#topics.set(String(row["name"]), {
        id: Number(row["id"]),
        name: String(row["name"]),
        config: JSON.parse(String(row["config"])) as Record<string, string>,
        heads,
      });
    }
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  topics(): readonly Topic[] {
    return [...this.#topics.values()];
  }

  /** Returns false when it exists already. */
  createTopic(topic: NewTopic): boolean {
    this.#database.ensureWritable();
    if (!/^[a-zA-Z0-9._-]{1,249}$/.test(topic.topic) || /^\.{1,2}$/.test(topic.topic)) {
      throw new RecordLogError(
        "TOPIC_INVALID",
        "A topic name has 1 to 249 characters of a-z, A-Z, 0-9, '.', '_' and '-'",
      );
    }
    if (this.#topics.has(topic.topic)) return false;
    const wanted = topic.partitions ?? -1;
    const count = wanted > 0 ? wanted : this.settings.defaultPartitions;
    const config = topic.config ?? {};
    const id = this.#database.atomically(() => {
      const { lastInsertRowid } = this.#database.run(
        "INSERT INTO topics (name, config) VALUES (?, ?)",
        topic.topic,
        JSON.stringify(config),
      );
      for (let partition = 0; partition < count; partition += 1) {
        this.#database.run(
          "INSERT INTO partitions (topic, partition, start, head) VALUES (?, ?, 0, 0)",
          Number(lastInsertRowid),
          partition,
        );
      }
      return Number(lastInsertRowid);
    });
    const heads = Array.from({ length: count }, () => 0);
    this.#topics.set(topic.topic, { id, name: topic.topic, config, heads });
    this.#tell("topics");
    return true;
  }

  deleteTopic(name: string): void {
    this.#database.ensureWritable();
    const topic = this.#topics.get(name);
    if (!topic) return;
    this.#database.atomically(() => {
      this.#database.run("DELETE FROM records WHERE topic = ?", topic.id);
      this.#database.run("DELETE FROM partitions WHERE topic = ?", topic.id);
      this.#database.run("DELETE FROM topics WHERE id = ?", topic.id);
      this.#database.run("DELETE FROM group_offsets WHERE topic = ?", name);
    });
    this.#topics.delete(name);
    this.#tell("topics");
  }

  /** First offset that is kept. */
  startOf(topic: Topic, partition: number): number {
    const row = this.#database.get(
      "SELECT start FROM partitions WHERE topic = ? AND partition = ?",
      topic.id,
      partition,
    );
    return Number(row?.["start"] ?? 0);
  }

  // -- records --------------------------------------------------------------------------------

  /**
   * Stores a batch. Resolves after the commit that holds it is on disk.
   *
   * Rejects, with nothing of the batch stored, for unknown topics and partitions, records that are too
   * large, and a fenced producer.
   */
  write(batch: WriteBatch): Promise<readonly AppendResult[]> {
    return new Promise((resolve, reject) => {
      this.#database.ensureWritable();
      this.check(batch.records);
      this.#pending.push({ batch, resolve, reject });
      if (this.#pending.length === 1) setImmediate(() => this.#flush());
    });
  }

  /** Throws for the first record that cannot be stored; makes topics that records may make. */
  check(records: readonly NewRecord[]): void {
    for (const record of records) this.#checkOne(record);
  }

  #checkOne(record: NewRecord): void {
    let topic = this.#topics.get(record.topic);
    if (!topic && this.settings.autoCreateTopics) {
      this.createTopic({ topic: record.topic });
      topic = this.#topics.get(record.topic);
    }
    const { timestamp } = record;
    if (timestamp !== undefined && timestamp !== null && !Number.isSafeInteger(timestamp)) {
      // SQLite would refuse it in the middle of a group, and everything in the group with it.
      throw new RecordLogError("LOG_FAILED", "A timestamp is a whole number of milliseconds");
    }
    const partition = record.partition ?? 0;
    if (!topic || partition < 0 || partition >= topic.heads.length) {
      throw new RecordLogError(
        "TOPIC_UNKNOWN",
        `Topic ${record.topic} or its partition is unknown`,
      );
    }
    const max = Number(topic.config["max.message.bytes"] ?? this.settings.messageMaxBytes);
    const headers = record.headers ?? [];
    const size =
      (record.key?.length ?? 0) +
      (record.value?.length ?? 0) +
      headers.reduce((sum, [key, value]) => sum + key.length + (value?.length ?? 0), 0);
    if (size > max) {
      throw new RecordLogError(
        "RECORD_TOO_LARGE",
        `A record of ${size} bytes is over max.message.bytes (${max}) of topic ${record.topic}`,
      );
    }
  }

  /** Commits everything that is waiting. */
  #flush(): void {
    const writes = this.#pending;
    this.#pending = [];
    if (writes.length === 0 || this.#database.isClosed) {
      for (const { reject } of writes) reject(closedError());
      return;
    }
    const outcomes: (readonly AppendResult[] | RecordLogError)[] = [];
    // Heads move in memory only after the commit: a failed group leaves no trace.
    const heads = new Map<string, number[]>();
    try {
      this.#database.atomically(() => {
        for (const { batch } of writes) outcomes.push(this.#apply(batch, heads));
        for (const [name, list] of heads) this.#storeHeads(name, list);
      });
    } catch (cause) {
      const error = new RecordLogError("LOG_FAILED", "The embedded log could not be written", {
        cause,
        isRetriable: true,
      });
      for (const { reject } of writes) reject(error);
      return;
    }
    for (const [name, list] of heads) this.#topics.get(name)?.heads.splice(0, Infinity, ...list);
    writes.forEach(({ resolve, reject }, index) => {
      const outcome = outcomes[index] as readonly AppendResult[] | RecordLogError;
      if (outcome instanceof RecordLogError) reject(outcome);
      else resolve(outcome);
    });
    this.#tell("append");
  }

  /** Writes one batch inside the open transaction; a refusal writes nothing. */
  #apply(
    { records, groupOffsets = [], fence }: WriteBatch,
    heads: Map<string, number[]>,
  ): readonly AppendResult[] | RecordLogError {
    if (fence && this.epochOf(fence.transactionalId) !== fence.epoch) return fencedError();
    // A topic may have been deleted since the batch was accepted.
    const gone = records.find(({ topic }) => !this.#topics.has(topic));
    if (gone) return new RecordLogError("TOPIC_UNKNOWN", `Topic ${gone.topic} was deleted`);
    const results = records.map((record) => this.#append(record, heads));
    for (const position of groupOffsets) this.#storeGroupOffset(position);
    return results;
  }

  #append(record: NewRecord, heads: Map<string, number[]>): AppendResult {
    const topic = this.#topics.get(record.topic) as Topic;
    let list = heads.get(topic.name);
    if (!list) {
      list = [...topic.heads];
      heads.set(topic.name, list);
    }
    const partition = record.partition ?? this.#choosePartition(record.key, list.length);
    const offset = list[partition] ?? 0;
    list[partition] = offset + 1;
    const timestamp = record.timestamp ?? Date.now();
    this.#database.run(
      "INSERT INTO records (topic, partition, position, timestamp, key, value, headers) VALUES (?, ?, ?, ?, ?, ?, ?)",
      topic.id,
      partition,
      offset,
      timestamp,
      record.key,
      record.value,
      encodeHeaders(record.headers ?? []),
    );
    return { topic: topic.name, partition, offset, timestamp };
  }

  #choosePartition(key: Uint8Array | null, count: number): number {
    if (key !== null) return partitionOf(key, count);
    this.#nextPartition = (this.#nextPartition + 1) % count;
    return this.#nextPartition;
  }

  #storeHeads(name: string, heads: readonly number[]): void {
    const topic = this.#topics.get(name) as Topic;
    heads.forEach((head, partition) => {
      if (head === topic.heads[partition]) return;
      this.#database.run(
        "UPDATE partitions SET head = ? WHERE topic = ? AND partition = ?",
        head,
        topic.id,
        partition,
      );
    });
  }

  /** At most `limit` records of a partition from an offset on, and at most `maxBytes` of values (but one). */
  read(
    topic: Topic,
    partition: number,
    from: number,
    limit: number,
    maxBytes = 32 * 1024 * 1024,
  ): LogRecord[] {
    this.#database.ensureOpen();
    const rows = this.#database
      .prepared(
        "SELECT position, timestamp, key, value, headers FROM records WHERE topic = ? AND partition = ? AND position >= ? ORDER BY position LIMIT ?",
      )
      .iterate(topic.id, partition, from, limit);
    const records: LogRecord[] = [];
    let bytes = 0;
    for (const row of rows) {
      const value = row["value"] as Uint8Array | null;
      records.push({
        topic: topic.name,
        partition,
        offset: Number(row["position"]),
        timestamp: Number(row["timestamp"]),
        timestampType: "CREATE_TIME",
        key: row["key"] as Uint8Array | null,
        value,
        headers: decodeHeaders(row["headers"] as Uint8Array | null),
      });
      bytes += value?.length ?? 0;
      if (bytes >= maxBytes) break;
    }
    return records;
  }

  /** Removes records by their offsets and moves the start of the partition. */
  remove(topic: Topic, partition: number, offsets: readonly number[], start?: number): void {
    this.#database.ensureOpen();
    this.#database.atomically(() => {
      for (const offset of offsets) {
        this.#database.run(
          "DELETE FROM records WHERE topic = ? AND partition = ? AND position = ?",
          topic.id,
          partition,
          offset,
        );
      }
      if (start === undefined) return;
      this.#database.run(
        "DELETE FROM records WHERE topic = ? AND partition = ? AND position < ?",
        topic.id,
        partition,
        start,
      );
      this.#database.run(
        "UPDATE partitions SET start = ? WHERE topic = ? AND partition = ?",
        start,
        topic.id,
        partition,
      );
    });
  }

  /** Key, time and size of each record of a partition, in order: for compaction and retention. */
  *outline(
    topic: Topic,
    partition: number,
  ): Generator<{
    offset: number;
    timestamp: number;
    key: string | null;
    isTombstone: boolean;
    bytes: number;
  }> {
    const rows = this.#database
      .prepared(
        "SELECT position, timestamp, hex(key) AS hex, key IS NULL AS keyless, value IS NULL AS tombstone, length(value) AS bytes FROM records WHERE topic = ? AND partition = ? ORDER BY position",
      )
      .iterate(topic.id, partition);
    for (const row of rows) {
      yield {
        offset: Number(row["position"]),
        timestamp: Number(row["timestamp"]),
        key: Number(row["keyless"]) === 1 ? null : String(row["hex"]),
        isTombstone: Number(row["tombstone"]) === 1,
        bytes: Number(row["bytes"] ?? 0),
      };
    }
  }

  // -- groups and producers -------------------------------------------------------------------

  groupOffsets(groupId: string): (TopicPartition & { readonly offset: number })[] {
    return this.#database
      .all(
        "SELECT topic, partition, position FROM group_offsets WHERE group_id = ? ORDER BY topic, partition",
        groupId,
      )
      .map((row) => ({
        topic: String(row["topic"]),
        partition: Number(row["partition"]),
        offset: Number(row["position"]),
      }));
  }

  #storeGroupOffset({ groupId, topic, partition, offset }: GroupOffset): void {
    if (offset === null) {
      this.#database.run(
        "DELETE FROM group_offsets WHERE group_id = ? AND topic = ? AND partition = ?",
        groupId,
        topic,
        partition,
      );
      return;
    }
    this.#database.run(
      "INSERT INTO group_offsets (group_id, topic, partition, position) VALUES (?, ?, ?, ?) ON CONFLICT (group_id, topic, partition) DO UPDATE SET position = excluded.position",
      groupId,
      topic,
      partition,
      offset,
    );
  }

  deleteGroup(groupId: string): void {
    this.#database.ensureWritable();
    this.#database.run("DELETE FROM group_offsets WHERE group_id = ?", groupId);
  }

  epochOf(transactionalId: string): number {
    return Number(
      this.#database.get("SELECT epoch FROM transactional_ids WHERE id = ?", transactionalId)?.[
        "epoch"
      ] ?? -1,
    );
  }

  /** Takes a transactional id over: whoever had it before is fenced. */
  nextEpoch(transactionalId: string): number {
    this.#database.ensureWritable();
    this.#database.run(
      "INSERT INTO transactional_ids (id, epoch) VALUES (?, 0) ON CONFLICT (id) DO UPDATE SET epoch = epoch + 1",
      transactionalId,
    );
    return this.epochOf(transactionalId);
  }

  // -- events and end -------------------------------------------------------------------------

  /** Calls back after each commit and each change of topics. Returns how to stop that. */
  listen(listener: (event: "append" | "topics") => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: "append" | "topics"): void {
    for (const listener of this.#listeners) listener(event);
  }

  close(): void {
    if (this.#database.isClosed) return;
    this.#flush();
    this.#database.close();
  }
}

export function fencedError(): RecordLogError {
  return new RecordLogError(
    "PRODUCER_FENCED",
    "Another producer has taken over this transactional id",
  );
}
