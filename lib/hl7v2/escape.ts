import type { Delimiters } from "./delimiters.ts";

/**
 * Decodes the escape sequences of a text.
 *
 *   \F\ \S\ \T\ \R\ \E\ \P\   the delimiters themselves (P: truncation)
 *   \Xhh..\                   bytes, read as UTF-8 when they are, else as ISO 8859-1
 *   \.br\                     line feed
 *   \.sp\ \.spN\              line feeds
 *   \H\ \N\                   highlighting on and off: dropped
 *
 * Other sequences (\Cxxyy\, \Mxxyyzz\, \Zdd\, \.in+4\) and lone escape characters are kept as they are.
 * Source: HL7 v2.9 chapter 2.7 "Use of escape sequences in text".
 */
export function decodeEscapes(text: string, delimiters: Delimiters): string {
  const { escape } = delimiters;
  let start = text.indexOf(escape);
  if (start < 0) return text;
  let decoded = text.slice(0, start);
  while (start >= 0) {
    const end = text.indexOf(escape, start + 1);
    const sequence = end < 0 ? undefined : text.slice(start + 1, end);
    const value = sequence === undefined ? undefined : decodeSequence(sequence, delimiters);
    if (value === undefined) {
      // Not a sequence: the escape character stands for itself, and the next one may open a real one.
      decoded += escape;
      const next = text.indexOf(escape, start + 1);
      decoded += text.slice(start + 1, next < 0 ? undefined : next);
      start = next;
      continue;
    }
    decoded += value;
    const next = text.indexOf(escape, end + 1);
    decoded += text.slice(end + 1, next < 0 ? undefined : next);
    start = next;
  }
  return decoded;
}

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
      return delimiters.truncation;
    case "H":
    case "N":
      return "";
    case ".br":
      return "\n";
    default:
  }
  if (/^X([0-9A-Fa-f]{2})+$/.test(sequence)) return decodeHex(sequence.slice(1));
  const spaces = /^\.sp\+?(\d{0,2})$/.exec(sequence);
  if (spaces) return "\n".repeat(spaces[1] === "" ? 1 : Number(spaces[1]));
  return undefined;
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
 * Delimiters become sequences, a line end becomes `\.br\`, and other control characters `\Xhh\`, so that
 * no value can add a field, a segment or the end of a frame.
 */
export function encodeEscapes(value: string, delimiters: Delimiters): string {
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
