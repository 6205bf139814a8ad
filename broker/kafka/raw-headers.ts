import type { LogHeaders } from "../record-log.ts";
import type { RawHeader } from "./internals.ts";

export function logHeaders(headers: readonly RawHeader[]): LogHeaders {
  return headers.map(({ key, value }) => [key, value] as const);
}

/**
 * Headers for a record that kafkajs is to write, in their order.
 *
 * kafkajs takes an object of values by name and turns each list of values into pairs by its `map`. This
 * object has one such list, whose `map` gives all pairs as they are.
 */
export function kafkaHeaders(headers: LogHeaders): Record<string, Buffer[]> {
  if (headers.length === 0) return {};
  const pairs = (): RawHeader[] =>
    headers.map(([key, value]) =>
      value === null ? nullHeader(key) : { key, value: Buffer.from(value) },
    );
  return { all: Object.assign<Buffer[], { map: unknown }>([], { map: pairs }) };
}

/**
 * kafkajs can write null (a length of -1), but first measures the value, and `Buffer.byteLength(null)`
 * throws. So the first read, which measures, gets what is as long.
 */
function nullHeader(key: string): RawHeader {
  let isMeasured = false;
  return {
    key,
    get value() {
      if (isMeasured) return null;
      isMeasured = true;
      return Buffer.alloc(0);
    },
  };
}
