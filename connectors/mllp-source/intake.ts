import type { SourceRecord } from "#connect-api";
import { Hl7ParseError, isBatch, parseMessage, readHeader, validateMessage } from "#lib/hl7v2";
import type { MessageHeader, ValidationLevel } from "#lib/hl7v2";
import { PATIENT_ID_TYPES, QUARANTINE_TOPIC, TOPIC_PREFIX, VALIDATION_LEVEL } from "./config.ts";
import type { MllpConfig } from "./config.ts";
import { messageRecord } from "./message-record.ts";
import { quarantineRecord, refusals } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

/** What becomes of one piece of input: a record, and the NAK if it was refused. */
export interface Admission {
  readonly record: SourceRecord;
  readonly refusal: Refusal | undefined;
}

/** Ends of topic names that stand for something else than a type of message. */
const RESERVED_CODES: ReadonlySet<string> = new Set(["quarantine", "dlq"]);

/** Judges what arrives, and makes the record under which it is stored. */
export class Intake {
  readonly #config: MllpConfig;

  constructor(config: MllpConfig) {
    this.#config = config;
  }

  /** A whole frame. */
  admit(payload: Uint8Array, receivedAt: number): Admission {
    const header = readableHeader(payload);
    const refusal = header ? this.#refusalOf(payload, header) : notReadable(payload);
    if (!header || refusal) return this.refuse(payload, refusal ?? refusals.notHl7, receivedAt);
    const record = messageRecord(payload, header, {
      topicPrefix: this.#config[TOPIC_PREFIX],
      patientIdTypes: this.#config[PATIENT_ID_TYPES],
      receivedAt,
    });
    return { record, refusal: undefined };
  }

  refuse(payload: Uint8Array, refusal: Refusal, receivedAt: number): Admission {
    const topic = this.#config[QUARANTINE_TOPIC];
    return { record: quarantineRecord(topic, payload, refusal, receivedAt), refusal };
  }

  #refusalOf(payload: Uint8Array, header: MessageHeader): Refusal | undefined {
    // The code becomes part of a topic's name, so nothing but letters and digits may be in it.
    if (!/^[A-Za-z0-9]{1,20}$/.test(header.messageCode)) return refusals.messageType;
    // What a sender calls its messages must not put them among those that were refused.
    if (RESERVED_CODES.has(header.messageCode.toLowerCase())) return refusals.messageType;
    const level = this.#config[VALIDATION_LEVEL] as ValidationLevel;
    if (level === 0) return undefined;
    const findings = validateMessage(parseMessage(payload), level);
    const error = findings.find(({ severity }) => severity === "error");
    return (
      error && {
        code: "MESSAGE_INVALID",
        ack: "AE",
        condition: error.code === "HL7_SEGMENT_MISSING" ? "100" : "101",
        text: error.meaning,
        position: error.position,
      }
    );
  }
}

function readableHeader(payload: Uint8Array): MessageHeader | undefined {
  try {
    return readHeader(payload);
  } catch (error) {
    if (error instanceof Hl7ParseError) return undefined;
    throw error;
  }
}

function notReadable(payload: Uint8Array): Refusal {
  return isBatch(payload) ? refusals.batch : refusals.notHl7;
}
