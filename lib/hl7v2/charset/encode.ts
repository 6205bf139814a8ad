import { decoderOf } from "./charset.ts";

/** A character that the charset of a message does not have. The message holds no value of it. */
export class Hl7EncodeError extends Error {
  override readonly name = "Hl7EncodeError";
  readonly code = "HL7_CHARSET_UNENCODABLE";

  constructor(charset: string) {
    super(`A value has a character that the message's charset ${charset} does not have`);
  }
}

/** Code units of the Encoding standard's table for a label, to the bytes that decode to them. */
const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

/**
 * Encodes text in a charset by its label, as decodeBytes names it.
 *
 * Throws Hl7EncodeError for a character that the charset does not have: a question mark in its place would
 * be another value.
 */
export function encodeText(text: string, charset: string): Uint8Array {
  if (charset === "utf-8") return new TextEncoder().encode(text);
  if (charset.startsWith("utf-16") || charset.startsWith("utf-32"))
    return encodeWide(text, charset);
  const bytes: number[] = [];
  let table: ReadonlyMap<string, readonly number[]> | undefined;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const encoded = (table ??= tableOf(charset)).get(character);
    if (!encoded) throw new Hl7EncodeError(charset);
    for (const byte of encoded) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function tableOf(charset: string): ReadonlyMap<string, readonly number[]> {
  const known = tables.get(charset);
  if (known) return known;
  const table = new Map<string, readonly number[]>();
  const add = (...bytes: readonly number[]): void => {
    const character = decodeOrNothing(charset, bytes);
    if (!table.has(character) && [...character].length === 1 && character !== "\uFFFD") {
      table.set(character, bytes);
    }
  };
  for (let first = 0x80; first <= 0xff; first += 1) add(first);
  if (MULTI_BYTE.has(charset)) {
    for (let first = 0x81; first <= 0xfe; first += 1) {
      for (let second = 0x30; second <= 0xfe; second += 1) add(first, second);
    }
  }
  tables.set(charset, table);
  return table;
}

/** Charsets of the Encoding standard with up to two bytes per character that are looked for here. */
const MULTI_BYTE: ReadonlySet<string> = new Set([
  "shift_jis",
  "euc-jp",
  "euc-kr",
  "big5",
  "gb18030",
  "gbk",
]);

function decodeOrNothing(charset: string, bytes: readonly number[]): string {
  try {
    return decoderOf(charset).decode(Uint8Array.from(bytes));
  } catch {
    // A pseudo charset, such as ISO 2022, has no table: nothing but ASCII can be written in it.
    return "";
  }
}

function encodeWide(text: string, charset: string): Uint8Array {
  const isLittleEndian = charset.endsWith("le");
  if (charset.startsWith("utf-16")) {
    const view = new DataView(new ArrayBuffer(text.length * 2));
    for (let at = 0; at < text.length; at += 1) {
      view.setUint16(at * 2, text.charCodeAt(at), isLittleEndian);
    }
    return new Uint8Array(view.buffer);
  }
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const view = new DataView(new ArrayBuffer(points.length * 4));
  for (const [index, point] of points.entries()) view.setUint32(index * 4, point, isLittleEndian);
  return new Uint8Array(view.buffer);
}
