import { decodeBytes } from "./charset/charset.ts";
import { wideEncoding } from "./charset/wide.ts";
import { readDelimiters } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import { decodeEscapes } from "./escape.ts";
import { NULL_TEXT } from "./field.ts";
import { Hl7ParseError } from "./hl7-parse-error.ts";
import { Segment } from "./segment.ts";

/**
 * What MSH says about a message; "" where it says nothing. Each answer is read when it is asked for: a listener that
 * needs three of them pays for three. Source: HL7 v2.9 chapter 2.14.9.
 */
export class MessageHeader {
  readonly delimiters: Delimiters;
  readonly #text: string;
  /** Where the fields begin, from MSH-2 on; one more than there are, behind the last. */
  readonly #starts: readonly number[];
  readonly #characterSets: readonly string[] | undefined;
  #segment: Segment | undefined;

  /**
   * `text`: the segment without its line end; `characterSets` in place of what MSH-18 says. Throws Hl7ParseError
   * when its delimiters cannot be used.
   */
  constructor(text: string, characterSets?: readonly string[]) {
    this.#characterSets = characterSets;
    this.delimiters = readDelimiters(text);
    this.#text = text;
    this.#starts = startsOf(text, this.delimiters.field.charCodeAt(0));
  }
  /** The segment itself, for fields that are not named here. */
  get segment(): Segment {
    return (this.#segment ??= new Segment(this.#text, 0, this.delimiters));
  }
  /** MSH-3, first component. */
  get sendingApplication(): string {
    return this.#value(3, 1);
  }
  /** MSH-4, first component. */
  get sendingFacility(): string {
    return this.#value(4, 1);
  }
  /** MSH-5, first component. */
  get receivingApplication(): string {
    return this.#value(5, 1);
  }
  /** MSH-6, first component. */
  get receivingFacility(): string {
    return this.#value(6, 1);
  }
  /** MSH-7 as sent. */
  get dateTime(): string {
    return this.#value(7, 1);
  }
  /** MSH-9.1, such as `ADT`. */
  get messageCode(): string {
    return this.#value(9, 1);
  }
  /** MSH-9.2, such as `A01`. */
  get triggerEvent(): string {
    return this.#value(9, 2);
  }
  /** MSH-9.3, such as `ADT_A01`. */
  get messageStructure(): string {
    return this.#value(9, 3);
  }
  /** MSH-10, whole: an id with a forgotten escape in it is still the one that the sender knows. */
  get messageControlId(): string {
    const start = this.#starts[10 - 2];
    const next = this.#starts[11 - 2];
    if (start === undefined || next === undefined) return "";
    const text = this.#text.slice(start, next - 1);
    return text === NULL_TEXT ? "" : decodeEscapes(text, this.delimiters);
  }
  /** MSH-11.1. */
  get processingId(): string {
    return this.#value(11, 1);
  }
  /** MSH-12.1, such as `2.5.1`. */
  get version(): string {
    return this.#value(12, 1);
  }
  /** MSH-15: AL, NE, ER, SU or "". */
  get acceptAcknowledgment(): string {
    return this.#value(15, 1);
  }
  /** MSH-16. */
  get applicationAcknowledgment(): string {
    return this.#value(16, 1);
  }
  /** The same header, read with other charsets than it names. */
  withCharacterSets(names: readonly string[]): MessageHeader {
    return new MessageHeader(this.#text, names);
  }
  /** MSH-18, each repetition that is filled. */
  get characterSets(): readonly string[] {
    if (this.#characterSets) return this.#characterSets;
    if (this.#value(18, 1) === "" && !this.segment.field(18).text) return [];
    return this.segment
      .field(18)
      .repetitions.map(({ value }) => value)
      .filter((value) => value !== "");
  }

  /** The first sub-component of a component of a field's first repetition. */
  #value(field: number, component: number): string {
    const first = this.#starts[field - 2];
    const next = this.#starts[field - 1];
    if (first === undefined || next === undefined) return "";
    const { delimiters } = this;
    const text = this.#text;
    const end = next - 1;
    const separator = delimiters.component.charCodeAt(0);
    const repetition = delimiters.repetition.charCodeAt(0);
    const subcomponent = delimiters.subcomponent.charCodeAt(0);
    let [start, at, left] = [first, first, component];
    for (; at < end; at += 1) {
      const code = text.charCodeAt(at);
      if (code === repetition) break;
      if (code !== separator) continue;
      left -= 1;
      if (left === 0) break;
      start = at + 1;
    }
    if (left > 1) return "";
    let stop = start;
    while (stop < at && text.charCodeAt(stop) !== subcomponent) stop += 1;
    const value = text.slice(start, stop);
    return value === NULL_TEXT ? "" : decodeEscapes(value, delimiters);
  }
}

function startsOf(text: string, separator: number): readonly number[] {
  const starts = [4];
  for (let at = 4; at < text.length; at += 1) {
    if (text.charCodeAt(at) === separator) starts.push(at + 1);
  }
  starts.push(text.length + 1);
  return starts;
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
  let end = start;
  while (end < input.length && input[end] !== CR && input[end] !== LF) end += 1;
  return end;
}

/**
 * Reads MSH and nothing else, for a listener that has to decide by it.
 *
 * Throws Hl7ParseError when there is no MSH or its delimiters cannot be used.
 */
export function readHeader(input: Uint8Array): MessageHeader {
  if (wideEncoding(input)) return wideHeader(input);
  const bytes = headerBytes(input);
  // ASCII reads the same in every charset that a message can be sent in.
  const text = asciiText(bytes);
  if (text !== undefined) return new MessageHeader(text);
  const { characterSets } = new MessageHeader(latin1Text(bytes));
  return new MessageHeader(decodeBytes(bytes, characterSets).text);
}

function wideHeader(input: Uint8Array): MessageHeader {
  const text = decodeBytes(input).text.trimStart();
  if (!text.startsWith("MSH")) {
    throw new Hl7ParseError("HL7_MSH_MISSING", "The message does not begin with an MSH segment");
  }
  const end = text.search(/[\r\n]/);
  return new MessageHeader(end < 0 ? text : text.slice(0, end));
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of ASCII bytes that begin no ISO 2022 sequence; undefined for others. */
export function asciiText(bytes: Uint8Array): string | undefined {
  const text = utf8.decode(bytes);
  // Every other byte makes either fewer characters than bytes or a replacement character.
  const isAscii =
    text.length === bytes.length && !text.includes("\uFFFD") && !text.includes("\u001B");
  return isAscii ? text : undefined;
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
