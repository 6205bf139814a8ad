import { decodeDesignated } from "./charset/iso2022.ts";
import type { Delimiters } from "./delimiters.ts";

/**
 * Decodes the escape sequences of a text.
 *
 *   \F\ \S\ \T\ \R\ \E\ \P\   the delimiters themselves (P: truncation, `#` when MSH-2 names none)
 *   \Xhh..\                   bytes, read as UTF-8 when they are, else as ISO 8859-1
 *   \.br\ \.ce\              line feed
 *   \.sp\ \.sp+N\            line feeds
 *   \.sk+N\                  blanks
 *   \.in..\ \.ti..\ \.fi\ \.nf\ \H\ \N\   indents, fill modes, highlighting: how text looks; dropped
 *   \Cxxyy\ \Mxxyyzz\        what follows is of another charset (ISO 2022), until the next of these
 *
 * Other sequences (\Zdd\), and escape characters that begin none, are kept as they are: a value that cannot be
 * understood is not shortened. Source: HL7 v2.9 chapter 2.7 "Use of escape sequences in text".
 */
export function decodeEscapes(text: string, delimiters: Delimiters): string {
  const { escape } = delimiters;
  let start = text.indexOf(escape);
  if (start < 0) return text;
  let decoded = text.slice(0, start);
  /** Charset of literal text, as \C and \M name it; undefined while it is the message's own. */
  let designated: string | undefined;
  while (start >= 0) {
    const end = text.indexOf(escape, start + 1);
    const sequence = end < 0 ? undefined : text.slice(start + 1, end);
    let value = sequence === undefined ? undefined : decodeSequence(sequence, delimiters);
    if (sequence !== undefined && value === undefined && isDesignation(sequence)) {
      designated = sequence.slice(1);
      value = "";
    }
    // Not a sequence: the escape character stands for itself, and the next one may open a real one.
    const after = value === undefined ? start + 1 : end + 1;
    decoded += value ?? escape;
    const next = text.indexOf(escape, after);
    const literal = text.slice(after, next < 0 ? undefined : next);
    decoded += designated === undefined ? literal : decodeDesignated(designated, literal);
    start = next;
  }
  return decoded;
}

function isDesignation(sequence: string): boolean {
  return (
    /^(?:C[0-9A-Fa-f]{4}|M[0-9A-Fa-f]{4,6})$/.test(sequence) &&
    decodeDesignated(sequence.slice(1), "") !== undefined
  );
}

const FORMATTING = /^\.(br|ce|sp|sk|in|ti|fi|nf)\s*([+-]?\d{0,3})$/;

function decodeSequence(sequence: string, delimiters: Delimiters): string | undefined {
  switch (sequence) {
    case "F":
      return delimiters.field;
    case "S":
      return delimiters.component;
    case "T":
      return delimiters.subcomponent;
    case "R":
      return delimiters.repetition;
    case "E":
      return delimiters.escape;
    case "P":
      return delimiters.truncation ?? "#";
    case "H":
    case "N":
      return "";
    default:
  }
  if (/^X(?:[0-9A-Fa-f]{2})+$/.test(sequence)) return decodeHex(sequence.slice(1));
  const [, command, digits = ""] = FORMATTING.exec(sequence) ?? [];
  if (command === undefined) return undefined;
  const count = digits === "" ? 1 : Math.abs(Number(digits));
  switch (command) {
    case "br":
    case "ce":
      return "\n";
    case "sp":
      return "\n".repeat(count);
    case "sk":
      return " ".repeat(count);
    default:
      return "";
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decodeHex(hex: string): string {
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
  try {
    return utf8.decode(bytes);
  } catch {
    return String.fromCharCode(...bytes);
  }
}

/**
 * Escapes a value so that it can stand in any place of a message and read back as itself.
 *
 * Delimiters become sequences, a line end becomes `\.br\` (CR LF is one), and other control characters
 * `\Xhh\`, so that no value can add a field, a segment or the end of a frame. The two characters `""` alone
 * would mean null, so they become `\X2222\`.
 */
export function encodeEscapes(value: string, delimiters: Delimiters): string {
  if (value === '""') return `${delimiters.escape}X2222${delimiters.escape}`;
  let encoded = "";
  for (const character of value.replaceAll("\r\n", "\n")) {
    encoded += encodeCharacter(character, delimiters);
  }
  return encoded;
}

function encodeCharacter(character: string, delimiters: Delimiters): string {
  const { escape } = delimiters;
  switch (character) {
    case delimiters.field:
      return `${escape}F${escape}`;
    case delimiters.component:
      return `${escape}S${escape}`;
    case delimiters.subcomponent:
      return `${escape}T${escape}`;
    case delimiters.repetition:
      return `${escape}R${escape}`;
    case escape:
      return `${escape}E${escape}`;
    case delimiters.truncation:
      return `${escape}P${escape}`;
    case "\n":
    case "\r":
      return `${escape}.br${escape}`;
    default:
  }
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code !== 0x7f) return character;
  return `${escape}X${code.toString(16).toUpperCase().padStart(2, "0")}${escape}`;
}
