import assert from "node:assert/strict";
import { test } from "node:test";
import { SampledWindow, StateTimes, shareOf } from "./index.ts";

/** A window of two samples of 30 s on a clock that the test moves. */
function windowAt(start = 0) {
  const clock = { now: start };
  return { clock, window: new SampledWindow({ sampleMs: 30_000, samples: 2 }, () => clock.now) };
}

test("average, largest and smallest are those of the samples that are kept", () => {
  const { clock, window } = windowAt();
  window.record(10);
  clock.now = 30_000;
  window.record(2);
  window.record(4);

  assert.deepEqual([window.avg, window.max, window.min, window.count], [16 / 3, 10, 2, 3]);
  clock.now = 60_000;
  assert.deepEqual([window.avg, window.max, window.min, window.count], [3, 4, 2, 2]);
});

test("without anything in its time a window has no average, and no share of successes", () => {
  const { clock, window } = windowAt();
  assert.deepEqual([window.avg, window.max, window.min, shareOf(window)], [NaN, NaN, NaN, 0]);
  window.record(1);
  assert.equal(shareOf(window), 1);

  clock.now = 90_000;

  assert.deepEqual([window.avg, window.max, window.min, shareOf(window)], [NaN, NaN, NaN, 0]);
});

test("the rate is per second, over the time since the oldest sample and those that are missing", () => {
  const { clock, window } = windowAt();
  assert.equal(window.rate, 0);
  clock.now = 10_000;
  window.record(300);

  // One full sample of 30 s is missing, as in Kafka's Rate.
  clock.now = 20_000;
  assert.equal(window.rate, 300 / 40);
  clock.now = 40_000;
  window.record(300);
  clock.now = 60_000;
  assert.equal(window.rate, 600 / 50);
});

test("shares of time add up over the states that something was in", () => {
  const clock = { now: 0 };
  const times = new StateTimes(() => clock.now);
  assert.equal(times.share("RUNNING"), 0);
  times.enter("UNASSIGNED");
  assert.equal(times.share("UNASSIGNED"), 1);
  clock.now = 10;
  times.enter("RUNNING");
  clock.now = 60;
  times.enter("PAUSED");
  clock.now = 100;

  assert.deepEqual(
    ["UNASSIGNED", "RUNNING", "PAUSED", "FAILED"].map((state) => times.share(state)),
    [0.1, 0.5, 0.4, 0],
  );
});
