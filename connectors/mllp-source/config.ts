import { ConfigDef, atLeast, between, nonEmptyString, oneOf } from "#connect-api";
import type { ConfigValues } from "#connect-api";

export const BIND_ADDRESS = "mllp.bind.address";
export const PORT = "mllp.port";
export const TOPIC_PREFIX = "topic.prefix";
export const QUARANTINE_TOPIC = "quarantine.topic";
export const PATIENT_ID_TYPES = "patient.id.types";
export const ACK_DEADLINE_MS = "mllp.ack.deadline.ms";
export const UNAVAILABLE_REPLY = "mllp.unavailable.reply";
export const FRAME_BYTES_MAX = "mllp.max.frame.bytes";
export const FRAME_TIMEOUT_MS = "mllp.frame.timeout.ms";
export const IDLE_TIMEOUT_MS = "mllp.idle.timeout.ms";
export const CONNECTIONS_MAX = "mllp.connections.max";
export const IN_FLIGHT_MAX = "mllp.connection.in.flight.max";
export const IN_FLIGHT_BYTES_MAX = "mllp.in.flight.bytes.max";
export const VALIDATION_LEVEL = "mllp.validation.level";
export const BATCH_MAX = "mllp.batch.max";

const LISTENER = "Listener";
const RECORDS = "Records";
const ANSWERS = "Acknowledgement";
const LIMITS = "Limits";

export const configDef = new ConfigDef({
  [PORT]: {
    type: "INT",
    importance: "HIGH",
    validator: between(0, 65_535),
    group: LISTENER,
    displayName: "Port",
    documentation: "TCP port to listen on. 0 takes a free one, which only tests can use.",
  },
  [BIND_ADDRESS]: {
    type: "STRING",
    default: "127.0.0.1",
    importance: "HIGH",
    validator: nonEmptyString,
    group: LISTENER,
    displayName: "Bind address",
    documentation:
      "Address to listen on. MLLP is plain text, so the default is this machine alone; 0.0.0.0 opens the port to the network.",
  },
  [TOPIC_PREFIX]: {
    type: "STRING",
    default: "healthcare.hl7v2.",
    importance: "HIGH",
    validator: nonEmptyString,
    group: RECORDS,
    displayName: "Topic prefix",
    documentation:
      "A message goes to the topic of this prefix and its message code in lower case: ADT to `healthcare.hl7v2.adt`.",
  },
  [QUARANTINE_TOPIC]: {
    type: "STRING",
    default: "healthcare.hl7v2.quarantine",
    importance: "HIGH",
    validator: nonEmptyString,
    group: RECORDS,
    displayName: "Quarantine topic",
    documentation:
      "Where refused input is kept, bytes untouched, with the reason in its headers. The sender gets its NAK after that.",
  },
  [PATIENT_ID_TYPES]: {
    type: "LIST",
    default: ["MR", "PI"],
    importance: "MEDIUM",
    group: RECORDS,
    displayName: "Patient id types",
    documentation:
      "The record's key is the first id in PID-3 of one of these types (CX.5, table 0203), in this order; else the first id, else PID-2, PV1-19, MSH-10.",
  },
  [ACK_DEADLINE_MS]: {
    type: "LONG",
    default: 25_000,
    importance: "MEDIUM",
    validator: between(100, 600_000),
    group: ANSWERS,
    displayName: "Acknowledgement deadline",
    documentation:
      "How long a sender waits at most, in milliseconds. When the log has not confirmed by then, no AA is sent any more, so that a late answer is never taken for that of the next message.",
  },
  [UNAVAILABLE_REPLY]: {
    type: "STRING",
    default: "close",
    importance: "MEDIUM",
    validator: oneOf("close", "AE", "AR"),
    group: ANSWERS,
    displayName: "Reply when unavailable",
    documentation:
      "What a sender gets at the deadline: its connection is closed (it will repeat the message), or a NAK of this code with ERR 207.",
  },
  [VALIDATION_LEVEL]: {
    type: "INT",
    default: 0,
    importance: "MEDIUM",
    validator: between(0, 2),
    group: ANSWERS,
    displayName: "Validation level",
    documentation:
      "What is checked before the answer. 0: it can be read. 1: MSH says what it is. 2: the segments that its structure requires are there. What fails gets AE and goes to quarantine.",
  },
  [FRAME_BYTES_MAX]: {
    type: "INT",
    default: 16 * 1024 * 1024,
    importance: "MEDIUM",
    validator: between(1024, 1024 * 1024 * 1024),
    group: LIMITS,
    displayName: "Largest frame",
    documentation:
      "Bytes of one message. A larger one gets AE with ERR 104, its beginning goes to quarantine, and the connection is closed. The topic's `max.message.bytes` must allow as much.",
  },
  [FRAME_TIMEOUT_MS]: {
    type: "LONG",
    default: 30_000,
    importance: "LOW",
    validator: atLeast(100),
    group: LIMITS,
    displayName: "Frame timeout",
    documentation:
      "A connection is closed when a frame that has begun makes no progress for so long, in milliseconds.",
  },
  [IDLE_TIMEOUT_MS]: {
    type: "LONG",
    default: 0,
    importance: "LOW",
    validator: atLeast(0),
    group: LIMITS,
    displayName: "Idle timeout",
    documentation:
      "A connection without traffic is closed after so long, in milliseconds. 0: never; TCP keep-alive finds the dead ones.",
  },
  [CONNECTIONS_MAX]: {
    type: "INT",
    default: 1000,
    importance: "LOW",
    validator: atLeast(1),
    group: LIMITS,
    displayName: "Connections",
    documentation: "Open connections; one more is closed at once.",
  },
  [IN_FLIGHT_MAX]: {
    type: "INT",
    default: 64,
    importance: "LOW",
    validator: atLeast(1),
    group: LIMITS,
    displayName: "Unanswered messages per connection",
    documentation:
      "Messages of one connection that may wait for their answer; then no more is read from it.",
  },
  [IN_FLIGHT_BYTES_MAX]: {
    type: "LONG",
    default: 64 * 1024 * 1024,
    importance: "LOW",
    validator: atLeast(1024),
    group: LIMITS,
    displayName: "Unanswered bytes",
    documentation:
      "Bytes of all unanswered messages together; then no more is read from any connection.",
  },
  [BATCH_MAX]: {
    type: "INT",
    default: 500,
    importance: "LOW",
    validator: atLeast(1),
    group: LIMITS,
    displayName: "Batch size",
    documentation: "Most messages that the worker takes at once.",
  },
});

export type MllpConfig = ConfigValues<(typeof configDef)["keys"]>;
