import type { LogHeaders } from "../record-log.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Headers as one blob: for each, key length, key, value length (-1: null), value; 32-bit lengths. */
export function encodeHeaders(headers: LogHeaders): Uint8Array | null {
  if (headers.length === 0) return null;
  const parts = headers.map(([key, value]) => ({ key: encoder.encode(key), value }));
  const size = parts.reduce(
    (sum, { key, value }) => sum + 8 + key.length + (value?.length ?? 0),
    0,
  );
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { key, value } of parts) {
    view.setInt32(at, key.length);
    bytes.set(key, at + 4);
    at += 4 + key.length;
    view.setInt32(at, value === null ? -1 : value.length);
    if (value !== null) bytes.set(value, at + 4);
    at += 4 + (value?.length ?? 0);
  }
  return bytes;
}

export function decodeHeaders(bytes: Uint8Array | null): LogHeaders {
  if (bytes === null) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers: [string, Uint8Array | null][] = [];
  let at = 0;
  while (at < bytes.length) {
    const keyLength = view.getInt32(at);
    const key = decoder.decode(bytes.subarray(at + 4, at + 4 + keyLength));
    at += 4 + keyLength;
    const valueLength = view.getInt32(at);
    at += 4;
    headers.push([key, valueLength < 0 ? null : bytes.slice(at, at + valueLength)]);
    at += Math.max(valueLength, 0);
  }
  return headers;
}
