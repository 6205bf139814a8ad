import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { TaskRestarts } from "./task-restarts.ts";

const policy = { attemptsMax: 3, pauseMaxMs: 3000 };

function restartsOf(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const restarted: number[] = [];
  return { restarted, restarts: new TaskRestarts((task) => void restarted.push(task)) };
}

test("pauses grow up to the longest, and after the last attempt the task stays failed", (t) => {
  const { restarts, restarted } = restartsOf(t);
  const pauses = [0, 1, 2, 3].map(() => {
    const pause = restarts.onFailed(7, policy, 0);
    t.mock.timers.tick(pause ?? 0);
    return pause;
  });

  assert.deepEqual(pauses, [1000, 2000, 3000, undefined]);
  assert.deepEqual(restarted, [7, 7, 7]);
  assert.equal(restarts.count(7), 3);
});

test("without attempts nothing is restarted or counted", (t) => {
  const { restarts } = restartsOf(t);

  assert.equal(restarts.onFailed(0, { ...policy, attemptsMax: 0 }, 0), undefined);
  assert.equal(restarts.count(0), 0);
});

test("a task that ran well for long enough counts anew", (t) => {
  const { restarts } = restartsOf(t);
  restarts.onFailed(0, policy, 0);
  restarts.onRunning(0, 1000);

  assert.equal(restarts.onFailed(0, policy, 5000), 2000);
  restarts.onRunning(0, 10_000);
  assert.equal(restarts.onFailed(0, policy, 10_000 + 10 * 60_000 + 1), 1000);
});

test("a restart or stop by somebody calls off what was to come", (t) => {
  const { restarts, restarted } = restartsOf(t);
  restarts.onFailed(0, policy, 0);

  restarts.forget(0);
  t.mock.timers.tick(10_000);

  assert.deepEqual(restarted, []);
  assert.equal(restarts.count(0), 0);
});
