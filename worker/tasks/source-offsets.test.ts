import assert from "node:assert/strict";
import { test } from "node:test";
import { SourceOffsets } from "./source-offsets.ts";

const F = { file: "f" };
const G = { file: "g" };

test("each offset is given once, and only up to the first one that is not acknowledged", () => {
  const offsets = new SourceOffsets();
  const [one, two, three] = [1, 2, 3].map((offset) => offsets.submit(F, { offset }));

  one?.();
  three?.();
  assert.deepEqual(offsets.committable(), [[F, { offset: 1 }]]);
  assert.deepEqual(offsets.committable(), []);
  two?.();
  assert.deepEqual(offsets.committable(), [[F, { offset: 3 }]]);
});

test("a partition that is stuck holds back no other", () => {
  const offsets = new SourceOffsets();
  offsets.submit(F, { offset: 1 });

  offsets.submit(G, { offset: 9 })();

  assert.deepEqual(offsets.committable(), [[G, { offset: 9 }]]);
});

test("an offset put back never replaces a newer one", () => {
  const offsets = new SourceOffsets();
  offsets.submit(F, { offset: 1 })();
  const failed = offsets.committable();
  const acknowledge = offsets.submit(F, { offset: 2 });

  offsets.putBack(failed);
  assert.deepEqual(offsets.committable(), [[F, { offset: 1 }]]);
  offsets.putBack(failed);
  acknowledge();

  assert.deepEqual(offsets.committable(), [[F, { offset: 2 }]]);
});

test("a record without partition or offset counts for nothing", () => {
  const offsets = new SourceOffsets();

  offsets.submit(null, { offset: 1 })();
  offsets.submit(F, null)();

  assert.deepEqual(offsets.committable(), []);
});
