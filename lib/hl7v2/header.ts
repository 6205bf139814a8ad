import { decodeBytes } from "./charset/charset.ts";
import { wideEncoding } from "./charset/wide.ts";
import { readDelimiters } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import { Hl7ParseError } from "./hl7-parse-error.ts";
import { Segment } from "./segment.ts";

/**
 * What MSH says about a message; "" where it says nothing. Each answer is read when it is asked for: a listener that
 * needs three of them pays for three. Source: HL7 v2.9 chapter 2.14.9.
 */
export class MessageHeader {
  readonly delimiters: Delimiters;
  /** The segment itself, for fields that are not named here. */
  readonly segment: Segment;

  constructor(segment: Segment) {
    this.segment = segment;
    this.delimiters = segment.delimiters;
  }
  /** MSH-3, first component. */
  get sendingApplication(): string {
    return this.segment.field(3).value;
  }
  /** MSH-4, first component. */
  get sendingFacility(): string {
    return this.segment.field(4).value;
  }
  /** MSH-5, first component. */
  get receivingApplication(): string {
    return this.segment.field(5).value;
  }
  /** MSH-6, first component. */
  get receivingFacility(): string {
    return this.segment.field(6).value;
  }
  /** MSH-7 as sent. */
  get dateTime(): string {
    return this.segment.field(7).value;
  }
  /** MSH-9.1, such as `ADT`. */
  get messageCode(): string {
    return this.segment.field(9).value;
  }
  /** MSH-9.2, such as `A01`. */
  get triggerEvent(): string {
    return this.segment.field(9).component(2).value;
  }
  /** MSH-9.3, such as `ADT_A01`. */
  get messageStructure(): string {
    return this.segment.field(9).component(3).value;
  }
  /** MSH-10. */
  get messageControlId(): string {
    return this.segment.field(10).decoded;
  }
  /** MSH-11.1. */
  get processingId(): string {
    return this.segment.field(11).value;
  }
  /** MSH-12.1, such as `2.5.1`. */
  get version(): string {
    return this.segment.field(12).value;
  }
  /** MSH-15: AL, NE, ER, SU or "". */
  get acceptAcknowledgment(): string {
    return this.segment.field(15).value;
  }
  /** MSH-16. */
  get applicationAcknowledgment(): string {
    return this.segment.field(16).value;
  }
  /** MSH-18, each repetition that is filled. */
  get characterSets(): readonly string[] {
    const field = this.segment.field(18);
    if (field.isEmpty) return [];
    return field.repetitions.map(({ value }) => value).filter((value) => value !== "");
  }
}

const CR = 0x0d;
const LF = 0x0a;

/**
 * Where the header segment begins: after a byte order mark and white space.
 *
 * Throws Hl7ParseError when the first three letters are not MSH.
 */
export function headerStart(input: Uint8Array): number {
  let start = input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf ? 3 : 0;
  while (start < input.length && isBlank(input[start] ?? 0)) start += 1;
  if (input[start] !== 0x4d || input[start + 1] !== 0x53 || input[start + 2] !== 0x48) {
    throw new Hl7ParseError("HL7_MSH_MISSING", "The message does not begin with an MSH segment");
  }
  return start;
}

const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** The bytes of the header segment, without its line end. */
export function headerBytes(input: Uint8Array): Uint8Array {
  const start = headerStart(input);
  return input.subarray(start, lineEnd(input, start));
}

/** Where the line that begins there ends: at its CR or LF, or with the input. */
export function lineEnd(input: Uint8Array, start: number): number {
  const cr = input.indexOf(CR, start);
  // A message whose lines end with LF has no CR: looking for it once is cheaper than asking every byte twice.
  const until = cr < 0 ? input.length : cr;
  for (let at = start; at < until && at < start + NEAR; at += 1) if (input[at] === LF) return at;
  if (until - start <= NEAR) return until;
  const lf = input.subarray(start, until).indexOf(LF);
  return lf < 0 ? until : start + lf;
}

/** So many bytes are looked through one by one before a search is called. */
const NEAR = 64;

/**
 * Reads MSH and nothing else, for a listener that has to decide by it.
 *
 * Throws Hl7ParseError when there is no MSH or its delimiters cannot be used.
 */
export function readHeader(input: Uint8Array): MessageHeader {
  if (wideEncoding(input)) return wideHeader(input);
  const bytes = headerBytes(input);
  const rough = latin1Text(bytes);
  const header = headerOf(rough);
  // ASCII reads the same in every charset that a message can be sent in.
  if (isAscii(rough)) return header;
  return headerOf(decodeBytes(bytes, header.characterSets).text);
}

function wideHeader(input: Uint8Array): MessageHeader {
  const text = decodeBytes(input).text.trimStart();
  if (!text.startsWith("MSH")) {
    throw new Hl7ParseError("HL7_MSH_MISSING", "The message does not begin with an MSH segment");
  }
  const end = text.search(/[\r\n]/);
  return headerOf(end < 0 ? text : text.slice(0, end));
}

/** The header of an MSH segment's text. */
export function headerOf(text: string): MessageHeader {
  return new MessageHeader(new Segment(text, 0, readDelimiters(text)));
}

/** Whether every character is ASCII and none begins an ISO 2022 sequence. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f || code === 0x1b) return false;
  }
  return true;
}

const CHUNK = 8192;

/** One character per byte: what is ASCII reads right in every charset that MLLP can carry. */
export function latin1Text(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return String.fromCharCode.apply(null, bytes as unknown as number[]);
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const chunk = bytes.subarray(at, at + CHUNK);
    text += String.fromCharCode.apply(null, chunk as unknown as number[]);
  }
  return text;
}
