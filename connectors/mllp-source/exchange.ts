import { ackMessage } from "#lib/hl7v2";
import type { AckCode, AckError } from "#lib/hl7v2";
import type { Refusal } from "./refusal.ts";

/** Counts answers of this process; with the time of its start it makes MSH-10 of answers unique. */
let answers = 0;
const startedAt = Date.now().toString(36).toUpperCase();

/** One message that was received and its answer that is owed. */
export class Exchange {
  readonly payload: Uint8Array;
  readonly refusal: Refusal | undefined;
  /** The answer, when it is decided; answers of one connection are written in order of receipt. */
  answer: Uint8Array | undefined;
  readonly #onAnswer: () => void;

  constructor(payload: Uint8Array, refusal: Refusal | undefined, onAnswer: () => void) {
    this.payload = payload;
    this.refusal = refusal;
    this.#onAnswer = onAnswer;
  }

  /** Decides the answer; the first decision stands. */
  reply(code: AckCode, errors: readonly AckError[]): void {
    if (this.answer) return;
    answers += 1;
    this.answer = ackMessage(this.payload, {
      code,
      controlId: `CC${startedAt}${answers}`,
      dateTime: hl7Time(new Date()),
      errors,
    });
    this.#onAnswer();
  }

  /**
   * The answer after the record was stored: AA, or the NAK of a refusal.
   *
   * Invariant: this is called only with the log's confirmation at hand. AA has no other way out, so a
   * message whose record may be lost is never acknowledged.
   */
  confirmed(): void {
    if (!this.refusal) {
      this.reply("AA", []);
      return;
    }
    const { ack, condition, text, position } = this.refusal;
    const location = position === undefined ? undefined : locationOf(position);
    this.reply(ack, [{ code: condition, text, ...(location ? { location } : {}) }]);
  }

  /** The record is not in its topic, but may be at another time: the sender has to know. */
  notStored(code: "AE" | "AR"): void {
    this.reply(code, [
      { code: "207", text: "The message was not stored", userText: "Send it again later" },
    ]);
  }

  /** A transformation dropped the record and will drop it again, so the sender is told not to repeat it. */
  dropped(): void {
    this.reply("AR", [
      { code: "207", text: "The message is not wanted here", userText: "Do not send it again" },
    ]);
  }
}

/** YYYYMMDDHHMMSS+0000 */
function hl7Time(date: Date): string {
  return `${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}+0000`;
}

function locationOf(position: string): AckError["location"] {
  const match = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?/.exec(position);
  if (!match?.[1]) return undefined;
  const field = match[3] === undefined ? {} : { field: Number(match[3]) };
  return { segment: match[1], nth: Number(match[2] ?? 1), ...field };
}
