import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "#test/support/ask";
import { serve, testRows } from "../fixtures/rest-rows.ts";

const unhealthy = {
  status: "unhealthy",
  message: "Worker was unable to handle this request and may be unable to handle other requests.",
};

testRows("a worker that answers is healthy", [
  {
    path: "/health",
    status: 200,
    answer: {
      status: "healthy",
      message: "Worker has completed startup and is ready to handle requests.",
    },
  },
]);

test("a worker whose runtime fails is unhealthy", async (t) => {
  const { url, herder } = await serve(t);
  herder.onPing = () => Promise.reject(new Error("the runtime ended"));

  const answer = await ask(url, { path: "/health" });

  assert.equal(answer.status, 500);
  assert.deepEqual(JSON.parse(answer.text), unhealthy);
});

test("a worker whose runtime does not answer within 10 s is unhealthy", async (t) => {
  const { url, herder } = await serve(t);
  const asked = new Promise<void>((resolve) => {
    herder.onPing = () => {
      resolve();
      return new Promise<void>(() => {});
    };
  });
  t.mock.timers.enable({ apis: ["setTimeout"] });

  let isAnswered = false;
  const answering = ask(url, { path: "/health" }).finally(() => {
    isAnswered = true;
  });
  await asked;
  t.mock.timers.tick(9_999);
  // Another answer arrives meanwhile, so this one had the time to.
  await ask(url, { path: "/" });
  assert.equal(isAnswered, false);
  t.mock.timers.tick(1);
  const answer = await answering;

  assert.equal(answer.status, 500);
  assert.deepEqual(JSON.parse(answer.text), unhealthy);
});
