import { decodeBytes } from "./charset/charset.ts";
import { DEFAULT_DELIMITERS, readDelimiters } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import { Segment } from "./segment.ts";

const CR = 0x0d;
const LF = 0x0a;
const STEP_BYTES = 64 * 1024;
const MARK = [0xef, 0xbb, 0xbf] as const;

export type EnvelopeName = "FHS" | "BHS" | "BTS" | "FTS";

/** What a file or batch consists of, in its order. */
export type BatchEvent =
  | {
      readonly kind: "message";
      /** From MSH to its last line end; a copy that nobody else holds. */
      readonly bytes: Uint8Array;
      /** Counted from 1 in the whole file. */
      readonly number: number;
    }
  | { readonly kind: "envelope"; readonly name: EnvelopeName; readonly segment: Segment }
  | { readonly kind: "problem"; readonly code: BatchProblem; readonly text: string };

export type BatchProblem =
  | "HL7_BATCH_COUNT_WRONG"
  | "HL7_BATCH_TRAILER_MISSING"
  | "HL7_MESSAGE_TOO_LARGE"
  | "HL7_BATCH_TEXT_OUTSIDE";

export interface BatchReaderOptions {
  /** A message of more bytes is left out and reported; so is anything else without an end. Default 64 MiB. */
  readonly messageBytesMax?: number;
}

/**
 * Reads a file (FHS … FTS), a batch (BHS … BTS) or a plain row of messages as it comes, in pieces of any size. It
 * holds one message at a time, however long the file is.
 *
 *   for await (const chunk of stream) for (const event of reader.push(chunk)) …
 *   for (const event of reader.end()) …
 *
 * Counts in BTS-1 and FTS-1 are checked, and missing trailers and text outside of messages reported; none of that
 * stops the reading. Source: HL7 v2.9 chapter 2.10.3 "Batch protocol".
 */
export class BatchReader {
  readonly #messageBytesMax: number;
  /** Bytes that belong to no event yet; only the first `#length` count. */
  #buffer = new Uint8Array(4096);
  #length = 0;
  /** Where the line that is read now begins. */
  #lineStart = 0;
  /** How far line ends have been looked for. */
  #scanned = 0;
  #isFirst = true;
  /** What the lines in the buffer are. */
  #inside: "message" | "nothing" | "oversized" = "nothing";
  #delimiters: Delimiters = DEFAULT_DELIMITERS;
  readonly #counts = { messages: 0, inBatch: 0, batches: 0 };
  #openFile = false;
  #openBatch = false;

  constructor({ messageBytesMax = 64 * 1024 * 1024 }: BatchReaderOptions = {}) {
    this.#messageBytesMax = messageBytesMax;
  }

  *push(chunk: Uint8Array): Generator<BatchEvent> {
    // In small steps: what is left after a message is moved to the front, so a large rest would cost each time.
    for (let at = 0; at < chunk.length; at += STEP_BYTES) {
      this.#append(chunk.subarray(at, at + STEP_BYTES));
      yield* this.#lines(false);
      if (this.#length > this.#messageBytesMax) yield* this.#overflow();
    }
  }

  /** The rest, after the last piece. */
  *end(): Generator<BatchEvent> {
    yield* this.#lines(true);
    yield* this.#flush(this.#length);
    if (this.#openBatch) yield problem("HL7_BATCH_TRAILER_MISSING", "BHS has no BTS");
    if (this.#openFile) yield problem("HL7_BATCH_TRAILER_MISSING", "FHS has no FTS");
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }

  *#lines(isLast: boolean): Generator<BatchEvent> {
    for (;;) {
      if (this.#isFirst && !this.#skipMark(isLast)) return;
      let end = this.#scanned;
      while (end < this.#length && this.#buffer[end] !== CR && this.#buffer[end] !== LF) end += 1;
      this.#scanned = end;
      // A line is judged when it has ended: its name may come in two pieces, and BTS holds a count.
      if (end === this.#length && !isLast) return;
      if (end === this.#lineStart && end === this.#length) return;
      yield* this.#line(end);
      if (this.#scanned >= this.#length) return;
    }
  }

  /** Passes over a byte order mark and blanks before the first line; false when more may come. */
  #skipMark(isLast: boolean): boolean {
    if (this.#length < MARK.length && !isLast) return false;
    if (MARK.every((byte, index) => this.#buffer[index] === byte)) this.#drop(MARK.length);
    let blanks = 0;
    while (blanks < this.#length && (this.#buffer[blanks] ?? 0) <= 0x20) blanks += 1;
    this.#drop(blanks);
    this.#isFirst = this.#length === 0;
    return !this.#isFirst;
  }

  /** A whole line, from #lineStart to `end`; the bytes before it belong to the message that is open. */
  *#line(end: number): Generator<BatchEvent> {
    const start = this.#lineStart;
    const name = String.fromCharCode(...this.#buffer.subarray(start, Math.min(start + 3, end)));
    const next = Math.min(end + 1, this.#length);
    if (name === "MSH") {
      yield* this.#flush(start);
      this.#inside = "message";
      this.#lineStart = this.#scanned = next - start;
    } else if (name === "FHS" || name === "BHS" || name === "BTS" || name === "FTS") {
      yield* this.#flush(start);
      const { text } = decodeBytes(this.#buffer.subarray(0, end - start));
      this.#drop(next - start);
      yield* this.#envelope(name, text);
    } else if (this.#inside === "message") {
      this.#lineStart = this.#scanned = next;
    } else {
      const isBlank = this.#buffer.subarray(start, end).every((byte) => byte <= 0x20);
      const isReported = !isBlank && this.#inside === "nothing";
      this.#drop(next);
      if (isReported)
        yield problem("HL7_BATCH_TEXT_OUTSIDE", "Text that belongs to no message was left out");
    }
  }

  /** Ends the message that is open, if there is one, before `end`; what follows moves to the front. */
  *#flush(end: number): Generator<BatchEvent> {
    const wasMessage = this.#inside === "message" && end > 0;
    const isTooLarge = end > this.#messageBytesMax;
    const bytes = wasMessage && !isTooLarge ? this.#buffer.slice(0, end) : undefined;
    this.#inside = "nothing";
    this.#drop(end);
    if (!wasMessage) return;
    this.#counts.inBatch += 1;
    if (!bytes) {
      yield problem("HL7_MESSAGE_TOO_LARGE", TOO_LARGE);
      return;
    }
    this.#counts.messages += 1;
    yield { kind: "message", bytes, number: this.#counts.messages };
  }

  /** Forgets the bytes before `count`. */
  #drop(count: number): void {
    this.#buffer.copyWithin(0, count, this.#length);
    this.#length -= count;
    this.#lineStart = 0;
    this.#scanned = 0;
  }

  *#overflow(): Generator<BatchEvent> {
    const isReported = this.#inside !== "oversized";
    this.#inside = "oversized";
    // What is left is the line that is open: if it is the one that never ends, it goes, too.
    this.#drop(
      this.#length - this.#lineStart > this.#messageBytesMax ? this.#length : this.#lineStart,
    );
    if (!isReported) return;
    this.#counts.inBatch += 1;
    yield problem("HL7_MESSAGE_TOO_LARGE", TOO_LARGE);
  }

  *#envelope(name: EnvelopeName, text: string): Generator<BatchEvent> {
    if (name === "FHS" || name === "BHS") this.#delimiters = delimitersOf(text);
    const segment = new Segment(text, 0, this.#delimiters);
    switch (name) {
      case "FHS":
        this.#openFile = true;
        this.#counts.batches = 0;
        break;
      case "BHS":
        if (this.#openBatch) yield problem("HL7_BATCH_TRAILER_MISSING", "BHS has no BTS");
        this.#openBatch = true;
        this.#counts.inBatch = 0;
        this.#counts.batches += 1;
        break;
      case "BTS":
        yield* this.#check(segment, "BTS-1", this.#counts.inBatch);
        this.#openBatch = false;
        break;
      case "FTS":
        if (this.#openBatch) yield problem("HL7_BATCH_TRAILER_MISSING", "BHS has no BTS");
        this.#openBatch = false;
        yield* this.#check(segment, "FTS-1", this.#counts.batches);
        this.#openFile = false;
    }
    yield { kind: "envelope", name, segment };
  }

  *#check(segment: Segment, place: string, counted: number): Generator<BatchEvent> {
    const { value } = segment.field(1);
    if (value === "" || Number(value) === counted) return;
    yield problem("HL7_BATCH_COUNT_WRONG", `${place} differs from the ${counted} that were read`);
  }
}

const TOO_LARGE = "A message above the limit of bytes was left out";

function problem(code: BatchProblem, text: string): BatchEvent {
  return { kind: "problem", code, text };
}

/** Of an envelope's own; the default ones where they cannot be used, because its messages have theirs. */
function delimitersOf(text: string): Delimiters {
  try {
    return readDelimiters(text);
  } catch {
    return DEFAULT_DELIMITERS;
  }
}
