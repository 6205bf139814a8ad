import { ackMessage } from "#lib/hl7v2";
import type { AckError, MessageHeader } from "#lib/hl7v2";
import { encodeFrame } from "#lib/mllp";
import { negativeCodes, positiveCodes } from "./ack-mode.ts";
import type { AckPlan, NegativeCode } from "./ack-mode.ts";
import { batchHeader } from "./batch-answer.ts";
import type { StoredProof } from "./stored-proof.ts";

/** What is answered: the message, and how its sender wants it. */
export interface AnswerTo {
  readonly payload: Uint8Array;
  /** The payload's own header, if it was read. */
  readonly header: MessageHeader | undefined;
  readonly plan: AckPlan;
  /** The messages of a batch, when a batch of acknowledgments is to answer it; `payload` stands for the batch. */
  readonly batch?: readonly Uint8Array[] | undefined;
}

const ACCEPTED_BLOCK = encodeFrame(Uint8Array.of(0x06));
const REFUSED_BLOCK = encodeFrame(Uint8Array.of(0x15));

type AckCode = Parameters<typeof ackMessage>[1]["code"];

/** Counts answers of this process; with the time of its start it makes MSH-10 of answers unique. */
let answers = 0;
const startedAt = Date.now().toString(36).toUpperCase();

/**
 * The frames that tell a sender that its message is stored.
 *
 * Invariant: this is the only code that builds AA, CA or 0x06, and it cannot be called without the log's
 * confirmation (or the operator's decision, see `acceptedUnstored`), so a message whose record may be lost
 * is never acknowledged.
 */
export function accepted(to: AnswerTo, _proof: StoredProof): readonly Uint8Array[] {
  if (to.plan.kind === "commit-block") return [ACCEPTED_BLOCK];
  return positiveCodes(to.plan).map((code) => frameOf(to, code, []));
}

/** That the operator chose to answer dropped messages with AA: the one positive answer without a record. */
export interface FilteredIsAccepted {
  readonly setting: "AA";
}

export function acceptedUnstored(to: AnswerTo, _choice: FilteredIsAccepted): readonly Uint8Array[] {
  if (to.plan.kind === "commit-block") return [ACCEPTED_BLOCK];
  return positiveCodes(to.plan).map((code) => frameOf(to, code, []));
}

/** The frames that tell a sender that its message was not taken. */
export function refused(
  to: AnswerTo,
  code: NegativeCode,
  errors: readonly AckError[],
): readonly Uint8Array[] {
  if (to.plan.kind === "commit-block") return [REFUSED_BLOCK];
  return negativeCodes(to.plan, code).map((each) => frameOf(to, each, errors));
}

function frameOf(to: AnswerTo, code: AckCode, errors: readonly AckError[]): Uint8Array {
  const acknowledge = (payload: Uint8Array, header?: MessageHeader): Uint8Array =>
    ackMessage(payload, {
      code,
      controlId: nextControlId(),
      dateTime: hl7Now(),
      errors,
      ...(header ? { header } : {}),
    });
  if (!to.batch) return encodeFrame(acknowledge(to.payload, to.header));
  const own = batchHeader(to.payload, { controlId: nextControlId(), dateTime: hl7Now() });
  const messages = to.batch.map((message) => acknowledge(message));
  return encodeFrame(Buffer.concat([own.header, ...messages, own.trailer(to.batch.length)]));
}

function nextControlId(): string {
  answers += 1;
  return `CC${startedAt}${answers}`;
}

let lastSecond = 0;
let lastText = "";

/** YYYYMMDDHHMMSS+0000 of this second. */
function hl7Now(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    const text = new Date(second * 1000).toISOString().slice(0, 19);
    lastText = `${text.replaceAll(/[-:T]/g, "")}+0000`;
  }
  return lastText;
}
