import { ConfigDef, atLeast, between, googleCloudKeys, nonEmptyString, oneOf } from "#connect-api";

export const HL7V2_STORE = "google.hl7v2.store";
export const ORDER_BY = "hl7v2.order.by";
export const IN_FLIGHT = "hl7v2.max.in.flight.requests";
export const RETRIES_MAX = "hl7v2.message.retries.max";
export const BUFFER_RECORDS = "buffer.count.records";
export const BUFFER_BYTES = "buffer.size.bytes";
export const REQUEST_TIMEOUT_MS = "request.timeout.ms";
export const RETRY_BACKOFF_MS = "retry.backoff.ms";
export const RETRY_BACKOFF_MAX_MS = "retry.backoff.max.ms";

const SENDING = "Sending";

export const configDef = new ConfigDef({
  ...googleCloudKeys,
  [HL7V2_STORE]: {
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    group: "Google Cloud",
    displayName: "HL7v2 store",
    documentation: "Id of the HL7v2 store.",
  },
  [ORDER_BY]: {
    type: "STRING",
    default: "key",
    importance: "MEDIUM",
    validator: oneOf("key", "sending-facility", "partition"),
    group: SENDING,
    displayName: "Order by",
    documentation:
      "Messages with one value of this are ingested one after the other, others side by side: `key` (the record's key, such as the patient), `sending-facility` (MSH-3 and MSH-4), `partition`.",
  },
  [IN_FLIGHT]: {
    type: "INT",
    default: 8,
    importance: "MEDIUM",
    validator: between(1, 100),
    group: SENDING,
    displayName: "Requests at once",
    documentation:
      "Requests under way at once, at most, for each task. It begins with one and grows while the store keeps up; 429 and 503 halve it and are obeyed (Retry-After).",
  },
  [RETRIES_MAX]: {
    type: "INT",
    default: 20,
    importance: "LOW",
    validator: atLeast(0),
    group: SENDING,
    displayName: "Retries of one message",
    documentation:
      "How often one message may fail (5xx) while the store takes others; then the dead letter queue. A store that is away counts for nobody: it is waited for.",
  },
  [BUFFER_RECORDS]: {
    type: "LONG",
    default: 2000,
    importance: "LOW",
    validator: atLeast(1),
    group: SENDING,
    displayName: "Buffered messages",
    documentation: "Messages that may wait in memory; then nothing is taken from Kafka.",
  },
  [BUFFER_BYTES]: {
    type: "LONG",
    default: 64_000_000,
    importance: "LOW",
    validator: atLeast(1),
    group: SENDING,
    displayName: "Buffered bytes",
    documentation: "Bytes of messages that may wait in memory; then nothing is taken from Kafka.",
  },
  [REQUEST_TIMEOUT_MS]: {
    type: "LONG",
    default: 60_000,
    importance: "MEDIUM",
    validator: between(100, 3_600_000),
    group: SENDING,
    displayName: "Request timeout",
    documentation:
      "How long one request may take, in milliseconds. Then the message is sent again: the same bytes are one message for the store.",
  },
  [RETRY_BACKOFF_MS]: {
    type: "LONG",
    default: 250,
    importance: "LOW",
    validator: between(1, 600_000),
    group: SENDING,
    displayName: "First pause",
    documentation:
      "The first pause before a retry is a random part of this, in milliseconds; it doubles with each failure.",
  },
  [RETRY_BACKOFF_MAX_MS]: {
    type: "LONG",
    default: 30_000,
    importance: "LOW",
    validator: between(1, 600_000),
    group: SENDING,
    displayName: "Longest pause",
    documentation: "Upper bound of that pause, in milliseconds.",
  },
});
