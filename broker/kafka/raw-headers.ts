import type { LogHeaders } from "../record-log.ts";
import type { RawMessage } from "./internals.ts";

/** kafkajs groups the values of equal keys; the order of different keys is kept. */
export function logHeaders(headers: RawMessage["headers"]): LogHeaders {
  return Object.entries(headers ?? {}).flatMap(([key, value]) =>
    [value].flat().map((each) => [key, each ?? null] as const),
  );
}

/** The other way. kafkajs cannot write a null value; it becomes an empty one. */
export function kafkaHeaders(headers: LogHeaders): Record<string, Buffer | Buffer[]> {
  const grouped: Record<string, Buffer | Buffer[]> = {};
  for (const [key, value] of headers) {
    const bytes = Buffer.from(value ?? new Uint8Array());
    const known = grouped[key];
    grouped[key] = known === undefined ? bytes : [...[known].flat(), bytes];
  }
  return grouped;
}
