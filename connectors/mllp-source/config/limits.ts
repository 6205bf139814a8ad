import { atLeast, between } from "#connect-api";
import type { ConfigKeys } from "#connect-api";

export const FRAME_BYTES_MAX = "mllp.max.frame.bytes";
export const FIRST_BYTE_TIMEOUT_MS = "mllp.first.byte.timeout.ms";
export const FRAME_TIMEOUT_MS = "mllp.frame.timeout.ms";
export const IDLE_TIMEOUT_MS = "mllp.idle.timeout.ms";
export const TLS_TIMEOUT_MS = "mllp.tls.timeout.ms";
export const DRAIN_TIMEOUT_MS = "mllp.drain.timeout.ms";
export const CONNECTIONS_MAX = "mllp.connections.max";
export const PEER_CONNECTIONS_MAX = "mllp.peer.connections.max";
export const IN_FLIGHT_MAX = "mllp.connection.in.flight.max";
export const CONNECTION_BYTES_MAX = "mllp.connection.in.flight.bytes.max";
export const IN_FLIGHT_BYTES_MAX = "mllp.in.flight.bytes.max";
export const PEER_MESSAGES_PER_SECOND = "mllp.peer.messages.per.second";
export const PEER_BYTES_PER_SECOND = "mllp.peer.bytes.per.second";
export const PEER_BURST_SECONDS = "mllp.peer.burst.seconds";
export const BATCH_MAX = "mllp.batch.max";

const GROUP = "Limits";

export const limitKeys = {
  [FRAME_BYTES_MAX]: {
    type: "INT",
    default: 16 * 1024 * 1024,
    importance: "MEDIUM",
    validator: between(1024, 1024 * 1024 * 1024),
    group: GROUP,
    displayName: "Largest frame",
    documentation:
      "Bytes of one message. A larger one gets AE with ERR 104, its beginning goes to quarantine, and the connection is closed. The topic's `max.message.bytes` must allow as much.",
  },
  [FIRST_BYTE_TIMEOUT_MS]: {
    type: "LONG",
    default: 0,
    importance: "LOW",
    validator: atLeast(0),
    group: GROUP,
    displayName: "First byte timeout",
    documentation:
      "A connection on which nothing ever came is closed after so long, in milliseconds. 0: never, because many senders connect at their start and send when there is something.",
  },
  [FRAME_TIMEOUT_MS]: {
    type: "LONG",
    default: 30_000,
    importance: "LOW",
    validator: atLeast(100),
    group: GROUP,
    displayName: "Frame timeout",
    documentation:
      "How long a frame may take from its first byte to its end, in milliseconds; each 64 KiB that came give it a second more. Then the connection is closed.",
  },
  [IDLE_TIMEOUT_MS]: {
    type: "LONG",
    default: 0,
    importance: "LOW",
    validator: atLeast(0),
    group: GROUP,
    displayName: "Idle timeout",
    documentation:
      "A connection without traffic is closed after so long, in milliseconds. 0: never; TCP keep-alive finds the dead ones.",
  },
  [TLS_TIMEOUT_MS]: {
    type: "LONG",
    default: 10_000,
    importance: "LOW",
    validator: atLeast(100),
    group: GROUP,
    displayName: "TLS timeout",
    documentation:
      "How long a TLS handshake or a PROXY header may take, in milliseconds, before the connection is closed.",
  },
  [DRAIN_TIMEOUT_MS]: {
    type: "LONG",
    default: 25_000,
    importance: "LOW",
    validator: atLeast(0),
    group: GROUP,
    displayName: "Drain timeout",
    documentation:
      "How long answers may take to leave when the task stops, in milliseconds. The worker stores what is on its way before that.",
  },
  [CONNECTIONS_MAX]: {
    type: "INT",
    default: 1000,
    importance: "LOW",
    validator: atLeast(1),
    group: GROUP,
    displayName: "Connections",
    documentation: "Open connections; one more is closed at once.",
  },
  [PEER_CONNECTIONS_MAX]: {
    type: "INT",
    default: 100,
    importance: "LOW",
    validator: atLeast(1),
    group: GROUP,
    displayName: "Connections per peer",
    documentation: "Open connections of one address; one more is closed at once.",
  },
  [IN_FLIGHT_MAX]: {
    type: "INT",
    default: 64,
    importance: "LOW",
    validator: atLeast(1),
    group: GROUP,
    displayName: "Unanswered messages per connection",
    documentation:
      "Messages of one connection that may wait for their answer; then no more is read from it.",
  },
  [CONNECTION_BYTES_MAX]: {
    type: "LONG",
    default: 1024 * 1024,
    importance: "LOW",
    validator: atLeast(1024),
    group: GROUP,
    displayName: "Unanswered bytes per connection",
    documentation:
      "Bytes of one connection's unanswered messages; then no more is read from it. One message may be larger.",
  },
  [IN_FLIGHT_BYTES_MAX]: {
    type: "LONG",
    default: 64 * 1024 * 1024,
    importance: "LOW",
    validator: atLeast(1024),
    group: GROUP,
    displayName: "Unanswered bytes",
    documentation:
      "Bytes of all unanswered messages and unfinished frames together; then no more is read, but for the one frame that began first.",
  },
  [PEER_MESSAGES_PER_SECOND]: {
    type: "INT",
    default: 0,
    importance: "LOW",
    validator: atLeast(0),
    group: GROUP,
    displayName: "Messages per second and peer",
    documentation:
      "Messages of one address in a second; what is more waits in its network buffers. 0: no limit.",
  },
  [PEER_BYTES_PER_SECOND]: {
    type: "LONG",
    default: 0,
    importance: "LOW",
    validator: atLeast(0),
    group: GROUP,
    displayName: "Bytes per second and peer",
    documentation: "Bytes of one address in a second, in the same way. 0: no limit.",
  },
  [PEER_BURST_SECONDS]: {
    type: "INT",
    default: 10,
    importance: "LOW",
    validator: atLeast(1),
    group: GROUP,
    displayName: "Burst",
    documentation:
      "How many seconds' worth of that an address that was quiet may send at once. 1 makes the rate linear.",
  },
  [BATCH_MAX]: {
    type: "INT",
    default: 500,
    importance: "LOW",
    validator: atLeast(1),
    group: GROUP,
    displayName: "Batch size",
    documentation: "Most messages that the worker takes at once.",
  },
} as const satisfies ConfigKeys;
