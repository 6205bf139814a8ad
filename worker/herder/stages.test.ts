import assert from "node:assert/strict";
import { test } from "node:test";
import { Stages } from "./stages.ts";

test("of several stages the one that began last and runs is told, then the one that ended last", async () => {
  const stages = new Stages();
  const [outer, inner] = [Promise.withResolvers<number>(), Promise.withResolvers<void>()];
  const told = (): readonly unknown[] => {
    const { description, completedAt } = stages.current ?? {};
    return [description, completedAt !== undefined];
  };
  assert.deepEqual(told(), [undefined, false]);

  const first = stages.during("writing", () => outer.promise);
  const second = stages.during("reading", () => inner.promise);
  assert.deepEqual(told(), ["reading", false]);
  inner.reject(new Error("its own"));
  await assert.rejects(second, /its own/);
  assert.deepEqual(told(), ["writing", false]);
  outer.resolve(7);

  assert.equal(await first, 7);
  assert.deepEqual(told(), ["writing", true]);
});
