import { RecordLogError } from "../record-log.ts";
import type { RecordLogErrorCode } from "../record-log.ts";

/** What a kafkajs error may have. */
interface KafkaFailure {
  readonly name?: string;
  readonly type?: string;
  readonly code?: string | number;
  readonly retriable?: boolean;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** Kafka's error names to ours; the second says whether trying again may help. */
const byType: Readonly<Record<string, readonly [RecordLogErrorCode, boolean, string]>> = {
  MESSAGE_TOO_LARGE: ["RECORD_TOO_LARGE", false, "A record is over max.message.bytes of its topic"],
  RECORD_LIST_TOO_LARGE: ["RECORD_TOO_LARGE", false, "A batch is over segment.bytes of its topic"],
  UNKNOWN_TOPIC_OR_PARTITION: ["TOPIC_UNKNOWN", false, "The topic or its partition does not exist"],
  INVALID_TOPIC_EXCEPTION: ["TOPIC_INVALID", false, "Kafka does not accept the topic's name"],
  TOPIC_AUTHORIZATION_FAILED: ["NOT_AUTHORIZED", false, "Not authorized for the topic"],
  GROUP_AUTHORIZATION_FAILED: ["NOT_AUTHORIZED", false, "Not authorized for the group"],
  CLUSTER_AUTHORIZATION_FAILED: ["NOT_AUTHORIZED", false, "Not authorized for the cluster"],
  SASL_AUTHENTICATION_FAILED: ["NOT_AUTHORIZED", false, "Kafka refused the credentials"],
  INVALID_PRODUCER_EPOCH: [
    "PRODUCER_FENCED",
    false,
    "Another producer has taken over this transactional id",
  ],
  PRODUCER_FENCED: [
    "PRODUCER_FENCED",
    false,
    "Another producer has taken over this transactional id",
  ],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [
    "NOT_AUTHORIZED",
    false,
    "Not authorized for the transactional id",
  ],
  INVALID_TXN_STATE: ["TRANSACTION_ABORTED", true, "The transaction is no longer open"],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [
    "LOG_UNAVAILABLE",
    true,
    "Kafka misses a batch of this producer; it begins anew",
  ],
  UNKNOWN_PRODUCER_ID: [
    "LOG_UNAVAILABLE",
    true,
    "Kafka has forgotten this producer; it begins anew",
  ],
  INVALID_RECORD: ["RECORD_REFUSED", false, "The topic does not take records like this one"],
  INVALID_TIMESTAMP: [
    "RECORD_REFUSED",
    false,
    "The record's timestamp is out of the topic's range",
  ],
  ILLEGAL_GENERATION: ["COMMIT_REFUSED", false, "The group has begun a new generation"],
  UNKNOWN_MEMBER_ID: ["COMMIT_REFUSED", false, "The group no longer knows this member"],
  REBALANCE_IN_PROGRESS: ["COMMIT_REFUSED", false, "The group is rebalancing"],
  INCONSISTENT_GROUP_PROTOCOL: [
    "GROUP_IN_USE",
    false,
    "The group has members that speak another protocol, such as workers of Kafka Connect itself; stop them first, or choose another group.id",
  ],
  NON_EMPTY_GROUP: ["GROUP_NOT_EMPTY", false, "The group has members"],
};

/** The type of a Kafka error, also when kafkajs has wrapped it. */
export function kafkaErrorType(error: unknown): string | undefined {
  return chainOf(error).find(({ type }) => type !== undefined && type !== "UNKNOWN")?.type;
}

/**
 * An error and what it was made of, outermost first. kafkajs wraps once for each of its nested retries, and
 * the outer wrapping calls a connection that was refused "not retriable": only the inner ones say what it was.
 */
function chainOf(error: unknown): readonly KafkaFailure[] {
  const chain: KafkaFailure[] = [];
  for (let current = error; typeof current === "object" && current !== null;) {
    const failure = current as KafkaFailure;
    chain.push(failure);
    current = failure.cause ?? failure.errors?.[0];
  }
  return chain;
}

function isConnectionFailure({ name = "", code, retriable }: KafkaFailure): boolean {
  return (
    /Connection|Timeout|NumberOfRetries|BrokerNotFound|ClosedError|CoordinatorNotFound|MetadataNotLoaded/.test(
      name,
    ) ||
    code === "ECONNREFUSED" ||
    code === "ECONNRESET" ||
    retriable === true
  );
}

/** The only kind of error that leaves this folder. Connection faults may pass, so they are retriable. */
export function recordLogError(error: unknown, servers: string): RecordLogError {
  if (error instanceof RecordLogError) return error;
  const type = kafkaErrorType(error);
  const known = type === undefined ? undefined : byType[type];
  if (known) {
    const [code, isRetriable, message] = known;
    return new RecordLogError(code, message, { cause: error, isRetriable });
  }
  const chain = chainOf(error);
  if (chain.some(isConnectionFailure)) {
    return new RecordLogError(
      "LOG_UNAVAILABLE",
      `Kafka at ${servers} cannot be reached; check that it runs, and bootstrap.servers`,
      { cause: error, isRetriable: true },
    );
  }
  return new RecordLogError("LOG_FAILED", `Kafka answered ${type ?? chain[0]?.name}`, {
    cause: error,
  });
}
