import type { ConnectRecord } from "./record.ts";

const decoder = new TextDecoder();

/** The key as text, whether a converter read it as text or left its bytes; undefined for any other key. */
export function keyText({ key }: Pick<ConnectRecord, "key">): string | undefined {
  return textOf(key);
}

/** The last header of that name as text, likewise. */
export function headerText(
  { headers }: Pick<ConnectRecord, "headers">,
  name: string,
): string | undefined {
  return textOf(headers.last(name)?.value);
}

function textOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return decoder.decode(value);
  return typeof value === "string" ? value : undefined;
}
