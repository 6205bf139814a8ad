import { hash } from "node:crypto";
import { SourceRecord, STRING_SCHEMA } from "#connect-api";
import type { AuditSyslog } from "./audit-syslog.ts";
import type { Exchange, Outcome } from "./exchange.ts";

/** Events that wait for the worker, at most; more are counted and dropped, and the drop is an event. */
const WAITING_MAX = 10_000;

export type AuditAction =
  | "listener-started"
  | "listener-suspended"
  | "listener-stopped"
  | "connected"
  | "disconnected"
  | "connection-refused"
  | "certificate-reloaded"
  | "certificate-unusable"
  | "message"
  | "events-lost";

/** One line of the audit trail: who, what, when, outcome. Nothing of a message but its hash. */
export interface AuditEvent {
  readonly action: AuditAction;
  /** ISO 8601. */
  readonly at: string;
  readonly listener: string;
  readonly [field: string]: string | number | undefined;
}

/**
 * Collects audit events as records of their own topic. They go through the worker like messages do, so
 * they are as safe as those.
 */
export class AuditTrail {
  readonly #topic: string;
  readonly #listener: string;
  readonly #syslog: AuditSyslog | undefined;
  #waiting: AuditEvent[] = [];
  #lost = 0;

  /** An empty topic and no syslog: nothing is collected. */
  constructor(topic: string, listener: string, syslog?: AuditSyslog) {
    this.#topic = topic;
    this.#listener = listener;
    this.#syslog = syslog;
  }

  get isOn(): boolean {
    return this.#topic !== "" || this.#syslog !== undefined;
  }
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }
  get lost(): number {
    return this.#lost;
  }

  note(action: AuditAction, fields: Readonly<Record<string, string | number | undefined>>): void {
    if (!this.isOn) return;
    const at = new Date().toISOString();
    const event: AuditEvent = { action, at, listener: this.#listener, ...fields };
    this.#syslog?.send(event);
    if (this.#topic === "") return;
    if (this.#waiting.length >= WAITING_MAX) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(event);
  }

  /** What became of a message. The id is given as a hash: some senders put a patient's number into it. */
  message(exchange: Exchange, outcome: Outcome | "abandoned", sha256: string): void {
    const { sender, controlId, messageType } = exchange.about;
    this.note("message", {
      outcome,
      reason: exchange.verdict?.refusal?.code,
      peer: exchange.origin.address,
      identity: exchange.origin.identity,
      sender: sender === "" ? undefined : printable(sender),
      type: /^[A-Z0-9]{1,4}(\^[A-Z0-9]{1,4})?$/.test(messageType) ? messageType : undefined,
      idSha256: controlId === "" ? undefined : hash("sha256", controlId, "hex"),
      sha256,
      bytes: exchange.payload.length,
      place: exchange.place,
    });
  }

  /** What waits for the repository is sent, within so many milliseconds. */
  async close(withinMs: number): Promise<void> {
    await this.#syslog?.close(withinMs);
  }

  /** The records of all events so far. */
  take(): SourceRecord[] {
    if (this.#lost > 0 && this.#waiting.length < WAITING_MAX) {
      const count = this.#lost;
      this.#lost = 0;
      this.note("events-lost", { count });
    }
    const events = this.#waiting;
    this.#waiting = [];
    return events.map(
      (event) =>
        new SourceRecord({
          topic: this.#topic,
          keySchema: STRING_SCHEMA,
          key: event.listener,
          // As text: with the ByteArrayConverter of the messages, a value has to be bytes.
          value: new TextEncoder().encode(JSON.stringify(event)),
          timestamp: Date.parse(event.at),
        }),
    );
  }
}

/** Names that a sender gives itself, cut to what a name is. */
function printable(text: string): string {
  return text.replaceAll(/[^\u0020-\u007E]/g, "?").slice(0, 64);
}
