import type { AckError, MessageHeader } from "#lib/hl7v2";
import { accepted, acceptedUnstored, refused } from "./answer.ts";
import type { AckPlan, NegativeCode } from "./ack-mode.ts";
import type { Replies } from "./replies.ts";
import type { Refusal } from "./refusal.ts";
import type { StoredProof } from "./stored-proof.ts";

/** Where input came from: facts of its connection. */
export interface Origin {
  /** The sender's address, as the PROXY header says if there is one. */
  readonly address: string;
  /** Name of its certificate, such as `CN=lab.example`. */
  readonly identity: string | undefined;
  /** Whether that certificate may speak for this MSH-3.1 and MSH-4.1. */
  maySpeakFor(application: string, facility: string): boolean;
}

/** How a message ended, for metrics and audit. */
export type Outcome =
  | "accepted"
  | "duplicate"
  | "refused"
  | "conflict"
  | "filtered"
  | "not-stored"
  | "unavailable";

/** What intake found out: how to answer, and whether to refuse. */
export interface Verdict {
  /** The message, or for a batch a header that stands for it. */
  readonly answerTo: Uint8Array;
  readonly header: MessageHeader | undefined;
  readonly plan: AckPlan;
  readonly replies: Replies;
  readonly refusal: Refusal | undefined;
  /** The messages of a batch that is answered by a batch. */
  readonly batch?: readonly Uint8Array[] | undefined;
  /** Without a readable MSH-10 nobody could match a NAK of a frame that was cut. */
  readonly isAnswerable: boolean;
}

/** What a message says of itself. */
export interface MessageFacts {
  /** MSH-3.1 and MSH-4.1, as `application|facility`. */
  readonly sender: string;
  /** MSH-10, or the envelope's control id. */
  readonly controlId: string;
  /** MSH-9.1 and MSH-9.2, such as `ADT^A01`. */
  readonly messageType: string;
}

export interface ExchangeInit {
  readonly payload: Uint8Array;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Monotonic clock, in milliseconds: after it, nothing positive may be written. */
  readonly dueAt: number;
  /** Place in its connection, counted from 0. */
  readonly sequence: number;
  readonly origin: Origin;
  /** What is wrong with its framing. */
  readonly framing: Refusal | undefined;
}

/** One frame that was received, and the answer that is owed for it. */
export class Exchange implements ExchangeInit {
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  readonly dueAt: number;
  readonly sequence: number;
  readonly origin: Origin;
  readonly framing: Refusal | undefined;
  verdict: Verdict | undefined;
  /** What its header says, for the audit trail; empty when it could not be read. */
  about: MessageFacts = { sender: "", controlId: "", messageType: "" };
  /** Where it is stored, as `topic-partition@offset`; of a batch, its last message. */
  place: string | undefined;
  /** Records of this message that the log has not confirmed. */
  waitingFor = 0;
  /** The same message once more, received before this one was stored. */
  readonly #twins: Exchange[] = [];
  /** The frames of the answer, when it is decided: [] for none. */
  answer: readonly Uint8Array[] | undefined;
  outcome: Outcome | undefined;
  readonly #onAnswer: (exchange: Exchange) => void;

  constructor(init: ExchangeInit, onAnswer: (exchange: Exchange) => void) {
    this.payload = init.payload;
    this.receivedAt = init.receivedAt;
    this.dueAt = init.dueAt;
    this.sequence = init.sequence;
    this.origin = init.origin;
    this.framing = init.framing;
    this.#onAnswer = onAnswer;
  }

  /** The sender was told, or its connection is closed: nothing that comes later changes that. */
  get isDecided(): boolean {
    return this.answer !== undefined;
  }

  /** The same message came again; it gets what this one gets. */
  add(twin: Exchange): void {
    this.#twins.push(twin);
  }

  /** The log has the message (or the refused input), says the proof. */
  confirmed(proof: StoredProof): void {
    const verdict = this.verdict as Verdict;
    if (verdict.refusal) {
      const { refusal } = verdict;
      const isConflict = refusal.code === "CONTROL_ID_REUSED";
      this.#decide(isConflict ? "conflict" : "refused", () =>
        verdict.isAnswerable
          ? refused(this.#to(), refusalCode(refusal, verdict.replies), [errorOf(refusal)])
          : [],
      );
    } else {
      this.#decide("accepted", () => accepted(this.#to(), proof));
    }
    for (const twin of this.#twins.splice(0)) twin.duplicate(proof);
  }

  /** The log has had the message before. */
  duplicate(proof: StoredProof): void {
    this.#decide("duplicate", () => accepted(this.#to(), proof));
    for (const twin of this.#twins.splice(0)) twin.duplicate(proof);
  }

  /** The record is not in its topic, but may be at another time: the sender has to know. */
  notStored(code: NegativeCode, outcome: Outcome = "not-stored"): void {
    this.#decide(outcome, () =>
      refused(this.#to(), code, [
        { code: "207", text: "The message was not stored", userText: "Send it again later" },
      ]),
    );
    for (const twin of this.#twins.splice(0)) twin.notStored(code, outcome);
  }

  /** A transformation dropped the record and will drop it again. */
  filtered(code: NegativeCode | "AA"): void {
    this.#decide("filtered", () =>
      code === "AA"
        ? acceptedUnstored(this.#to(), { setting: code })
        : refused(this.#to(), code, [
            {
              code: "207",
              text: "The message is not wanted here",
              userText: "Do not send it again",
            },
          ]),
    );
    for (const twin of this.#twins.splice(0)) twin.filtered(code);
  }

  /** The connection is over, so nobody is told anything. */
  abandoned(): void {
    this.#decide("unavailable", () => []);
  }

  #to() {
    const { answerTo, header, plan, batch } = this.verdict as Verdict;
    return { payload: answerTo, header, plan, batch };
  }

  #decide(outcome: Outcome, frames: () => readonly Uint8Array[]): void {
    if (this.answer) return;
    this.answer = frames();
    this.outcome = outcome;
    this.#onAnswer(this);
  }
}

function refusalCode(refusal: Refusal, replies: Replies): NegativeCode {
  if (refusal.kind === "conflict") return replies.conflict === "store" ? "AR" : replies.conflict;
  return replies[refusal.kind] ?? refusal.ack;
}

function errorOf({ condition, text, position }: Refusal): AckError {
  const location = position === undefined ? undefined : locationOf(position);
  return { code: condition, text, ...(location ? { location } : {}) };
}

function locationOf(position: string): AckError["location"] {
  const match = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?/.exec(position);
  if (!match?.[1]) return undefined;
  const field = match[3] === undefined ? {} : { field: Number(match[3]) };
  return { segment: match[1], nth: Number(match[2] ?? 1), ...field };
}
