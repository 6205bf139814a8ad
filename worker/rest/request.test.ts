import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { isTrue, withinRequestTimeout } from "./request.ts";

test("an operation that takes longer than 90 s is answered as timed out", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const answer = withinRequestTimeout(new Promise<never>(() => {}));
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

  assert.equal(await withinRequestTimeout(Promise.resolve(7)), 7);
  await assert.rejects(withinRequestTimeout(Promise.reject(failure)), failure);
});

test("only `true` in any case is true", () => {
  for (const text of ["true", "TRUE", "True"]) assert.equal(isTrue(text), true);
  for (const text of ["", "1", "yes", "false", " true", undefined, null, ["true", "true"]]) {
    assert.equal(isTrue(text), false);
  }
});
