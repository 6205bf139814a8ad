import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { FakeHerder } from "./fixtures/fake-herder.ts";
import { isTrue, requestTimeout } from "./request.ts";

const herder = new FakeHerder();

for (const [stage, text] of [
  [
    { description: "reading", startedAt: 0 },
    "Request timed out. The worker is currently reading, which began at 1970-01-01T00:00:00.000Z.",
  ],
  [
    { description: "reading", startedAt: 0, completedAt: 1000 },
    "Request timed out. The last operation the worker completed was reading, which began at 1970-01-01T00:00:00.000Z and completed at 1970-01-01T00:00:01.000Z.",
  ],
] as const) {
  test(`a time-out says what the worker did: ${text}`, async () => {
    const busy = Object.assign(new FakeHerder(), { stage });

    const answer = requestTimeout(busy, 1)(new Promise<never>(() => {}));

    await assert.rejects(answer, { name: "HerderError", status: 500, message: text });
  });
}

test("an operation that takes longer than 90 s is answered as timed out", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const answer = requestTimeout(herder)(new Promise<never>(() => {}));
  let isSettled = false;
  answer.catch(() => {
    isSettled = true;
  });

  t.mock.timers.tick(89_999);
  await turn();
  assert.equal(isSettled, false);
  t.mock.timers.tick(1);

  await assert.rejects(answer, { name: "HerderError", status: 500, message: "Request timed out" });
});

test("an operation that ends in time gives its result, or its own failure", async () => {
  const failure = new Error("its own");

  assert.equal(await requestTimeout(herder)(Promise.resolve(7)), 7);
  await assert.rejects(requestTimeout(herder)(Promise.reject(failure)), failure);
});

test("only `true` in any case is true", () => {
  for (const text of ["true", "TRUE", "True"]) assert.equal(isTrue(text), true);
  for (const text of ["", "1", "yes", "false", " true", undefined, null, ["true", "true"]]) {
    assert.equal(isTrue(text), false);
  }
});
