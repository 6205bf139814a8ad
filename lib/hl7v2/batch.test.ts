import assert from "node:assert/strict";
import { test } from "node:test";
import { isBatch, splitBatch } from "./batch.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const split = (text: string): string[] =>
  [...splitBatch(bytes(text))].map((message) => new TextDecoder().decode(message));

test("a file is split into its messages, without the envelope", () => {
  const file = "FHS|^~\\&\rBHS|^~\\&\rMSH|1\rPID|1\rMSH|2\rBTS|2\rBHS|^~\\&\rMSH|3\rBTS|1\rFTS|2\r";

  assert.equal(isBatch(bytes(file)), true);
  assert.deepEqual(split(file), ["MSH|1\rPID|1\r", "MSH|2\r", "MSH|3\r"]);
});

test("messages in a row without an envelope are split too", () => {
  assert.equal(isBatch(bytes("MSH|1\n")), false);
  assert.deepEqual(split("\n MSH|1\nPID|1\n\nMSH|2\n"), ["MSH|1\nPID|1\n\n", "MSH|2\n"]);
});

test("an envelope without messages has none", () => {
  assert.deepEqual(split("FHS|^~\\&\rFTS|0\r"), []);
});
