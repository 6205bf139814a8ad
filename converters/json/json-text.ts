import { jacksonText } from "#lib/exact-json";

/** The text of JSON's parts, as Jackson writes them. */

const NEEDS_ESCAPE = /["\\\0-\x1f\ud800-\udfff]/;

/** Short texts, which most are, are looked at sooner than a pattern is started. */
const SHORT = 32;

function isPlain(text: string): boolean {
  if (text.length > SHORT) return !NEEDS_ESCAPE.test(text);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0xd800 && code <= 0xdfff)) {
      return false;
    }
  }
  return true;
}

/** A string in quotes. */
export function stringText(text: string): string {
  return isPlain(text) ? `"${text}"` : jacksonText(JSON.stringify(text));
}

/** A number; what JSON has no number for stands in quotes. */
export function numberJson(text: string): string {
  return text === "NaN" || text.endsWith("Infinity") ? `"${text}"` : text;
}
