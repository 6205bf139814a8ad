/*
 * ISO 2022 escape sequences, as far as MSH-18 and MSH-20 name them: an ESC byte and two to three more choose what the
 * bytes after them mean, until the next one or the end of the segment.
 *
 * Source: ISO/IEC 2022, ISO-IR registry, HL7 v2.9 table 0211 and chapter 2.7.3 "Escape sequences supporting multiple
 * character sets".
 */

const ESC = 0x1b;
const CR = 0x0d;
const LF = 0x0a;

/** What the low bytes (33 to 126) are, and what the high ones are when that is designated, too. */
type Low = "ascii" | "katakana" | "jis-0208" | "jis-0212" | "gb-2312" | "ks-1001";

/** After ESC: what becomes of the low bytes. */
const LOW: Readonly<Record<string, Low>> = {
  "(B": "ascii",
  "(J": "ascii", // JIS X 0201 Roman: ASCII but for a yen sign, which is the escape character here
  "(I": "katakana",
  "$@": "jis-0208",
  $B: "jis-0208",
  "$(B": "jis-0208",
  "$(D": "jis-0212",
  $A: "gb-2312",
  "$(A": "gb-2312",
  "$(C": "ks-1001",
};

/** After ESC: the Encoding standard's label for the high bytes. */
const HIGH: Readonly<Record<string, string>> = {
  "-A": "iso-8859-1",
  "-B": "iso-8859-2",
  "-C": "iso-8859-3",
  "-D": "iso-8859-4",
  "-F": "iso-8859-7",
  "-G": "iso-8859-6",
  "-H": "iso-8859-8",
  "-L": "iso-8859-5",
  "-M": "windows-1254",
  "-b": "iso-8859-15",
  ")I": "shift_jis",
  "$)A": "gb18030",
  "$)B": "euc-jp",
  "$)C": "euc-kr",
};

/** A set of 94 by 94 characters as a decoder knows it: with the high bits set, after a prefix for JIS X 0212. */
const DOUBLE: Readonly<Record<string, readonly [label: string, prefix: readonly number[]]>> = {
  "jis-0208": ["euc-jp", []],
  "jis-0212": ["euc-jp", [0x8f]],
  "gb-2312": ["gb18030", []],
  "ks-1001": ["euc-kr", []],
};

/** Whether an ESC byte begins a sequence that is known here. */
export function hasIso2022(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(ESC); at >= 0; at = bytes.indexOf(ESC, at + 1)) {
    if (sequenceAt(bytes, at) !== undefined) return true;
  }
  return false;
}

function sequenceAt(bytes: Uint8Array, at: number): string | undefined {
  for (const length of [2, 3]) {
    const text = String.fromCharCode(...bytes.subarray(at + 1, at + 1 + length));
    if (Object.hasOwn(LOW, text) || Object.hasOwn(HIGH, text)) return text;
  }
  return undefined;
}

/** Decodes bytes with ISO 2022 sequences; `base` decodes what none of them precedes. Never throws. */
export function decodeIso2022(bytes: Uint8Array, base: (run: Uint8Array) => string): string {
  let text = "";
  let low: Low = "ascii";
  let high: string | undefined;
  let start = 0;
  const flush = (end: number): void => {
    if (end > start) text += decodeRun(bytes.subarray(start, end), low, high, base);
    start = end;
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === CR || byte === LF) {
      if (low === "ascii" && high === undefined) continue;
      // Invariant: nothing reaches over a segment's end, so that one forgotten sequence cannot hide the others.
      flush(at);
      [low, high] = ["ascii", undefined];
    } else if (byte === ESC) {
      const sequence = sequenceAt(bytes, at);
      if (sequence === undefined) continue;
      flush(at);
      if (Object.hasOwn(LOW, sequence)) low = LOW[sequence] ?? "ascii";
      else high = HIGH[sequence];
      at += sequence.length;
      start = at + 1;
    }
  }
  flush(bytes.length);
  return text;
}

function decodeRun(
  run: Uint8Array,
  low: Low,
  high: string | undefined,
  base: (run: Uint8Array) => string,
): string {
  if (low === "ascii") return high === undefined ? base(run) : decoderFor(high).decode(run);
  return decodeLow(run, low);
}

/** Low bytes of a set other than ASCII; what is none of it stays ASCII. */
function decodeLow(run: Uint8Array, low: Low): string {
  if (low === "katakana") {
    return Array.from(run, (byte) =>
      String.fromCharCode(byte >= 0x21 && byte <= 0x5f ? 0xff61 + byte - 0x21 : byte),
    ).join("");
  }
  const [label, prefix] = DOUBLE[low] ?? ["euc-jp", []];
  const raised: number[] = [];
  for (let at = 0; at < run.length; at += 1) {
    const [first = 0, second = 0] = [run[at], run[at + 1]];
    if (isGraphic(first) && isGraphic(second)) {
      raised.push(...prefix, first | 0x80, second | 0x80);
      at += 1;
    } else raised.push(first);
  }
  return decoderFor(label).decode(Uint8Array.from(raised));
}

const isGraphic = (byte: number): boolean => (byte & 0x7f) > 0x20 && (byte & 0x7f) < 0x7f;

const decoders = new Map<string, InstanceType<typeof TextDecoder>>();

function decoderFor(label: string): InstanceType<typeof TextDecoder> {
  let decoder = decoders.get(label);
  if (!decoder) decoders.set(label, (decoder = new TextDecoder(label)));
  return decoder;
}

/**
 * Decodes text whose bytes an HL7 escape (`\M2442\`: ESC $ B) says to be of another set. undefined when the
 * sequence, given in hexadecimal digits without its ESC, is not known or keeps the text as it is.
 */
export function decodeDesignated(hex: string, text: string): string | undefined {
  const sequence = String.fromCharCode(
    ...(hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)),
  );
  const low = LOW[sequence];
  if (low === undefined) return Object.hasOwn(HIGH, sequence) ? text : undefined;
  if (low === "ascii") return text;
  // Characters above 255 cannot be bytes of it: somebody has decoded them before.
  if ([...text].some((character) => character > "\u00FF")) return text;
  return decodeLow(
    Uint8Array.from(text, (character) => character.charCodeAt(0)),
    low,
  );
}
