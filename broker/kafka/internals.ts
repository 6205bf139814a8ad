import { createRequire } from "node:module";
import type { Kafka } from "kafkajs";
import { RecordLogError } from "../record-log.ts";

/**
 * The parts of kafkajs below its public API that this folder drives itself: its public consumer is pushed
 * to, commits by its own rules, cannot read without a group and says nothing before a rebalance.
 *
 * kafkajs is pinned to one exact version and no longer changes, so these parts cannot move under us.
 */

export interface RawHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** One record as kafkajs decodes it, but for the headers: see below. */
export interface RawMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RawHeader[];
}

/** What one fetch brought of one partition, without control records and aborted transactions. */
export interface RawBatch {
  readonly messages: readonly RawMessage[];
  readonly rawMessages: readonly unknown[];
  lastOffset(): string;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
}

interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

/** One broker's connection. Every call rejects with a kafkajs error that has `type` and `retriable`. */
export interface Broker {
  fetch(request: {
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly FetchedPartition[];
    }[];
  }>;
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    /** By default that of consumers. */
    readonly protocolType?: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Uint8Array }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    readonly members: readonly {
      readonly memberId: string;
      readonly memberMetadata: Uint8Array;
    }[];
  }>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly {
      readonly memberId: string;
      readonly memberAssignment: Uint8Array;
    }[];
  }): Promise<{ readonly memberAssignment: Uint8Array }>;
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  describeGroups(request: { readonly groupIds: readonly string[] }): Promise<{
    readonly groups: readonly {
      readonly members: readonly { readonly memberId: string; readonly clientId: string }[];
    }[];
  }>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly (PartitionOffset & { readonly metadata: string })[];
    }[];
  }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly PartitionOffset[];
    }[];
  }>;
  addPartitionsToTxn(
    request: ProducerIdentity & {
      readonly transactionalId: string;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly number[];
      }[];
    },
  ): Promise<unknown>;
  addOffsetsToTxn(
    request: ProducerIdentity & { readonly transactionalId: string; readonly groupId: string },
  ): Promise<unknown>;
  endTxn(
    request: ProducerIdentity & {
      readonly transactionalId: string;
      readonly transactionResult: boolean;
    },
  ): Promise<unknown>;
  /** Sends a request that kafkajs itself does not know. */
  readonly connectionPool: {
    send<T>(request: ProtocolRequest<T>): Promise<T>;
  };
}

/** A request in kafkajs's form; `encode` begins with the tagged fields of the header if it is flexible. */
export interface ProtocolRequest<T> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<RequestEncoder>;
  };
  readonly response: {
    decode(payload: Buffer): Promise<T>;
    parse(decoded: T): Promise<T>;
  };
}

export interface TopicMetadata {
  readonly topic: string;
  readonly partitionMetadata: readonly {
    readonly partitionId: number;
    readonly leader: number;
  }[];
}

/** Who produces: a producer id with its epoch, as Kafka gave them. */
export interface ProducerIdentity {
  readonly producerId: string;
  readonly producerEpoch: number;
}

/** Kafka's answer for each partition of a produce request; an error code of 0 is none. */
export interface ProduceResponse {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly baseOffset: string;
    }[];
  }[];
}

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  metadata(request: { readonly topics: readonly string[] }): Promise<{
    readonly topicMetadata: readonly TopicMetadata[];
  } | null>;
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
  findBroker(request: { readonly nodeId: string }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  findGroupCoordinator(request: {
    readonly groupId: string;
    readonly coordinatorType?: number;
  }): Promise<Broker>;
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning: boolean;
    }[],
  ): Promise<
    readonly { readonly topic: string; readonly partitions: readonly PartitionOffset[] }[]
  >;
}

interface MemberMetadataCodec {
  encode(metadata: { readonly version: number; readonly topics: readonly string[] }): Uint8Array;
  decode(bytes: Uint8Array): { readonly topics: readonly string[] };
}

type Assignment = Readonly<Record<string, readonly number[]>>;

interface MemberAssignmentCodec {
  encode(assignment: { readonly version: number; readonly assignment: Assignment }): Uint8Array;
  decode(bytes: Uint8Array): { readonly assignment: Assignment } | null;
}

const require = createRequire(import.meta.url);

export const { MemberMetadata, MemberAssignment } =
  require("kafkajs/src/consumer/assignerProtocol.js") as {
    readonly MemberMetadata: MemberMetadataCodec;
    readonly MemberAssignment: MemberAssignmentCodec;
  };

/** Writes Kafka's primitive types; each method returns the encoder. "UVarInt" are the compact forms. */
export interface RequestEncoder {
  writeInt16(value: number): RequestEncoder;
  writeInt32(value: number): RequestEncoder;
  writeInt64(value: string): RequestEncoder;
  writeString(value: string | null): RequestEncoder;
  writeBytes(value: Buffer): RequestEncoder;
  writeArray(items: readonly RequestEncoder[]): RequestEncoder;
  writeUVarIntString(value: string | null): RequestEncoder;
  writeUVarIntArray(items: readonly RequestEncoder[]): RequestEncoder;
  writeUVarInt(value: number): RequestEncoder;
}
export interface ResponseDecoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readString(): string | null;
  readArray<T>(read: (decoder: ResponseDecoder) => T): T[];
  readUVarIntString(): string | null;
  readUVarIntArray<T>(read: (decoder: ResponseDecoder) => T): T[];
  readTaggedFields(): unknown;
}

export const Encoder = require("kafkajs/src/protocol/encoder.js") as new () => RequestEncoder;

export const Decoder = require("kafkajs/src/protocol/decoder.js") as {
  new (payload: Buffer): ResponseDecoder;
  readonly prototype: {
    readVarIntArray(read: (decoder: unknown) => RawHeader): RawHeader[];
  };
};

/** The error that kafkajs makes of one of Kafka's error codes; nothing for 0. */
export function protocolError(code: number): Error | undefined {
  return code === 0 ? undefined : createErrorFromCode(code);
}
const { createErrorFromCode } = require("kafkajs/src/protocol/error.js") as {
  createErrorFromCode(code: number): Error;
};

/**
 * kafkajs reduces a record's headers to an object, which loses the order of names that come again. This
 * method reads headers and nothing else; the list that it returns answers `reduce` with itself.
 */
const { readVarIntArray } = Decoder.prototype;
Decoder.prototype.readVarIntArray = function readHeaders(read) {
  const headers = readVarIntArray.call(this, read);
  return Object.assign(headers, { reduce: () => headers });
};

/**
 * kafkajs looks for requests that wait to be sent a thousand times a second, on each connection, also when none waits: it
 * sets a timer into the past. When none waits there is nothing to look for; a request that has to wait sets the timer itself.
 */
export const { prototype: requestQueue } = require("kafkajs/src/network/requestQueue/index.js") as {
  readonly prototype: { scheduleCheckPendingRequests(): void };
};
const { scheduleCheckPendingRequests } = requestQueue;
requestQueue.scheduleCheckPendingRequests = function lookIfOneWaits(
  this: { readonly pending: readonly unknown[] } & typeof requestQueue,
) {
  if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
};

/** kafkajs's own produce request rejects for the first partition that failed; this tells of each. */
export const decodeProduce =
  require("kafkajs/src/protocol/requests/produce/v7/response.js") as ProtocolRequest<ProduceResponse>["response"];

/** The checksum of record batches, as an unsigned number of 32 bits. */
export const crc32c = require("kafkajs/src/protocol/recordBatch/crc32C/index.js") as (
  bytes: Uint8Array,
) => number;

/** Makes a batch of what was fetched from an offset on. */
export const Batch = require("kafkajs/src/consumer/batch.js") as new (
  topic: string,
  fetchedOffset: string,
  partition: FetchedPartition,
) => RawBatch;

export const READ_UNCOMMITTED = 0;
export const READ_COMMITTED = 1;

/** Connections of their own to the brokers; requests on one connection wait for each other. */
export function createCluster(
  kafka: Kafka,
  isolationLevel: number,
  { allowAutoTopicCreation = false } = {},
): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) =>
    description?.endsWith("createCluster"),
  );
  if (!symbol) throw new Error("This version of kafkajs has no cluster to drive");
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol];
  return (create as (options: object) => Cluster)({
    metadataMaxAge: 30_000,
    allowAutoTopicCreation,
    maxInFlightRequests: null,
    isolationLevel,
  });
}

/** What the brokers know of topics; an empty list means all. */
export async function topicMetadata(
  cluster: Cluster,
  topics: readonly string[],
): Promise<readonly TopicMetadata[]> {
  const found = await cluster.metadata({ topics });
  // kafkajs swallows what went wrong when no broker answers.
  if (found) return found.topicMetadata;
  throw new RecordLogError("LOG_UNAVAILABLE", "No broker of the cluster answers", {
    isRetriable: true,
  });
}
