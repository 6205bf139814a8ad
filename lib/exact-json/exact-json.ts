/**
 * Numbers that keep their digits through JSON: `7.10` stays `7.10`.
 *
 * A number is held as a raw JSON object of the language (JSON.rawJSON), which JSON.stringify writes as
 * it is. Source: ECMAScript, "JSON.parse source text access".
 */
declare global {
  interface JSON {
    rawJSON(text: string): ExactNumber;
    isRawJSON(value: unknown): value is ExactNumber;
  }
}

/** The text of a JSON number, as an object that JSON.stringify writes unquoted. */
export interface ExactNumber {
  readonly rawJSON: string;
}

/** Throws SyntaxError when the text is no JSON number (`007`, `.5`, `1.`). */
export function exactNumber(text: string): ExactNumber {
  if (!/^-?\d/.test(text)) throw new SyntaxError("Not a JSON number");
  return JSON.rawJSON(text);
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return JSON.isRawJSON(value);
}

/** Parses JSON; `numberOf` turns the source text of each number into its value. Throws SyntaxError. */
export function parseExactJson(
  text: string,
  numberOf: (source: string, value: number) => unknown,
): unknown {
  const reviver = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    typeof value === "number" && context?.source !== undefined
      ? numberOf(context.source, value)
      : value;
  return JSON.parse(text, reviver);
}
