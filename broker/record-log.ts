/**
 * The record log as a port: what the worker and the command line need of Kafka, and no more.
 *
 * Implementations: `kafka/` (a real cluster) and `embedded/` (one machine, no server). One
 * contract suite (`broker/contract/`) runs on both. All timestamps are milliseconds since
 * 1970; offsets are numbers (exact up to 2^53); keys, values and header values are bytes, null
 * when absent. Every failure is a RecordLogError.
 */

/** Record headers in order; keys may repeat. */
export type LogHeaders = readonly (readonly [key: string, value: Uint8Array | null])[];

/** A record as read from a topic. Buffers belong to the caller. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly timestampType: "CREATE_TIME" | "LOG_APPEND_TIME";
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: LogHeaders;
}

/** A record to append. */
export interface NewRecord {
  readonly topic: string;
  /** Without it, Kafka's default partitioner decides: murmur2 of the key, or round robin without a key. */
  readonly partition?: number | null;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: LogHeaders;
  /** Default: now. */
  readonly timestamp?: number | null;
}

export interface AppendResult {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `offset` is the next offset to read. */
export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number;
}

export interface NewTopic {
  readonly topic: string;
  /** Default or -1: the log's default. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** Kafka's topic settings: `cleanup.policy`, `retention.ms`, `max.message.bytes`, … */
  readonly config?: Readonly<Record<string, string>>;
}

export interface TopicDescription {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface PartitionOffsets extends TopicPartition {
  /** First offset still kept. */
  readonly earliest: number;
  /** Offset that the next record will get (for read_committed readers: last stable offset). */
  readonly latest: number;
}

export interface Admin {
  /** Returns the names that were created now; existing ones are left as they are. */
  createTopics(topics: readonly NewTopic[]): Promise<readonly string[]>;
  deleteTopics(topics: readonly string[]): Promise<void>;
  listTopics(): Promise<readonly string[]>;
  /** Topics that do not exist are left out. */
  describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]>;
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  /** Committed offsets of a group; partitions without one are left out. */
  groupOffsets(groupId: string): Promise<readonly TopicPartitionOffset[]>;
  /** Replaces offsets of a group without members; offset null removes one. */
  alterGroupOffsets(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number | null })[],
  ): Promise<void>;
  deleteGroup(groupId: string): Promise<void>;
}

export interface ProducerOptions {
  readonly clientId: string;
  /** Makes the producer transactional; opening a second one with this id fences the first. */
  readonly transactionalId?: string;
  /** Kafka's producer settings as text (`acks`, `compression.type`, …); unknown ones are ignored. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Order: records of one partition are stored in the order of the `send` calls. */
export interface Producer {
  /**
   * Resolves when every record is stored as durably as the log promises (Kafka: acks=all), one
   * result per record in the same order. Rejects if any record was not stored, or may not have been.
   * Each record is stored once, unless it is sent again after such a rejection.
   * Not for a transactional producer.
   */
  send(records: readonly NewRecord[]): Promise<readonly AppendResult[]>;
  /** One transaction at a time. Only for a transactional producer. */
  begin(): Promise<Transaction>;
  close(): Promise<void>;
}

/** Nothing of it is visible to read_committed readers before `commit` resolved. */
export interface Transaction {
  send(records: readonly NewRecord[]): Promise<void>;
  /** Commits input offsets of the consumer's group together with the output. */
  sendOffsets(consumer: Consumer, offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /**
   * Where the records went, in the order in which they were sent.
   *
   * A commit without an answer may have succeeded: it rejects with a retriable LOG_UNAVAILABLE, and to call
   * it again settles what became of it. It then resolves, or rejects with TRANSACTION_ABORTED (or
   * PRODUCER_FENCED) when nothing was or will be stored. Nothing may be acknowledged or sent again before.
   */
  commit(): Promise<readonly AppendResult[]>;
  abort(): Promise<void>;
}

export interface ConsumerListener {
  /** Called inside `poll`, before records of these partitions are returned. */
  onAssigned(partitions: readonly TopicPartition[]): Promise<void>;
  /** Called inside `poll` or `close`, while `commit` still works for these partitions. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** The group moved on without us: nothing can be committed for these partitions. */
  onLost(partitions: readonly TopicPartition[]): Promise<void>;
}

export interface ConsumerOptions {
  readonly clientId: string;
  readonly groupId: string;
  /**
   * A member with the same client id is an earlier run of this one, dead or to be ended: it is put out of the
   * group at once instead of when its session ends, and can commit nothing more. Default false.
   */
  readonly replacesSameClient?: boolean;
  /** Topics by name, or a full-match pattern over topic names (new topics join later). */
  readonly topics: readonly string[] | RegExp;
  readonly listener?: ConsumerListener;
  /** Where to start without a committed offset. Default earliest. */
  readonly autoOffsetReset?: "earliest" | "latest";
  /** Default read_committed. */
  readonly isolation?: "read_committed" | "read_uncommitted";
  /** Upper bound of records in one poll. Default 500. */
  readonly maxPollRecords?: number;
  /** Kafka's consumer settings as text (`session.timeout.ms`, `fetch.max.bytes`, …). */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A group member. Its methods are called by one owner, never two at once, except `close`. */
export interface Consumer {
  readonly groupId: string;
  /** Joins the group at the first call. Waits at most `timeoutMs` for records; [] when none came. */
  poll(timeoutMs: number, signal?: AbortSignal): Promise<readonly LogRecord[]>;
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]>;
  assignment(): readonly TopicPartition[];
  /**
   * Records between what poll has returned and the end of the log, as far as that is known, of the partition
   * with most; NaN before anything is known.
   */
  lag(): number;
  /** The next poll starts there. Records already fetched are dropped. */
  seek(position: TopicPartitionOffset): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Leaves the group (calls `onRevoked` first). */
  close(): Promise<void>;
}

export interface ReaderOptions {
  readonly topic: string;
  /** Default: all partitions from the earliest offset. */
  readonly from?: readonly { readonly partition: number; readonly offset: number }[];
  /** Default read_committed. */
  readonly isolation?: "read_committed" | "read_uncommitted";
}

/** Follows a topic without a group: for internal topics and the command line. */
export interface Reader {
  /** Waits at most `timeoutMs` for records; [] when none came. */
  poll(timeoutMs: number, signal?: AbortSignal): Promise<readonly LogRecord[]>;
  /** True when everything that was in the topic at the time of this call has been returned by poll. */
  isAtEnd(): Promise<boolean>;
  close(): Promise<void>;
}

/** What a member has said of itself when it joined. */
export interface GroupMemberInfo {
  readonly memberId: string;
  readonly metadata: Uint8Array;
}

/** One division of the work, as its leader has made it. */
export interface GroupRound {
  readonly memberId: string;
  readonly leaderId: string;
  readonly generation: number;
  readonly assignment: Uint8Array;
}

/** Told of what a member asks of the coordinator, for metrics. Durations are in milliseconds. */
export interface MembershipObserver {
  /** A heartbeat was answered. */
  heartbeat(durationMs: number): void;
  /** A round begins for this member. */
  joining(): void;
  /** Everybody has joined. */
  joined(durationMs: number): void;
  /** The leader's assignment is there. */
  synced(durationMs: number): void;
  joinFailed(): void;
}

export interface MembershipOptions {
  /** Of one place in the group: a member with the same one is dead, or must end, and is put out at once. */
  readonly clientId: string;
  readonly groupId: string;
  /** Members of a group all speak the same protocol; who speaks another one is refused (GROUP_IN_USE). */
  readonly protocol: string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long the group waits for a member that does not join again. */
  readonly rebalanceTimeoutMs: number;
  /** What this member says of itself; asked at each join. */
  metadata(): Uint8Array;
  /** Asked of the leader, which is told its own id: what each member gets. Heartbeats go on meanwhile. */
  assign(
    members: readonly GroupMemberInfo[],
    leaderId: string,
  ): Promise<ReadonlyMap<string, Uint8Array>>;
  /** One call after the other. Heartbeats go on meanwhile. */
  onAssigned(round: GroupRound): Promise<void>;
  /**
   * The group has gone on without this member, or may have: it was not heard for a whole session. What it had
   * belongs to others by now.
   */
  onLost(): Promise<void>;
  onError(error: RecordLogError): void;
  readonly observer?: MembershipObserver;
}

/** A member of a group that shares something else than partitions. Joins and heartbeats by itself. */
export interface Membership {
  /** Asks for another round. Of a follower this counts only if its metadata have changed. */
  rejoin(): void;
  /** Rejects when the group has gone on without this member (COMMIT_REFUSED), or does not answer. */
  check(): Promise<void>;
  /** Leaves the group; the others share what it had. */
  leave(): Promise<void>;
}

export interface RecordLog {
  readonly clusterId: string;
  readonly admin: Admin;
  producer(options: ProducerOptions): Promise<Producer>;
  consumer(options: ConsumerOptions): Promise<Consumer>;
  reader(options: ReaderOptions): Promise<Reader>;
  /** Only a cluster has groups of workers: the embedded log rejects with LOG_FAILED. */
  membership(options: MembershipOptions): Promise<Membership>;
  close(): Promise<void>;
}

/** What went wrong, as a stable code. */
export type RecordLogErrorCode =
  | "LOG_UNAVAILABLE"
  | "LOG_TIMEOUT"
  | "LOG_IN_USE"
  | "LOG_CORRUPT"
  | "RECORD_TOO_LARGE"
  | "RECORD_REFUSED"
  | "TOPIC_UNKNOWN"
  | "TOPIC_INVALID"
  | "NOT_AUTHORIZED"
  | "PRODUCER_FENCED"
  | "TRANSACTION_ABORTED"
  | "COMMIT_REFUSED"
  | "GROUP_NOT_EMPTY"
  | "GROUP_IN_USE"
  | "CLIENT_CLOSED"
  | "LOG_FAILED";

/** The only error that leaves this folder. `isRetriable`: the same call may succeed later. */
export class RecordLogError extends Error {
  override readonly name = "RecordLogError";
  readonly code: RecordLogErrorCode;
  readonly isRetriable: boolean;

  constructor(
    code: RecordLogErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly isRetriable?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.isRetriable = options.isRetriable ?? false;
  }
}

/** How to reach a log: Kafka's client settings (`bootstrap.servers`, `security.protocol`, …). */
export interface RecordLogSettings {
  readonly "bootstrap.servers": string;
  readonly [key: string]: string;
}
