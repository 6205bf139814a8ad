import { decodeBytes } from "./charset.ts";
import type { Delimiters } from "./delimiters.ts";
import { headerBytes, headerOf, headerStart, latin1Text } from "./header.ts";
import type { MessageHeader } from "./header.ts";
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
  readonly #source: Uint8Array | string;

  constructor(
    source: Uint8Array | string,
    parts: {
      readonly header: MessageHeader;
      readonly segments: readonly Segment[];
      readonly charset: string;
    },
  ) {
    this.#source = source;
    this.header = parts.header;
    this.segments = parts.segments;
    this.charset = parts.charset;
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
  const { text, charset } = typeof input === "string" ? fromText(input) : fromBytes(input, options);
  const end = text.search(/[\r\n]/);
  const header = headerOf(end < 0 ? text : text.slice(0, end));
  const segments = splitSegments(text, header.delimiters).map((segment, position) =>
    position === 0 ? header.segment : new Segment(segment, position, header.delimiters),
  );
  return new Message(input, { header, segments, charset });
}

function fromText(input: string): { text: string; charset: string } {
  const text = input.trimStart();
  if (!text.startsWith("MSH")) {
    throw new Hl7ParseError("HL7_MSH_MISSING", "The message does not begin with an MSH segment");
  }
  return { text, charset: "utf-8" };
}

function fromBytes(input: Uint8Array, options: ParseOptions): { text: string; charset: string } {
  const start = headerStart(input);
  const bytes = input.subarray(start);
  let charset = options.forcedCharset;
  if (charset === undefined) {
    const rough = headerOf(latin1Text(headerBytes(bytes)));
    charset = rough.characterSets[0] ?? options.defaultCharset;
  }
  return decodeBytes(bytes, charset);
}

const isNameCharacter = (code: number): boolean =>
  (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39);

function splitSegments(text: string, delimiters: Delimiters): string[] {
  const lines = text.split(/\r\n|\r/);
  const segments: string[] = [];
  const separator = delimiters.field.charCodeAt(0);
  for (const line of lines) {
    let start = 0;
    for (let at = line.indexOf("\n"); at >= 0; at = line.indexOf("\n", at + 1)) {
      if (!beginsSegment(line, at + 1, separator)) continue;
      push(segments, line.slice(start, at));
      start = at + 1;
    }
    push(segments, line.slice(start));
  }
  return segments;
}

/** Whether three letters and a field separator (or a line end) stand there, or the line is blank. */
function beginsSegment(line: string, at: number, separator: number): boolean {
  if (at >= line.length || line.charCodeAt(at) === 0x0a) return true;
  for (let index = at; index < at + 3; index += 1) {
    if (!isNameCharacter(line.charCodeAt(index))) return false;
  }
  const next = line.charCodeAt(at + 3);
  return Number.isNaN(next) || next === separator || next === 0x0a;
}

function push(segments: string[], text: string): void {
  const trimmed = text.endsWith("\n") || text.startsWith("\n") ? text.trim() : text;
  if (trimmed.trim() !== "") segments.push(trimmed);
}
