import type { PluginLog } from "#connect-api";
import type { AuditTrail } from "./audit.ts";
import type { CloseReason, ListenerEvents, RefusedReason } from "./listener-events.ts";
import type { MllpMetrics } from "./metrics.ts";

/** What a closed connection means; those that say nothing odd are not here. */
const CLOSED: Readonly<Partial<Record<CloseReason, readonly [code: string, text: string]>>> = {
  junk: ["MLLP_NOT_MLLP", "Bytes that are not MLLP; the connection is closed"],
  oversize: [
    "MLLP_FRAME_TOO_LARGE",
    "A frame is over mllp.max.frame.bytes; its connection is closed",
  ],
  "frame-timeout": ["MLLP_FRAME_TIMEOUT", "A frame did not end in time; its connection is closed"],
  "ack-deadline": [
    "MLLP_ACK_DEADLINE",
    "The log did not confirm in time; the connection is closed",
  ],
  "answers-unread": ["MLLP_ANSWERS_UNREAD", "A sender does not read its answers; it is cut off"],
};

const REFUSED: Readonly<Record<RefusedReason, readonly [code: string, text: string]>> = {
  "not-allowed": ["MLLP_PEER_NOT_ALLOWED", "An address outside of mllp.allowed.peers was refused"],
  "too-many": ["MLLP_TOO_MANY_CONNECTIONS", "One more sender was refused"],
  "too-many-of-peer": [
    "MLLP_TOO_MANY_CONNECTIONS",
    "One more connection of an address was refused",
  ],
  "proxy-header": ["MLLP_PROXY_HEADER", "A proxy did not say who is calling"],
  tls: ["MLLP_TLS_FAILED", "A TLS handshake failed"],
  "tls-timeout": ["MLLP_TLS_TIMEOUT", "A TLS handshake was not finished in time"],
  "tls-too-many": ["MLLP_TLS_TOO_MANY", "Too many TLS handshakes wait; one more was refused"],
};

/** Odd events of one kind are logged once in so long, with how many there were: anybody can cause them. */
const REPEAT_MS = 10_000;

/** Where the listener's events go: log, metrics and audit. */
export function listenerLog(
  log: PluginLog,
  metrics: MllpMetrics,
  audit: AuditTrail,
  wake: () => void,
): ListenerEvents {
  const quiet = new Map<string, { until: number; count: number }>();
  const warn = (code: string, message: string, detail?: string): void => {
    const now = performance.now();
    const known = quiet.get(code);
    if (known && now < known.until) {
      known.count += 1;
      return;
    }
    const fields = { code, ...(detail ? { detail } : {}) };
    log.warn(known && known.count > 0 ? { ...fields, sinceLast: known.count } : fields, message);
    quiet.set(code, { until: now + REPEAT_MS, count: 0 });
  };
  const note: AuditTrail["note"] = (action, fields) => {
    audit.note(action, fields);
    if (audit.isOn) wake();
  };
  return {
    listening(address, port) {
      note("listener-started", { address, port });
    },
    waitingForPort: (code) => warn("MLLP_PORT_IN_USE", "The port is in use", code),
    connected(address, identity) {
      metrics.connected();
      note("connected", { peer: address, identity });
    },
    refused(reason, address, code) {
      metrics.refused(reason);
      warn(...REFUSED[reason], code);
      note("connection-refused", { peer: address, reason, code });
    },
    disconnected(address, reason, junkBytes) {
      metrics.disconnected(reason, junkBytes);
      const odd = CLOSED[reason];
      if (odd) warn(...odd);
      note("disconnected", { peer: address, reason, junkBytes });
    },
    certificateReloaded() {
      note("certificate-reloaded", {});
    },
    certificateUnusable(code) {
      log.error(
        { code: "MLLP_TLS_UNUSABLE", detail: code },
        "The changed certificate files cannot be used; the old ones stay in use",
      );
      note("certificate-unusable", { code });
    },
  };
}
