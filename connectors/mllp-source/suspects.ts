import type { MessageHeader } from "#lib/hl7v2";
import type { Exchange } from "./exchange.ts";
import { messageTime } from "./message-record.ts";

/** How long after a start the first messages of a connection are suspect whatever their time says. */
const NEW_CONNECTION_MS = 60 * 60 * 1000;
/** How long after a start a sender may still repeat what the process before it did not answer. */
const WINDOW_MS = 24 * 60 * 60 * 1000;
/** How far clocks may be apart. */
const SKEW_MS = 5 * 60 * 1000;

/**
 * Which messages may be stored already although nobody remembers them.
 *
 * Without transactions, what a killed process had stored and not yet noted is forgotten, and its sender sends
 * it again: first of all on its new connection, and with a time (MSH-7) before this process began. Such a
 * message is marked, not dropped. In exactly-once mode nothing is forgotten, so nothing is marked.
 */
export class Suspects {
  readonly #isExactlyOnce: boolean;
  /** How many messages a connection may leave unanswered, and so repeat on the next one. */
  readonly #unansweredMax: number;
  readonly #startedAt = Date.now();
  /** The end of what is suspect as this machine's time, in MSH-7's form. */
  readonly #localEnd = localTime(new Date(this.#startedAt + SKEW_MS));

  constructor(isExactlyOnce: boolean, unansweredMax: number) {
    this.#isExactlyOnce = isExactlyOnce;
    this.#unansweredMax = unansweredMax;
  }

  isSuspect({ receivedAt, sequence }: Exchange, header: MessageHeader | undefined): boolean {
    const age = receivedAt - this.#startedAt;
    if (this.#isExactlyOnce || age > WINDOW_MS) return false;
    if (age < NEW_CONNECTION_MS && sequence < this.#unansweredMax) return true;
    const text = header?.dateTime ?? "";
    // Without a zone it is taken for this machine's time, and compared as text: it is asked of every message.
    if (/^\d{14}$/.test(text)) return text < this.#localEnd;
    const sentAt = header && messageTime(header);
    return sentAt !== undefined && sentAt < this.#startedAt + SKEW_MS;
  }
}

/** YYYYMMDDHHMMSS */
function localTime(date: Date): string {
  const fields = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes()];
  const rest = [...fields, date.getSeconds()].map((field) => String(field).padStart(2, "0"));
  return `${date.getFullYear()}${rest.join("")}`;
}
