import { buildSegment, fieldText } from "./build.ts";
import type { FieldValue } from "./build.ts";
import { encodeText } from "./charset/encode.ts";
import type { Delimiters } from "./delimiters.ts";
import { encodeEscapes } from "./escape.ts";
import { NULL_TEXT } from "./field.ts";
import { Hl7ParseError } from "./hl7-parse-error.ts";
import type { Message } from "./message.ts";
import { parsePath } from "./path.ts";
import type { Path } from "./path.ts";
import type { Segment } from "./segment.ts";

/** A segment and what stands round it: line ends, blank lines. */
interface Piece {
  readonly name: string;
  readonly before: string;
  text: string;
  readonly after: string;
  /** All of it as sent; undefined when it was changed or added. */
  bytes: Uint8Array | undefined;
}

/** A message of more positions than any version has would be a typing error, or an attack on memory. */
const POSITION_MAX = 999;

/**
 * Changes a message value by value. Nothing that is not changed is touched: its bytes come out as they came in,
 * whatever they are.
 *
 * No value can add a field, a segment or the end of a frame: delimiters, line ends and control characters in it are
 * written as escape sequences and read back as themselves (line ends as line feeds).
 */
export class MessageEditor {
  readonly #delimiters: Delimiters;
  readonly #charset: string;
  readonly #pieces: Piece[];

  constructor(message: Message) {
    this.#delimiters = message.delimiters;
    this.#charset = message.charset;
    this.#pieces = piecesOf(message);
  }

  /**
   * Sets the value at a path such as `PID-3[2].4.1` or `OBX[3]-5`; null writes `""` (delete it), "" empties it. What
   * lies before it in the field is filled up with separators. A path that names no component sets the whole
   * repetition, one that names no sub-component the whole component.
   *
   * Throws Hl7ParseError for a path that is none, or whose segment is not there.
   */
  set(path: string, value: string | null): this {
    const written = value === null ? NULL_TEXT : encodeEscapes(value, this.#delimiters);
    return this.#replace(path, (text, place) => withPart(text, place, written, this.#delimiters));
  }

  /** Sets a whole field, `PID-5`, with components and repetitions. */
  setField(path: string, value: FieldValue): this {
    return this.#replace(path, () => fieldText(value, this.#delimiters));
  }

  /** Adds a segment behind the nth one of a name, or at the end of the message. Fields from the first on. */
  insert(
    name: string,
    fields: readonly FieldValue[],
    after?: { readonly segment: string; readonly nth?: number },
  ): this {
    const segment = buildSegment(name, fields, this.#delimiters);
    const at = after ? this.#indexOf(after.segment, after.nth ?? 1) : this.#pieces.length - 1;
    const end = lineEndOf(this.#pieces);
    const previous = this.#pieces[at];
    const isOpen = previous !== undefined && previous.after === "";
    if (previous && isOpen) this.#pieces[at] = { ...previous, after: end, bytes: undefined };
    this.#pieces.splice(at + 1, 0, {
      name,
      before: "",
      text: segment,
      after: isOpen && at === this.#pieces.length - 1 ? "" : end,
      bytes: undefined,
    });
    return this;
  }

  /** Takes away the nth segment of a name. MSH stays. */
  removeSegment(name: string, nth = 1): this {
    const at = this.#indexOf(name, nth);
    if (at === 0) throw new Hl7ParseError("HL7_PATH_INVALID", "MSH cannot be removed", "MSH");
    this.#pieces.splice(at, 1);
    return this;
  }

  /** From MSH on, line ends as sent. */
  toText(): string {
    return this.#pieces.map(({ before, text, after }) => before + text + after).join("");
  }

  /** In the charset of the message. Throws Hl7EncodeError when that has no place for a new character. */
  toBytes(): Uint8Array {
    const parts = this.#pieces.map(
      ({ bytes, before, text, after }) => bytes ?? encodeText(before + text + after, this.#charset),
    );
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #indexOf(name: string, nth: number): number {
    let left = nth;
    const index = this.#pieces.findIndex((piece) => piece.name === name && --left === 0);
    if (index < 0) {
      throw new Hl7ParseError("HL7_PATH_INVALID", "The message has no such segment", name);
    }
    return index;
  }

  #replace(path: string, change: (field: string, place: Path) => string): this {
    const place = parsePath(path);
    const position = place.field;
    if (place.segment === "MSH" && position <= 2) {
      throw new Hl7ParseError("HL7_PATH_INVALID", "MSH-1 and MSH-2 are the delimiters", path);
    }
    const { repetition, component, subcomponent } = place;
    if (Math.max(position, repetition, component, subcomponent) > POSITION_MAX) {
      throw new Hl7ParseError("HL7_PATH_INVALID", `Positions go to ${POSITION_MAX}`, path);
    }
    const piece = this.#pieces[this.#indexOf(place.segment, place.nth)] as Piece;
    const separator = this.#delimiters.field;
    const parts = piece.text.split(separator);
    // In MSH the first separator is a field itself.
    const index = place.segment === "MSH" ? position - 1 : position;
    while (parts.length <= index) parts.push("");
    parts[index] = change(parts[index] ?? "", place);
    piece.text = parts.join(separator);
    piece.bytes = undefined;
    return this;
  }
}

/** The field's text with another text at a place. */
function withPart(field: string, place: Path, value: string, delimiters: Delimiters): string {
  const levels = [
    [delimiters.repetition, place.repetition],
    [delimiters.component, place.isWholeRepetition ? 0 : place.component],
    [delimiters.subcomponent, place.isWholeComponent ? 0 : place.subcomponent],
  ] as const;
  const put = (text: string, level: number): string => {
    const [separator, position] = levels[level] ?? ["", 0];
    if (position === 0) return value;
    const parts = text.split(separator);
    while (parts.length < position) parts.push("");
    parts[position - 1] = put(parts[position - 1] ?? "", level + 1);
    return parts.join(separator);
  };
  return put(field, 0);
}

function lineEndOf(pieces: readonly Piece[]): string {
  return /^(?:\r\n|\r|\n)/.exec(pieces[0]?.after ?? "")?.[0] ?? "\r";
}

/** Segments with what follows them up to the next one; together they are the message from MSH on. */
function piecesOf(message: Message): Piece[] {
  const { segments, sourceText: text } = message;
  const source = message.toBytes();
  const offsets = byteOffsets(message, source);
  return segments.map((segment, index) => {
    const next = segments[index + 1];
    const [start, end] = [
      index === 0 ? 0 : startOf(segment, text),
      next ? startOf(next, text) : text.length,
    ];
    return {
      name: segment.name,
      before: text.slice(start, segment.start),
      text: segment.text,
      after: text.slice(segment.end, end),
      bytes: offsets && source.subarray(index === 0 ? 0 : offsets(start), offsets(end)),
    };
  });
}

/** Where the line of a segment begins: right behind a line end. */
function startOf(segment: Segment, text: string): number {
  let start = segment.start;
  while (start > 0 && !isLineEnd(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

const isLineEnd = (code: number): boolean => code === 0x0a || code === 0x0d;

/**
 * From a place in the text that follows a line end to its place in the bytes: no charset but the wide ones
 * has the byte of a line end inside of a character, so the nth of them is the nth in both. undefined when
 * that does not hold, so that everything is encoded anew.
 */
function byteOffsets(
  { sourceText: text, charset }: Message,
  source: Uint8Array,
): ((place: number) => number) | undefined {
  if (charset.startsWith("utf-16") || charset.startsWith("utf-32")) return undefined;
  const inText: number[] = [];
  for (let at = 0; at < text.length; at += 1)
    if (isLineEnd(text.charCodeAt(at))) inText.push(at + 1);
  const inBytes: number[] = [];
  for (let at = firstLetter(source); at < source.length; at += 1) {
    if (isLineEnd(source[at] ?? 0)) inBytes.push(at + 1);
  }
  if (inText.length !== inBytes.length) return undefined;
  const known = new Map(inText.map((place, index) => [place, inBytes[index] ?? 0]));
  return (place) => (place === text.length ? source.length : (known.get(place) ?? 0));
}

function firstLetter(source: Uint8Array): number {
  return source.findIndex((byte) => byte === 0x4d);
}
