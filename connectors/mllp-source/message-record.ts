import { BYTES_SCHEMA, STRING_SCHEMA, SourceRecord } from "#connect-api";
import type { SourceOffset, SourcePartition } from "#connect-api";
import { findField, isoDateTime, parseDateTime } from "#lib/hl7v2";
import type { MessageHeader } from "#lib/hl7v2";
import type { Exchange } from "./exchange.ts";
import { patientKey, priorPatientId } from "./patient-key.ts";
import type { IdPreference } from "./patient-key.ts";
import { textHeaders } from "./record-headers.ts";

/** One message, ready to become a record. */
export interface MessagePart {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly header: MessageHeader;
}

export interface RecordSettings {
  readonly listener: string;
  readonly preference: IdPreference;
  /** Use MSH-7 as the record's time when it is within so many milliseconds; undefined: never. */
  readonly messageTimeBoundMs: number | undefined;
}

/** What stands beside the message because of what was known when it came. */
export interface RecordMarks {
  readonly sha256: string;
  /** The sender may have sent it before, and it may be stored already. */
  readonly isSuspect: boolean;
  /** Its control id was used for another message. */
  readonly isIdReused: boolean;
  readonly position:
    | { readonly partition: SourcePartition; readonly offset: SourceOffset }
    | undefined;
}

/**
 * The record of a message.
 *
 *   topic      see TopicRoute
 *   key        patient id (see patientKey)
 *   value      the bytes as received
 *   timestamp  when it was received, or MSH-7
 *   headers    about the message: content-type, hl7-version (MSH-12), message-type (MSH-9.1), trigger-event
 *              (MSH-9.2), message-structure (MSH-9.3), message-control-id (MSH-10), processing-id (MSH-11),
 *              source-system (MSH-3|MSH-4), sending-application, sending-facility, receiving-application,
 *              receiving-facility, message-time (MSH-7 as sent), event-time (EVN-2, else MSH-7),
 *              character-set (MSH-18), prior-patient-id (MRG-1)
 *              about its way: listener, sender-address, tls-identity, received-at, connection-sequence,
 *              content-sha256, hl7.possdup, hl7.control-id-reused
 *
 * Headers of empty fields are left out.
 */
export function messageRecord(
  part: MessagePart,
  exchange: Exchange,
  settings: RecordSettings,
  marks: RecordMarks,
): SourceRecord {
  const { payload, header, topic } = part;
  const { preference } = settings;
  return new SourceRecord({
    topic,
    keySchema: STRING_SCHEMA,
    key: patientKey(payload, header, preference),
    valueSchema: BYTES_SCHEMA,
    value: payload,
    timestamp: timestampOf(header, exchange.receivedAt, settings.messageTimeBoundMs),
    headers: textHeaders([
      ["content-type", "application/hl7-v2"],
      ["hl7-version", header.version],
      ["message-type", header.messageCode],
      ["trigger-event", header.triggerEvent],
      ["message-structure", header.messageStructure],
      ["message-control-id", header.messageControlId],
      ["processing-id", header.processingId],
      ["source-system", sourceSystem(header)],
      ["sending-application", header.sendingApplication],
      ["sending-facility", header.sendingFacility],
      ["receiving-application", header.receivingApplication],
      ["receiving-facility", header.receivingFacility],
      ["message-time", header.dateTime],
      ["event-time", eventTime(payload, header)],
      ["character-set", header.characterSets[0] ?? ""],
      [
        "prior-patient-id",
        // Only ADT has MRG; the others are not searched for it.
        header.messageCode === "ADT" ? priorPatientId(payload, header, preference) : "",
      ],
      ["listener", settings.listener],
      ["sender-address", exchange.origin.address],
      ["tls-identity", exchange.origin.identity ?? ""],
      ["received-at", isoTime(exchange.receivedAt)],
      ["connection-sequence", String(exchange.sequence)],
      ["content-sha256", marks.sha256],
      ["hl7.possdup", marks.isSuspect ? "true" : ""],
      ["hl7.control-id-reused", marks.isIdReused ? "true" : ""],
    ]),
    sourcePartition: marks.position?.partition ?? null,
    sourceOffset: marks.position?.offset ?? null,
  });
}

/** `application|facility`, or what there is of it. */
function sourceSystem({ sendingApplication, sendingFacility }: MessageHeader): string {
  return [sendingApplication, sendingFacility].filter((part) => part !== "").join("|");
}

let lastEventText = "";
let lastEventTime = "";

/** ISO 8601 with the precision and zone that were sent; none is made up. */
function eventTime(payload: Uint8Array, header: MessageHeader): string {
  const recorded = findField(payload, header, "EVN", 2).value || header.dateTime;
  // Messages of one second say the same.
  if (recorded !== lastEventText) {
    const parts = parseDateTime(recorded);
    lastEventText = recorded;
    lastEventTime = parts ? isoDateTime(parts) : "";
  }
  return lastEventTime;
}

/** MSH-7 only when it says its zone: a local time without one would be off by hours. */
function timestampOf(
  header: MessageHeader,
  receivedAt: number,
  boundMs: number | undefined,
): number {
  if (boundMs === undefined) return receivedAt;
  const sentAt = messageTime(header);
  return sentAt !== undefined && Math.abs(sentAt - receivedAt) <= boundMs ? sentAt : receivedAt;
}

/** MSH-7 in milliseconds since 1970; undefined when it is missing, unreadable or without a zone. */
export function messageTime(header: MessageHeader): number | undefined {
  const parts = parseDateTime(header.dateTime);
  if (parts?.zone === undefined || parts.second === undefined) return undefined;
  const time = Date.parse(isoDateTime(parts));
  return Number.isNaN(time) ? undefined : time;
}

let lastMs = 0;
let lastIso = "";

function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}
