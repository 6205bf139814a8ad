import { between, oneOf } from "#connect-api";
import type { ConfigKeys } from "#connect-api";

export const ACK_MODE = "mllp.ack.mode";
export const ACK_DEADLINE_MS = "mllp.ack.deadline.ms";
export const UNAVAILABLE_REPLY = "mllp.unavailable.reply";
export const REPLIES = "mllp.replies";
export const SENDER_REPLIES = "mllp.sender.replies";
export const FILTERED_REPLY = "mllp.filtered.reply";
export const VALIDATION_LEVEL = "mllp.validation.level";
export const VALIDATION_PROFILE = "mllp.validation.profile";
export const BATCH_REPLY = "mllp.batch.reply";

const GROUP = "Acknowledgement";

export const answerKeys = {
  [ACK_MODE]: {
    type: "STRING",
    default: "message",
    importance: "MEDIUM",
    validator: oneOf("message", "original", "accept", "never", "commit-block"),
    group: GROUP,
    displayName: "Acknowledgement mode",
    documentation:
      "`message`: MSH-15 and MSH-16 decide (both empty: one AA, AE or AR). `original`: always one AA, AE or AR. `accept`: always one CA, CE or CR. `never`: no answer. `commit-block`: the single bytes 06 or 15 of MLLP release 2.",
  },
  [ACK_DEADLINE_MS]: {
    type: "LONG",
    default: 25_000,
    importance: "MEDIUM",
    validator: between(100, 600_000),
    group: GROUP,
    displayName: "Acknowledgement deadline",
    documentation:
      "How long a sender waits at most, in milliseconds. When the log has not confirmed by then, no AA is sent any more, so that a late answer is never taken for that of the next message.",
  },
  [UNAVAILABLE_REPLY]: {
    type: "STRING",
    default: "close",
    importance: "MEDIUM",
    validator: oneOf("close", "AE", "AR", "CE", "CR"),
    group: GROUP,
    displayName: "Reply when unavailable",
    documentation:
      "What a sender gets at the deadline: its connection is closed (it will repeat the message), or a NAK of this code with ERR 207.",
  },
  [REPLIES]: {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: GROUP,
    displayName: "Replies",
    documentation:
      "What senders get for which failure, where the defaults do not suit them: `invalid=AE` (content), `unsupported=AR` (not HL7, type, version, batch), `unavailable=close` (see above), `conflict=store` (a used control id with other content: `store` and mark it, or refuse with `AR`, `AE`, `CR`, `CE`).",
  },
  [SENDER_REPLIES]: {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: GROUP,
    displayName: "Replies by sender",
    documentation:
      "The same for single senders by MSH-3 and MSH-4, `*` for any: `LAB|HOSP unavailable=AR invalid=CE,RIS|* conflict=AR`. Vendors read AE and AR in opposite ways.",
  },
  [FILTERED_REPLY]: {
    type: "STRING",
    default: "AR",
    importance: "LOW",
    validator: oneOf("AR", "AE", "CR", "CE", "AA"),
    group: GROUP,
    displayName: "Reply when filtered",
    documentation:
      "What a sender gets for a message that a transformation drops. AA tells it that all is well although nothing is stored.",
  },
  [VALIDATION_LEVEL]: {
    type: "INT",
    default: 0,
    importance: "MEDIUM",
    validator: between(0, 3),
    group: GROUP,
    displayName: "Validation level",
    documentation:
      "What is checked before the answer. 0: it can be read. 1: MSH says what it is. 2: the segments that its structure requires are there. 3: the rules of `mllp.validation.profile`. What fails gets AE and goes to quarantine.",
  },
  [VALIDATION_PROFILE]: {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: GROUP,
    displayName: "Validation profile",
    documentation:
      "The JSON file with the rules of level 3, on the worker's machine; see `schemas/hl7v2/profiles/README.md`. It is read when the task starts.",
  },
  [BATCH_REPLY]: {
    type: "STRING",
    default: "message",
    importance: "LOW",
    validator: oneOf("message", "batch"),
    group: GROUP,
    displayName: "Reply to batches",
    documentation:
      "`message`: one acknowledgment for the whole batch, which is stored whole or not at all. `batch`: a batch of acknowledgments (BHS … BTS), one for each message, all of one code.",
  },
} as const satisfies ConfigKeys;
