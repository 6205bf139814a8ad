/** Why a connection ended. */
export type CloseReason =
  | "peer"
  | "stop"
  | "junk"
  | "oversize"
  | "frame-timeout"
  | "first-byte-timeout"
  | "idle-timeout"
  | "ack-deadline"
  | "answers-unread";

/** Why somebody did not get a connection. */
export type RefusedReason =
  | "not-allowed"
  | "too-many"
  | "too-many-of-peer"
  | "proxy-header"
  | "tls"
  | "tls-timeout"
  | "tls-too-many";

/** What happens at the listener, for log, metrics and audit. None of it holds anything of a message. */
export interface ListenerEvents {
  listening(address: string, port: number): void;
  /** The port could not be had yet. */
  waitingForPort(code: string): void;
  connected(address: string, identity: string | undefined): void;
  refused(reason: RefusedReason, address: string, code?: string): void;
  disconnected(address: string, reason: CloseReason, junkBytes: number): void;
  certificateReloaded(): void;
  certificateUnusable(code: string): void;
}
