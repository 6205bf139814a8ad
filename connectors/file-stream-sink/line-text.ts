import { jsonText } from "#connect-api";

const decoder = new TextDecoder();

/**
 * A value as one line: text as it is, bytes as UTF-8, everything else as JSON (a struct as its fields,
 * bytes within as base64), so that JSON values give NDJSON. Line ends inside of text become blanks, because a line is a record; JSON has none.
 *
 * Kafka's sink writes Java's toString of maps and structs (`{a=1}`), which no program reads.
 */
export function lineText(value: unknown): string {
  if (typeof value === "string") return oneLine(value);
  if (value instanceof Uint8Array) return oneLine(decoder.decode(value));
  return jsonText(value);
}

function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replaceAll(/\r\n|[\r\n]/g, " ") : text;
}
