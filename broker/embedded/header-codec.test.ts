import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogHeaders } from "../record-log.ts";
import { decodeHeaders, encodeHeaders } from "./header-codec.ts";

const cases: Readonly<Record<string, LogHeaders>> = {
  "no headers": [],
  "an absent value": [["a", null]],
  "an empty value": [["a", new Uint8Array(0)]],
  "an empty key": [["", Uint8Array.of(1)]],
  "a key beyond ASCII": [["größe", Uint8Array.of(1, 2)]],
  "a repeated key": [
    ["a", Uint8Array.of(1)],
    ["b", null],
    ["a", Uint8Array.of(2)],
  ],
};

for (const [name, headers] of Object.entries(cases)) {
  test(`${name}: headers come back as they were`, () => {
    assert.deepEqual(decodeHeaders(encodeHeaders(headers)), headers);
  });
}

test("headers are found in bytes that lie inside a larger buffer", () => {
  const encoded = encodeHeaders([["a", Uint8Array.of(7)]]) as Uint8Array;
  const larger = new Uint8Array(encoded.length + 10);
  larger.set(encoded, 5);

  assert.deepEqual(decodeHeaders(larger.subarray(5, 5 + encoded.length)), [
    ["a", Uint8Array.of(7)],
  ]);
});
