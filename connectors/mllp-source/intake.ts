import { Hl7ParseError, isBatch, parseMessage, readHeader, validateMessage } from "#lib/hl7v2";
import type { FindingCode, MessageHeader, Profile, ValidationLevel } from "#lib/hl7v2";
import { ackPlan } from "./ack-mode.ts";
import { readBatch } from "./batch.ts";
import {
  ACK_MODE,
  BATCHES,
  BATCH_REPLY,
  CHARSET_FALLBACK,
  CHARSET_FORCED,
  QUARANTINE_TOPIC,
  VALIDATION_LEVEL,
} from "./config.ts";
import type { MllpConfig } from "./config.ts";
import type { Exchange, MessageFacts, Verdict } from "./exchange.ts";
import type { MessagePart } from "./message-record.ts";
import { quarantineRecord, refusals } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";
import { ReplyTable } from "./replies.ts";
import { TopicRoute } from "./topic-route.ts";
import { profileOf } from "./validation-profile.ts";

/** What becomes of one piece of input. */
export interface Judgement extends MessageFacts {
  readonly verdict: Verdict;
  /** The messages to store; none when it is refused. */
  readonly parts: readonly MessagePart[];
}

/** The first byte of MSH: nothing has to be asked of what begins with it. */
const LETTER_M = 0x4d;
/** Findings in terms of table 0357; all others are 101, required field missing. */
const CONDITIONS: Readonly<Partial<Record<FindingCode, string>>> = {
  HL7_SEGMENT_MISSING: "100",
  HL7_SEGMENT_REPEATED: "100",
  HL7_SEGMENT_UNEXPECTED: "100",
  HL7_PROFILE_SEGMENT: "100",
  HL7_VALUE_FORMAT: "102",
  HL7_PROFILE_PATTERN: "102",
  HL7_PROFILE_CODE: "103",
  HL7_PROFILE_LENGTH: "104",
  HL7_FIELD_REPEATED: "198",
  HL7_PROFILE_REPETITIONS: "198",
  HL7_PROFILE_MESSAGE: "200",
};

/** Characters of an MSH segment. */
const HEADER_LENGTH_MAX = 16 * 1024;

/** Judges what arrives. */
export class Intake {
  readonly #config: MllpConfig;
  readonly #route: TopicRoute;
  readonly #replies: ReplyTable;
  readonly #profile: Profile | undefined;

  /** Throws ConfigError for settings that cannot be used. */
  constructor(config: MllpConfig) {
    this.#config = config;
    this.#route = new TopicRoute(config);
    this.#replies = new ReplyTable(config);
    this.#profile = profileOf(config);
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
      ...factsOf(header),
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
    const isBatchReply = this.#config[BATCH_REPLY] === "batch";
    return {
      verdict: {
        ...this.#verdict(content.answerTo, header, refusal),
        batch: isBatchReply ? content.messages : undefined,
      },
      parts: refusal ? [] : parts,
      ...factsOf(header),
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
    return { verdict, parts: [], sender: "", controlId: "", messageType: "" };
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
    const findings = validateMessage(parseMessage(payload), level, this.#profile);
    const error = findings.find(({ severity }) => severity === "error");
    if (!error) return route;
    return {
      code: "MESSAGE_INVALID",
      kind: "invalid",
      ack: "AE",
      condition: CONDITIONS[error.code] ?? "101",
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

function factsOf(header: MessageHeader): MessageFacts {
  const { messageCode, triggerEvent } = header;
  return {
    messageType: triggerEvent === "" ? messageCode : `${messageCode}^${triggerEvent}`,
    sender: `${header.sendingApplication}|${header.sendingFacility}`,
    controlId: header.messageControlId,
  };
}

/** Every second byte of text in UTF-16 is 0, at either place; a byte order mark says so at once. */
function isWide(payload: Uint8Array): boolean {
  const [first, second, third] = payload;
  if ((first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)) return true;
  return payload.length > 3 && (first === 0 || (second === 0 && third !== 0));
}
