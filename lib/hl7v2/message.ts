import { decodeBytes } from "./charset/charset.ts";
import { wideEncoding } from "./charset/wide.ts";
import type { Delimiters } from "./delimiters.ts";
import { MessageHeader, asciiText, headerStart, latin1Text, lineEnd } from "./header.ts";
import { Hl7ParseError } from "./hl7-parse-error.ts";
import { parsePath } from "./path.ts";
import { Segment } from "./segment.ts";

export interface ParseOptions {
  /** Used when MSH-18 is empty or unknown. */
  readonly defaultCharset?: string;
  /** Used whatever MSH-18 says. */
  readonly forcedCharset?: string;
}

/** A parsed message. It keeps what it was parsed from, so that writing it back gives the same bytes. */
export class Message {
  readonly header: MessageHeader;
  readonly segments: readonly Segment[];
  /** Label of the Encoding standard, such as `utf-8`. */
  readonly charset: string;
  /** The decoded text from MSH on, with its line ends as sent. */
  readonly sourceText: string;
  readonly #source: Uint8Array | string;

  constructor(
    source: Uint8Array | string,
    parts: {
      readonly header: MessageHeader;
      readonly segments: readonly Segment[];
      readonly charset: string;
      readonly text: string;
    },
  ) {
    this.#source = source;
    this.header = parts.header;
    this.segments = parts.segments;
    this.charset = parts.charset;
    this.sourceText = parts.text;
  }

  get delimiters(): Delimiters {
    return this.header.delimiters;
  }

  /** The nth segment of that name, counted from 1. */
  segment(name: string, nth = 1): Segment | undefined {
    let left = nth;
    for (const segment of this.segments) {
      if (segment.name === name && --left === 0) return segment;
    }
    return undefined;
  }

  segmentsNamed(name: string): readonly Segment[] {
    return this.segments.filter((segment) => segment.name === name);
  }

  /**
   * The decoded value at a path such as `PID-3[1].4.2` or `OBX[2]-5`; undefined when it is empty.
   *
   * Throws Hl7ParseError for text that is no path.
   */
  get(path: string): string | undefined {
    const { segment, nth, field, repetition, component, subcomponent } = parsePath(path);
    const found = this.segment(segment, nth)?.field(field).repetitions[repetition - 1];
    const value = found?.component(component).subcomponent(subcomponent) ?? "";
    return value === "" ? undefined : value;
  }

  /** The segments as they were sent, each ended by a carriage return. */
  toText(): string {
    return this.segments.map(({ text }) => `${text}\r`).join("");
  }

  /** The bytes that were parsed. */
  toBytes(): Uint8Array {
    return typeof this.#source === "string" ? new TextEncoder().encode(this.#source) : this.#source;
  }
}

/**
 * Parses one message: all versions, all delimiters, segments ended by CR, LF or CR LF.
 *
 * Bytes are decoded by MSH-18 (see decodeBytes). A line feed that no segment name follows belongs to
 * the text before it. Throws Hl7ParseError when there is no usable MSH.
 */
export function parseMessage(input: Uint8Array | string, options: ParseOptions = {}): Message {
  const { text, charset, header } =
    typeof input === "string" ? fromText(input) : fromBytes(input, options);
  return new Message(input, { header, segments: splitSegments(text, header), charset, text });
}

interface Decoded {
  /** From MSH on. */
  readonly text: string;
  readonly charset: string;
  readonly header: MessageHeader;
}

function fromText(input: string, charset = "utf-8"): Decoded {
  const text = input.trimStart();
  if (!text.startsWith("MSH")) {
    throw new Hl7ParseError("HL7_MSH_MISSING", "The message does not begin with an MSH segment");
  }
  const end = text.search(/[\r\n]/);
  return { text, charset, header: new MessageHeader(end < 0 ? text : text.slice(0, end)) };
}

function fromBytes(input: Uint8Array, options: ParseOptions): Decoded {
  const { forcedCharset, defaultCharset } = options;
  if (wideEncoding(input)) {
    const { text, charset } = decodeBytes(input);
    return fromText(text, charset);
  }
  const start = headerStart(input);
  const bytes = input.subarray(start, lineEnd(input, start));
  const ascii = asciiText(bytes);
  const header = new MessageHeader(ascii ?? latin1Text(bytes));
  const named = header.characterSets;
  const names = forcedCharset ?? (named.length > 0 ? named : (defaultCharset ?? []));
  const { text, charset } = decodeBytes(start === 0 ? input : input.subarray(start), names);
  return { text, charset, header: ascii === undefined ? fromText(text).header : header };
}

const CR = 0x0d;
const LF = 0x0a;

const isNameCharacter = (code: number): boolean =>
  (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39);

function splitSegments(text: string, header: MessageHeader): readonly Segment[] {
  const segments: Segment[] = [];
  const separator = header.delimiters.field.charCodeAt(0);
  let feed = text.indexOf("\n");
  for (let start = 0; start < text.length;) {
    let end = text.indexOf("\r", start);
    if (end < 0) end = text.length;
    let from = start;
    while (feed >= 0 && feed < end) {
      if (feed >= from && beginsSegment(text, feed + 1, end, separator)) {
        if (feed > from) push(segments, text, from, feed, header);
        from = feed + 1;
      }
      feed = text.charCodeAt(feed + 1) === LF ? feed + 1 : text.indexOf("\n", feed + 1);
    }
    if (end > from) push(segments, text, from, end, header);
    start = end + 1;
  }
  return segments;
}

/** Adds the line as a segment, unless it is blank. */
function push(
  segments: Segment[],
  text: string,
  from: number,
  to: number,
  header: MessageHeader,
): void {
  let [start, end] = [from, to];
  // What stands round a line feed is layout; blanks elsewhere are the sender's.
  const isLaidOut = text.charCodeAt(start) === LF || text.charCodeAt(end - 1) === LF;
  if (isLaidOut) {
    while (start < end && isBlank(text.charCodeAt(start))) start += 1;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  }
  let first = start;
  while (first < end && isBlank(text.charCodeAt(first))) first += 1;
  if (first === end) return;
  const position = segments.length;
  segments.push(
    position === 0 ? header.segment : new Segment(text, position, header.delimiters, start, end),
  );
}

const isBlank = (code: number): boolean =>
  code <= 0x20 ? code === 0x20 || (code >= 0x09 && code <= CR) : code === 0xa0 || code === 0xfeff;

/** Whether three letters and a field separator (or a line end) stand there, or the line is blank. */
function beginsSegment(text: string, at: number, end: number, separator: number): boolean {
  if (at >= end || text.charCodeAt(at) === LF) return true;
  if (at + 3 > end) return false;
  for (let index = at; index < at + 3; index += 1) {
    if (!isNameCharacter(text.charCodeAt(index))) return false;
  }
  if (at + 3 === end) return true;
  const next = text.charCodeAt(at + 3);
  return next === separator || next === LF;
}
