import { BYTES_SCHEMA, SourceRecord } from "#connect-api";
import { textHeaders } from "./record-headers.ts";

/** Why input was refused: the NAK that its sender gets, and what stands beside it in quarantine. */
export interface Refusal {
  /** Stable; stands in the quarantine record's header. */
  readonly code:
    | "NOT_HL7"
    | "WIDE_CHARACTERS"
    | "HEADER_TOO_LONG"
    | "BATCH_NOT_ACCEPTED"
    | "BATCH_COUNT_WRONG"
    | "MESSAGE_TYPE_INVALID"
    | "TOPIC_NOT_ALLOWED"
    | "SENDER_NOT_ALLOWED"
    | "CONTROL_ID_REUSED"
    | "MESSAGE_INVALID"
    | "FRAME_CUT_OFF"
    | "FRAME_TOO_LARGE";
  /** Which of a sender's replies holds. */
  readonly kind: "invalid" | "unsupported" | "conflict";
  readonly ack: "AE" | "AR";
  /** Table 0357. */
  readonly condition: string;
  /** One sentence without values of the message. */
  readonly text: string;
  /** `PID-3`, if known. */
  readonly position?: string;
}

/** What refusals there are, but for those that depend on findings. */
export const refusals = {
  notHl7: {
    code: "NOT_HL7",
    kind: "unsupported",
    ack: "AR",
    condition: "100",
    text: "Not an HL7 v2 message: it does not begin with a readable MSH segment",
  },
  wideCharacters: {
    code: "WIDE_CHARACTERS",
    kind: "unsupported",
    ack: "AR",
    condition: "100",
    text: "UTF-16 and UTF-32 cannot travel over MLLP; send UTF-8",
  },
  headerTooLong: {
    code: "HEADER_TOO_LONG",
    kind: "invalid",
    ack: "AE",
    condition: "104",
    text: "The MSH segment is longer than 16 KiB",
  },
  batch: {
    code: "BATCH_NOT_ACCEPTED",
    kind: "unsupported",
    ack: "AR",
    condition: "200",
    text: "Batches (FHS, BHS) are not accepted here; send the messages one by one",
  },
  batchCount: {
    code: "BATCH_COUNT_WRONG",
    kind: "invalid",
    ack: "AE",
    condition: "207",
    text: "The batch holds another number of messages than its trailer says",
    position: "BTS-1",
  },
  messageType: {
    code: "MESSAGE_TYPE_INVALID",
    kind: "unsupported",
    ack: "AR",
    condition: "200",
    text: "MSH-9 holds no message code of letters and digits",
    position: "MSH-9",
  },
  topic: {
    code: "TOPIC_NOT_ALLOWED",
    kind: "unsupported",
    ack: "AR",
    condition: "200",
    text: "Messages of this type are not taken here",
    position: "MSH-9",
  },
  sender: {
    code: "SENDER_NOT_ALLOWED",
    kind: "unsupported",
    ack: "AR",
    condition: "207",
    text: "The certificate of this connection may not speak for the sender in MSH-3 and MSH-4",
    position: "MSH-3",
  },
  conflict: {
    code: "CONTROL_ID_REUSED",
    kind: "conflict",
    ack: "AR",
    condition: "205",
    text: "The control id was used for another message",
    position: "MSH-10",
  },
  cutOff: {
    code: "FRAME_CUT_OFF",
    kind: "invalid",
    ack: "AE",
    condition: "207",
    text: "The frame was cut off by the start of another one",
  },
  tooLarge: {
    code: "FRAME_TOO_LARGE",
    kind: "invalid",
    ack: "AE",
    condition: "104",
    text: "The message is over the largest size that is accepted here",
  },
} as const satisfies Readonly<Record<string, Refusal>>;

/**
 * The record that keeps refused input: bytes untouched (of an oversize frame only its beginning), the
 * reason in headers, and no key, because nothing in it can be trusted to be a patient's id.
 */
export function quarantineRecord(
  topic: string,
  payload: Uint8Array,
  refusal: Refusal,
  receivedAt: number,
): SourceRecord {
  return new SourceRecord({
    topic,
    valueSchema: BYTES_SCHEMA,
    value: payload,
    timestamp: receivedAt,
    headers: textHeaders([
      ["content-type", "application/hl7-v2"],
      ["quarantine-code", refusal.code],
      ["quarantine-reason", refusal.text],
      ["quarantine-position", refusal.position ?? ""],
      ["quarantine-truncated", refusal.code === "FRAME_TOO_LARGE" ? "true" : ""],
    ]),
  });
}
