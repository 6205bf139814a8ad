import { BYTES_SCHEMA, SourceRecord } from "#connect-api";
import { textHeaders } from "./message-record.ts";

/** Why input was refused: the NAK that its sender gets, and what stands beside it in quarantine. */
export interface Refusal {
  /** Stable; stands in the quarantine record's header. */
  readonly code:
    | "NOT_HL7"
    | "BATCH_NOT_ACCEPTED"
    | "MESSAGE_TYPE_INVALID"
    | "MESSAGE_INVALID"
    | "FRAME_CUT_OFF"
    | "FRAME_TOO_LARGE";
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
    ack: "AR",
    condition: "100",
    text: "Not an HL7 v2 message: it does not begin with a readable MSH segment",
  },
  batch: {
    code: "BATCH_NOT_ACCEPTED",
    ack: "AR",
    condition: "200",
    text: "Batches (FHS, BHS) are not accepted here; send the messages one by one",
  },
  messageType: {
    code: "MESSAGE_TYPE_INVALID",
    ack: "AR",
    condition: "200",
    text: "MSH-9 holds no message code of letters and digits",
    position: "MSH-9",
  },
  cutOff: {
    code: "FRAME_CUT_OFF",
    ack: "AE",
    condition: "207",
    text: "The frame was cut off by the start of another one",
  },
  tooLarge: {
    code: "FRAME_TOO_LARGE",
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
    headers: textHeaders({
      "content-type": "application/hl7-v2",
      "quarantine-code": refusal.code,
      "quarantine-reason": refusal.text,
      "quarantine-position": refusal.position ?? "",
      "quarantine-truncated": refusal.code === "FRAME_TOO_LARGE" ? "true" : "",
    }),
  });
}
