import { BYTES_SCHEMA, Headers, STRING_SCHEMA, SourceRecord } from "#connect-api";
import type { Header } from "#connect-api";
import { findField, isoDateTime, parseDateTime } from "#lib/hl7v2";
import type { MessageHeader } from "#lib/hl7v2";

export interface RecordOptions {
  readonly topicPrefix: string;
  /** Types of PID-3.5, most wanted first. */
  readonly patientIdTypes: readonly string[];
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/**
 * The record of a message that was received.
 *
 *   topic      prefix + MSH-9.1 in lower case
 *   key        patient id (see patientKey)
 *   value      the bytes as received
 *   timestamp  when it was received
 *   headers    content-type, hl7-version (MSH-12), message-type (MSH-9.1), trigger-event (MSH-9.2),
 *              message-control-id (MSH-10), source-system (MSH-3|MSH-4), event-time (EVN-2, else MSH-7)
 *
 * Headers of empty fields are left out. A push source has no position to go back to, so the record has
 * no source offset.
 */
export function messageRecord(
  payload: Uint8Array,
  header: MessageHeader,
  options: RecordOptions,
): SourceRecord {
  return new SourceRecord({
    topic: `${options.topicPrefix}${header.messageCode.toLowerCase()}`,
    keySchema: STRING_SCHEMA,
    key: patientKey(payload, header, options.patientIdTypes),
    valueSchema: BYTES_SCHEMA,
    value: payload,
    timestamp: options.receivedAt,
    headers: textHeaders({
      "content-type": "application/hl7-v2",
      "hl7-version": header.version,
      "message-type": header.messageCode,
      "trigger-event": header.triggerEvent,
      "message-control-id": header.messageControlId,
      "source-system": sourceSystem(header),
      "event-time": eventTime(payload, header),
    }),
  });
}

/** Headers with text, in order, without the empty ones. */
export function textHeaders(values: Readonly<Record<string, string>>): Headers {
  return new Headers(
    Object.entries(values)
      .filter(([, value]) => value !== "")
      .map(([key, value]): Header => ({ key, schema: STRING_SCHEMA, value })),
  );
}

/**
 * The id that everything about a patient shares: CX.1 of the PID-3 repetition of the most wanted type
 * (CX.5), else of the first that has one, else PID-2, PV1-19 and at last MSH-10, so that a message
 * without a patient still has a key. null when even MSH-10 is empty.
 */
function patientKey(
  payload: Uint8Array,
  header: MessageHeader,
  types: readonly string[],
): string | null {
  const ids = findField(payload, header, "PID", 3).repetitions.filter(({ value }) => value !== "");
  for (const type of types) {
    const found = ids.find((id) => id.component(5).value === type);
    if (found) return found.value;
  }
  return (
    ids[0]?.value ||
    findField(payload, header, "PID", 2).value ||
    findField(payload, header, "PV1", 19).value ||
    header.messageControlId ||
    null
  );
}

/** `application|facility`, or what there is of it. */
function sourceSystem({ sendingApplication, sendingFacility }: MessageHeader): string {
  return [sendingApplication, sendingFacility].filter((part) => part !== "").join("|");
}

/** ISO 8601 with the precision and zone that were sent; none is made up. */
function eventTime(payload: Uint8Array, header: MessageHeader): string {
  const recorded = findField(payload, header, "EVN", 2).value || header.dateTime;
  const parts = parseDateTime(recorded);
  return parts ? isoDateTime(parts) : "";
}
