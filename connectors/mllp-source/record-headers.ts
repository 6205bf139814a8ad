import { Headers, STRING_SCHEMA } from "#connect-api";
import type { Header } from "#connect-api";

/** Headers with text, in order, without the empty ones. */
export function textHeaders(values: readonly (readonly [key: string, value: string])[]): Headers {
  const headers: Header[] = [];
  for (const [key, value] of values) {
    if (value !== "") headers.push({ key, schema: STRING_SCHEMA, value });
  }
  return new Headers(headers);
}
