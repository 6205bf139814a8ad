import { decodeBytes } from "./charset/charset.ts";
import { encodeText } from "./charset/encode.ts";
import { wideEncoding } from "./charset/wide.ts";

const CR = 0x0d;
const LF = 0x0a;

/** Says where an envelope's segments are: they frame messages and hold none. */
const ENVELOPE: ReadonlySet<string> = new Set(["FHS", "BHS", "BTS", "FTS"]);

/** Whether the bytes begin a file or batch instead of a message. */
export function isBatch(input: Uint8Array): boolean {
  const name = wideEncoding(input)
    ? decodeBytes(input).text.trimStart().slice(0, 3)
    : nameAt(input, firstLetter(input));
  return name === "FHS" || name === "BHS";
}

/**
 * The messages of a file (FHS … FTS), a batch (BHS … BTS) or a plain row of messages, in order, as
 * views of the input. Segments before the first MSH and those of the envelope belong to none.
 *
 * Source: HL7 v2.9 chapter 2.10.3 "Batch protocol".
 */
export function* splitBatch(input: Uint8Array): Generator<Uint8Array> {
  const wide = wideEncoding(input);
  if (wide) {
    yield* splitWide(input, wide.label);
    return;
  }
  let messageStart = -1;
  let lineStart = firstLetter(input);
  while (lineStart < input.length) {
    const name = nameAt(input, lineStart);
    if (name === "MSH" || ENVELOPE.has(name)) {
      if (messageStart >= 0) yield input.subarray(messageStart, lineStart);
      messageStart = name === "MSH" ? lineStart : -1;
    }
    let end = lineStart;
    while (end < input.length && input[end] !== CR && input[end] !== LF) end += 1;
    while (end < input.length && (input[end] === CR || input[end] === LF)) end += 1;
    lineStart = end;
  }
  if (messageStart >= 0) yield input.subarray(messageStart);
}

/** The same for UTF-16 and UTF-32, which nothing but files uses: copies instead of views. */
function* splitWide(input: Uint8Array, label: string): Generator<Uint8Array> {
  const { text } = decodeBytes(input);
  const messages = [...splitBatch(new TextEncoder().encode(text))];
  if (messages.length === 1 && text.trimStart().startsWith("MSH")) yield input;
  else for (const message of messages) yield encodeText(new TextDecoder().decode(message), label);
}

function firstLetter(input: Uint8Array): number {
  let start = input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf ? 3 : 0;
  while (start < input.length && (input[start] ?? 0) <= 0x20) start += 1;
  return start;
}

function nameAt(input: Uint8Array, at: number): string {
  return String.fromCharCode(...input.subarray(at, at + 3));
}
