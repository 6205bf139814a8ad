import assert from "node:assert/strict";
import { test } from "node:test";
import { Dispatcher } from "./dispatcher.ts";
import { Pace, jitter } from "./pace.ts";

const backoff = { minMs: 100, maxMs: 10_000 };

test("the limit begins with one, grows by one each round, and a throttled answer halves it", () => {
  let now = 0;
  const pace = new Pace({ inFlightMax: 8, backoff, now: () => now });
  const limits = [pace.limit];
  for (let answer = 0; answer < 6; answer += 1) {
    pace.succeeded();
    limits.push(pace.limit);
  }
  pace.slowDown(1000);
  const halved = pace.limit;
  // Others that were under way tell of the same.
  pace.slowDown(1000);
  now = 1000;

  assert.deepEqual(limits, [1, 2, 2, 3, 3, 3, 4]);
  assert.equal(halved, 2);
  assert.equal(pace.limit, 2);
  assert.ok(pace.mayStart());
});

test("GH-5 after Retry-After 7 nothing starts before 7 seconds", () => {
  let now = 0;
  const pace = new Pace({ inFlightMax: 8, backoff, now: () => now });

  pace.slowDown(7000);

  now = 6999;
  assert.equal(pace.mayStart(), false);
  assert.equal(pace.pauseMs, 1);
  now = 7000;
  assert.ok(pace.mayStart());
});

test("GH-5 without Retry-After the pause is a random part of a growing whole", () => {
  assert.deepEqual(
    [0, 1, 2, 20].map((attempt) => jitter(attempt, backoff, () => 1)),
    [100, 200, 400, 10_000],
  );
  assert.equal(
    jitter(3, backoff, () => 0.25),
    200,
  );
});

test("GH-5 a dispatcher sends nothing within the pause, and then goes on by itself", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  const sent: number[] = [];
  const dispatcher = new Dispatcher<{ readonly key: string; readonly bytes: number }>({
    inFlightMax: 4,
    backoff,
    now: () => now,
    request: { entriesMax: 10, bytesMax: 1000 },
    async work([waiting]) {
      sent.push(now);
      if (!waiting) return;
      if (sent.length === 1) {
        dispatcher.pace.slowDown(7000);
        dispatcher.putOff(waiting, 0);
      } else {
        dispatcher.done(waiting);
      }
    },
    failed: (error) => assert.fail(error),
  });
  dispatcher.add([{ key: "a", bytes: 1 }]);
  await new Promise(setImmediate);
  now = 6999;
  t.mock.timers.tick(6999);
  await new Promise(setImmediate);
  const before = [...sent];

  now = 7000;
  t.mock.timers.tick(1);
  await new Promise(setImmediate);

  assert.deepEqual(before, [0]);
  assert.deepEqual(sent, [0, 7000]);
  assert.equal(dispatcher.buffered.count, 0);
});
