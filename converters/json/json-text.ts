/** The text of JSON's parts, as Jackson writes them. */

const NEEDS_ESCAPE = /["\\\0-\x1f\ud800-\udfff]/;

/** A string in quotes. Jackson writes escapes with capital digits. */
export function stringText(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(/\\(?:u00[01][0-9a-f]|.)/g, (escape) =>
    escape.startsWith("\\u00") ? `\\u${escape.slice(2).toUpperCase()}` : escape,
  );
}

/** A number; what JSON has no number for stands in quotes. */
export function numberJson(text: string): string {
  return text === "NaN" || text.endsWith("Infinity") ? `"${text}"` : text;
}
