import assert from "node:assert/strict";
import { test } from "node:test";
import { murmur2, partitionOf } from "./murmur2.ts";

// Expected values: org.apache.kafka.common.utils.UtilsTest.testMurmur2.
const vectors: readonly (readonly [text: string, hash: number])[] = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107],
];

for (const [text, hash] of vectors) {
  test(`murmur2 of "${text}" is what Kafka's Java producer computes`, () => {
    assert.equal(murmur2(new TextEncoder().encode(text)), hash);
  });
}

test("a partition is never negative", () => {
  assert.equal(partitionOf(new TextEncoder().encode("21"), 8), (-973932308 & 0x7fffffff) % 8);
});
