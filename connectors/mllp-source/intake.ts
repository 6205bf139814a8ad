import { Hl7ParseError, isBatch, parseMessage, readHeader, validateMessage } from "#lib/hl7v2";
import type { MessageHeader, ValidationLevel } from "#lib/hl7v2";
import { ackPlan } from "./ack-mode.ts";
import { readBatch } from "./batch.ts";
import {
  ACK_MODE,
  BATCHES,
  CHARSET_FALLBACK,
  CHARSET_FORCED,
  QUARANTINE_TOPIC,
  VALIDATION_LEVEL,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import type { Exchange, Verdict } from "./exchange.ts";
import type { MessagePart } from "./message-record.ts";
import { quarantineRecord, refusals } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";
import { ReplyTable } from "./replies.ts";
import { TopicRoute } from "./topic-route.ts";

/** What becomes of one piece of input. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The messages to store; none when it is refused. */
  readonly parts: readonly MessagePart[];
  /** MSH-3.1 and MSH-4.1, as `application|facility`. */
  readonly sender: string;
  /** MSH-10, or the envelope's control id. */
  readonly controlId: string;
}

/** The first byte of MSH: nothing has to be asked of what begins with it. */
const LETTER_M = 0x4d;
/** Characters of an MSH segment. */
const HEADER_LENGTH_MAX = 16 * 1024;

/** Judges what arrives. */
export class Intake {
  readonly #config: MllpConfig;
  readonly #route: TopicRoute;
  readonly #replies: ReplyTable;

  /** Throws ConfigError for settings that cannot be used. */
  constructor(config: MllpConfig) {
    this.#config = config;
    this.#route = new TopicRoute(config);
    this.#replies = new ReplyTable(config);
  }

  judge(exchange: Exchange): Judgement {
    const { payload, framing } = exchange;
    if (!framing && payload[0] !== LETTER_M && isBatch(payload)) return this.#judgeBatch(exchange);
    const isWideText = isWide(payload);
    const header = isWideText ? undefined : this.#header(payload);
    if (!header) {
      const refusal = framing ?? (isWideText ? refusals.wideCharacters : refusals.notHl7);
      return this.#unreadable(payload, refusal, framing === undefined);
    }
    // Its fields stand in the answer and in record headers, so they must not be of any size.
    if (header.segment.text.length > HEADER_LENGTH_MAX) {
      return this.#unreadable(new Uint8Array(), refusals.headerTooLong, true);
    }
    const route = framing ?? this.#refusalOf(payload, header, exchange);
    const isRefused = typeof route !== "string";
    return {
      verdict: this.#verdict(payload, header, isRefused ? route : undefined),
      parts: isRefused ? [] : [{ topic: route, payload, header }],
      ...identityOf(header),
    };
  }

  /** The record that keeps what was refused. */
  quarantine(exchange: Exchange, refusal: Refusal) {
    const topic = this.#config[QUARANTINE_TOPIC];
    return quarantineRecord(topic, exchange.payload, refusal, exchange.receivedAt);
  }

  #judgeBatch(exchange: Exchange): Judgement {
    const { payload } = exchange;
    if (this.#config[BATCHES] === "refuse") return this.#unreadable(payload, refusals.batch, true);
    const content = readBatch(payload);
    const header = content && this.#header(content.answerTo);
    if (!content || !header) return this.#unreadable(payload, refusals.notHl7, true);
    const parts: MessagePart[] = [];
    let refusal: Refusal | undefined = content.isCountRight ? undefined : refusals.batchCount;
    for (const message of content.messages) {
      const own = this.#header(message);
      const isUsable = own !== undefined && own.segment.text.length <= HEADER_LENGTH_MAX;
      const route = isUsable ? this.#refusalOf(message, own, exchange) : refusals.notHl7;
      if (typeof route === "string") {
        parts.push({ topic: route, payload: message, header: own as MessageHeader });
      } else {
        refusal ??= route;
      }
    }
    // All or nothing: one answer cannot say which of the messages were taken.
    return {
      verdict: this.#verdict(content.answerTo, header, refusal),
      parts: refusal ? [] : parts,
      ...identityOf(header),
    };
  }

  #unreadable(payload: Uint8Array, refusal: Refusal, isAnswerable: boolean): Judgement {
    const verdict: Verdict = {
      answerTo: payload,
      header: undefined,
      plan: ackPlan(this.#config[ACK_MODE], "", ""),
      replies: this.#replies.defaults,
      refusal,
      isAnswerable,
    };
    return { verdict, parts: [], sender: "", controlId: "" };
  }

  #verdict(answerTo: Uint8Array, header: MessageHeader, refusal: Refusal | undefined): Verdict {
    return {
      answerTo,
      header,
      plan: ackPlan(
        this.#config[ACK_MODE],
        header.acceptAcknowledgment,
        header.applicationAcknowledgment,
      ),
      replies: this.#replies.of(header.sendingApplication, header.sendingFacility),
      refusal,
      isAnswerable: refusal?.code !== "FRAME_CUT_OFF" || header.messageControlId !== "",
    };
  }

  /** The topic of a message that is taken, or why it is not. */
  #refusalOf(payload: Uint8Array, header: MessageHeader, { origin }: Exchange): string | Refusal {
    if (!origin.maySpeakFor(header.sendingApplication, header.sendingFacility)) {
      return refusals.sender;
    }
    const route = this.#route.of(header);
    if (typeof route !== "string") return route;
    const level = this.#config[VALIDATION_LEVEL] as ValidationLevel;
    if (level === 0) return route;
    const findings = validateMessage(parseMessage(payload), level);
    const error = findings.find(({ severity }) => severity === "error");
    if (!error) return route;
    return {
      code: "MESSAGE_INVALID",
      kind: "invalid",
      ack: "AE",
      condition: error.code === "HL7_SEGMENT_MISSING" ? "100" : "101",
      text: error.meaning,
      position: error.position,
    };
  }

  #header(payload: Uint8Array): MessageHeader | undefined {
    let header: MessageHeader;
    try {
      header = readHeader(payload);
    } catch (error) {
      if (error instanceof Hl7ParseError) return undefined;
      throw error;
    }
    const forced = this.#config[CHARSET_FORCED];
    if (forced !== null) return header.withCharacterSets([forced]);
    const fallback = this.#config[CHARSET_FALLBACK];
    if (fallback === null || header.characterSets.length > 0) return header;
    return header.withCharacterSets([fallback]);
  }
}

function identityOf(header: MessageHeader): { sender: string; controlId: string } {
  return {
    sender: `${header.sendingApplication}|${header.sendingFacility}`,
    controlId: header.messageControlId,
  };
}

/** The same header, but for what it says of the charset. */
/** Every second byte of text in UTF-16 is 0, at either place; a byte order mark says so at once. */
function isWide(payload: Uint8Array): boolean {
  const [first, second, third] = payload;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) return true;
  return payload.length > 3 && (first === 0 || (second === 0 && third !== 0));
}
