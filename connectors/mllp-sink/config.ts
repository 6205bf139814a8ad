import { ConfigDef, atLeast, between, nonEmptyString, oneOf } from "#connect-api";
import type { ConfigValues } from "#connect-api";

export const HOST = "mllp.host";
export const PORT = "mllp.port";
export const ALLOW_PLAINTEXT = "mllp.allow.plaintext";
export const CONNECTION_KEY = "mllp.connection.key";
export const CONNECTIONS_MAX = "mllp.connections.max";
export const QUEUE_MAX = "mllp.queue.max";
export const CONNECT_TIMEOUT_MS = "mllp.connect.timeout.ms";
export const ANSWER_TIMEOUT_MS = "mllp.answer.timeout.ms";
export const IDLE_TIMEOUT_MS = "mllp.idle.timeout.ms";
export const ANSWER_ID = "mllp.answer.control.id";
export const ANSWERS = "mllp.answers";
export const RETRY_BACKOFF_MS = "mllp.retry.backoff.ms";
export const RETRY_BACKOFF_MAX_MS = "mllp.retry.backoff.max.ms";
export const RETRY_TIMEOUT_MS = "mllp.retry.timeout.ms";
export const SILENT_ATTEMPTS_MAX = "mllp.silent.attempts.max";
export const TLS = "mllp.tls";
export const TLS_CA_FILE = "mllp.tls.ca.file";
export const TLS_CERT_FILE = "mllp.tls.certificate.file";
export const TLS_KEY_FILE = "mllp.tls.key.file";
export const TLS_KEY_PASSWORD = "mllp.tls.key.password";
export const TLS_SERVER_NAME = "mllp.tls.server.name";
export const TLS_MIN_VERSION = "mllp.tls.min.version";

const RECEIVER = "Receiver";
const ANSWER = "Answers";
const TLS_GROUP = "TLS";

export const configDef = new ConfigDef({
  [HOST]: {
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    group: RECEIVER,
    displayName: "Host",
    documentation: "Name or address of the receiver.",
  },
  [PORT]: {
    type: "INT",
    importance: "HIGH",
    validator: between(1, 65_535),
    group: RECEIVER,
    displayName: "Port",
    documentation: "TCP port of the receiver.",
  },
  [TLS]: {
    type: "BOOLEAN",
    default: false,
    importance: "HIGH",
    group: RECEIVER,
    displayName: "TLS",
    documentation:
      "Speak TLS. The receiver's certificate is always checked, against `mllp.tls.ca.file` or the machine's own CAs.",
  },
  [ALLOW_PLAINTEXT]: {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: RECEIVER,
    displayName: "Allow plain text",
    documentation:
      "Send without TLS to another machine. Patient data then travels unencrypted: only behind a VPN or on a network of its own.",
  },
  [CONNECTION_KEY]: {
    type: "STRING",
    default: "partition",
    importance: "MEDIUM",
    validator: oneOf("partition", "sender", "task"),
    group: RECEIVER,
    displayName: "Connection for each",
    documentation:
      "What has a connection of its own, within which order is kept and one message is on its way: each `partition` (so that a patient's messages keep their order), each `sender` (MSH-3, MSH-4), or the whole `task`.",
  },
  [CONNECTIONS_MAX]: {
    type: "INT",
    default: 16,
    importance: "MEDIUM",
    validator: between(1, 1000),
    group: RECEIVER,
    displayName: "Connections",
    documentation:
      "Most connections of one task. Beyond that several partitions or senders share one, always the same.",
  },
  [QUEUE_MAX]: {
    type: "INT",
    default: 1000,
    importance: "LOW",
    validator: atLeast(1),
    group: RECEIVER,
    displayName: "Queue",
    documentation:
      "Messages that wait for their answer, over all connections. With more of them the task reads no further until some are answered.",
  },
  [CONNECT_TIMEOUT_MS]: {
    type: "LONG",
    default: 10_000,
    importance: "LOW",
    validator: between(10, 600_000),
    group: RECEIVER,
    displayName: "Connect timeout",
    documentation: "How long a connection and its TLS handshake may take, in milliseconds.",
  },
  [IDLE_TIMEOUT_MS]: {
    type: "LONG",
    default: 0,
    importance: "LOW",
    validator: atLeast(0),
    group: RECEIVER,
    displayName: "Idle timeout",
    documentation:
      "A connection without messages is closed after so long, in milliseconds, and opened again for the next one. 0: it stays open, as IHE wants it.",
  },
  [ANSWER_TIMEOUT_MS]: {
    type: "LONG",
    default: 30_000,
    importance: "HIGH",
    validator: between(10, 3_600_000),
    group: ANSWER,
    displayName: "Answer timeout",
    documentation:
      "How long to wait for an acknowledgment, in milliseconds. Then the connection is closed, so that a late answer is nobody's, and the message is sent again with the same control id on a new one.",
  },
  [ANSWER_ID]: {
    type: "STRING",
    default: "required",
    importance: "LOW",
    validator: oneOf("required", "optional"),
    group: ANSWER,
    displayName: "MSA-2",
    documentation:
      "`required`: a positive answer counts only when its MSA-2 is the message's MSH-10. `optional`: also one without MSA-2, for receivers that leave it out.",
  },
  [ANSWERS]: {
    type: "LIST",
    default: [],
    importance: "MEDIUM",
    group: ANSWER,
    displayName: "Meaning of answers",
    documentation:
      "What answers of this receiver mean, where the defaults do not suit it: `AR=retry`, `AE:101=refuse` (the code of ERR-3 behind the colon decides first), `AR:207=retry`, `AE=accept`. By default AE and CE are tried again, except for conditions that the content causes (100 to 104, 198 to 205), and AR and CR are refusals.",
  },
  [RETRY_BACKOFF_MS]: {
    type: "LONG",
    default: 500,
    importance: "LOW",
    validator: atLeast(1),
    group: ANSWER,
    displayName: "Retry pause",
    documentation:
      "Pause before a message is sent again, in milliseconds; it doubles with every attempt.",
  },
  [RETRY_BACKOFF_MAX_MS]: {
    type: "LONG",
    default: 30_000,
    importance: "LOW",
    validator: atLeast(1),
    group: ANSWER,
    displayName: "Longest retry pause",
    documentation: "Longest of these pauses, in milliseconds.",
  },
  [RETRY_TIMEOUT_MS]: {
    type: "LONG",
    default: 600_000,
    importance: "MEDIUM",
    validator: atLeast(-1),
    group: ANSWER,
    displayName: "Retry timeout",
    documentation:
      "How long a message is tried again that the receiver answers with AE or CE, in milliseconds; then it is refused. Meanwhile the messages behind it wait, so that their order is kept. -1: for ever.",
  },
  [SILENT_ATTEMPTS_MAX]: {
    type: "INT",
    default: 0,
    importance: "LOW",
    validator: atLeast(0),
    group: ANSWER,
    displayName: "Attempts without an answer",
    documentation:
      "After so many attempts that were sent and never answered a message is refused: for a receiver that breaks at one message and would stand in front of all others. 0: it is sent until it is answered. A receiver that cannot be reached at all never counts.",
  },
  [TLS_CA_FILE]: {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: TLS_GROUP,
    displayName: "CA file",
    documentation: "Certificates (PEM) that sign the receiver's certificate.",
  },
  [TLS_CERT_FILE]: {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: TLS_GROUP,
    displayName: "Certificate file",
    documentation:
      "Certificate chain (PEM) that is shown to the receiver: mutual TLS as IHE ATNA wants it. Read anew for each connection.",
  },
  [TLS_KEY_FILE]: {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: TLS_GROUP,
    displayName: "Key file",
    documentation: "Private key of that certificate (PEM), for no one else to read.",
  },
  [TLS_KEY_PASSWORD]: {
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    group: TLS_GROUP,
    displayName: "Key password",
    documentation: "Passphrase of the private key.",
  },
  [TLS_SERVER_NAME]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: TLS_GROUP,
    displayName: "Server name",
    documentation: "Name that the receiver's certificate must have, if it is not `mllp.host`.",
  },
  [TLS_MIN_VERSION]: {
    type: "STRING",
    default: "TLSv1.2",
    importance: "LOW",
    validator: oneOf("TLSv1.2", "TLSv1.3"),
    group: TLS_GROUP,
    displayName: "Oldest TLS version",
    documentation: "Older versions are not spoken.",
  },
});

export type MllpSinkConfig = ConfigValues<(typeof configDef)["keys"]>;
