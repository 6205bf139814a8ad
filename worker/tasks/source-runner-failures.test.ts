import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { ConnectError, DataError, RetriableError, SourceRecord } from "#connect-api";
import type { RecordLogError } from "#broker";
import {
  FakeSource,
  recordOf,
  recordsOf,
  scriptedLog,
  sourceHarness,
} from "../fixtures/fake-source.ts";
import { Happenings, transformationOf } from "../fixtures/task-harness.ts";

test("what the log refuses for now is sent again until the log takes it", async (t) => {
  const log = scriptedLog();
  const { start, values, states } = await sourceHarness(t, { wrap: log.wrap });
  const task = new FakeSource();
  start(task);
  task.give(recordOf("a", 1));

  (await log.sends.atLeast(1))[0]?.refuse(true);
  (await log.sends.atLeast(2))[1]?.refuse(true);
  (await log.sends.atLeast(3))[2]?.pass();
  await task.fates.atLeast(1);

  assert.deepEqual(await values("out"), ["a"]);
  assert.deepEqual(
    task.fates.all.map(({ metadata }) => metadata?.offset),
    [0],
  );
  assert.deepEqual(states, ["RUNNING"]);
});

test("a record that is refused late still comes before those dispatched after it", async (t) => {
  const log = scriptedLog();
  const { start, values } = await sourceHarness(t, { wrap: log.wrap });
  const task = new FakeSource();
  start(task);
  task.give(...recordsOf("a", "b"));
  const [a, b] = await log.sends.atLeast(2);
  await task.polls.atLeast(2);

  // The poll under way hands out c when a was refused already, and b not yet.
  a?.refuse(true);
  await delay(0);
  task.give(recordOf("c", 3));
  await delay(0);
  b?.refuse(true);
  await delay(0);
  log.open();
  await task.fates.atLeast(3);

  assert.deepEqual(await values("out"), ["a", "b", "c"]);
});

const picky = {
  transformations: {
    Picky: transformationOf((record) => {
      if (record.value === "bad") throw new DataError("REFUSED", "It is refused");
      return record;
    }),
  },
};
const pickyProps = { transforms: "picky", "transforms.picky.type": "Picky" };

test("under tolerance all a bad record is skipped, told so, and a dead letter", async (t) => {
  const { start, values } = await sourceHarness(t, {
    props: {
      ...pickyProps,
      "errors.tolerance": "all",
      "errors.deadletterqueue.topic.name": "dlq",
    },
    plugins: picky,
  });
  const task = new FakeSource();
  task.give(...recordsOf("bad", "good"));

  start(task);
  await task.fates.atLeast(2);

  assert.deepEqual(
    task.fates.all.map(({ value, metadata, reason }) => [value, metadata?.offset, reason]),
    [
      ["bad", undefined, "SKIPPED"],
      ["good", 0, undefined],
    ],
  );
  assert.deepEqual(await values("out"), ["good"]);
  assert.deepEqual(await values("dlq"), ["bad"]);
});

test("the dead letter of a source's record that is no text still holds it, and is made once", async (t) => {
  const { start, values } = await sourceHarness(t, {
    props: {
      transforms: "refuse",
      "transforms.refuse.type": "Refuse",
      "errors.tolerance": "all",
      "errors.deadletterqueue.topic.name": "dlq",
    },
    plugins: {
      transformations: {
        Refuse: transformationOf(() => {
          throw new DataError("REFUSED", "It is refused");
        }),
      },
    },
  });
  const task = new FakeSource();
  task.give(new SourceRecord({ topic: "out", value: { id: 7n, tags: ["a"] } }));

  start(task);
  await task.fates.atLeast(1);

  assert.deepEqual(await values("dlq"), ['{"id":7,"tags":["a"]}']);
  assert.deepEqual(await values("out"), []);
});

test("under tolerance none a bad record fails the task; what came before it is stored", async (t) => {
  const { start, state, values, stored } = await sourceHarness(t, {
    props: pickyProps,
    plugins: picky,
  });
  const task = new FakeSource();
  task.give(...recordsOf("good", "bad", "never"));

  const runner = start(task);
  const error = (await state("FAILED")) as ConnectError;
  await runner.stop();

  assert.equal(error.code, "TOLERANCE_EXCEEDED");
  assert.deepEqual(await values("out"), ["good"]);
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 1 } }]);
  assert.deepEqual(task.calls, ["start", "stop", "commit"]);
});

test("a record that the log refuses for good fails the task and is never confirmed as stored", async (t) => {
  const log = scriptedLog();
  const { start, state, stored } = await sourceHarness(t, { wrap: log.wrap });
  const task = new FakeSource();
  task.give(recordOf("a", 1));
  const runner = start(task);
  const [send] = await log.sends.atLeast(1);

  send?.refuse(false);
  const error = (await state("FAILED")) as ConnectError;
  await runner.stop();

  assert.equal((error.cause as RecordLogError).code, "LOG_UNAVAILABLE");
  assert.deepEqual(task.fates.all, [{ value: "a", metadata: null, reason: "SKIPPED" }]);
  assert.deepEqual(await stored(), []);
});

test("under tolerance all a record that the log refuses for good is skipped with its offset", async (t) => {
  const log = scriptedLog();
  const { start, stored, states } = await sourceHarness(t, {
    wrap: log.wrap,
    props: { "errors.tolerance": "all" },
  });
  const task = new FakeSource();
  task.give(recordOf("a", 1));
  const runner = start(task);
  const [send] = await log.sends.atLeast(1);

  send?.refuse(false);
  await task.fates.atLeast(1);
  await runner.stop();

  assert.deepEqual(task.fates.all, [{ value: "a", metadata: null, reason: "SKIPPED" }]);
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 1 } }]);
  assert.deepEqual(states, ["RUNNING"]);
});

test("a retriable error of poll is tried again; any other fails the task", async (t) => {
  const { start, state } = await sourceHarness(t);
  const task = new FakeSource();
  task.onPoll = () => {
    if (task.polls.all.length === 1) {
      throw new RetriableError("AWAY", "The source is away", { retryAfterMs: 1 });
    }
    throw new ConnectError("GONE", "The source is gone");
  };

  start(task);
  const error = (await state("FAILED")) as ConnectError;

  assert.equal(error.code, "GONE");
  assert.equal(task.polls.all.length, 2);
});

test("a poll that rejects because it was told to end does not fail the task", async (t) => {
  const { start, state, states } = await sourceHarness(t);
  const task = new FakeSource();
  task.onPoll = async (signal) => {
    if (task.polls.all.length === 1) await delay(60_000, undefined, { signal });
  };
  const runner = start(task);
  await task.polls.atLeast(1);

  runner.pause();
  await state("PAUSED");
  runner.resume();
  await task.polls.atLeast(2);

  assert.deepEqual(states, ["RUNNING", "PAUSED", "RUNNING"]);
});

test("a task that does not stop cleanly still has its offsets stored", async (t) => {
  const { start, stored } = await sourceHarness(t);
  const task = new FakeSource();
  task.onStop = () => {
    throw new ConnectError("STOP_BROKEN", "stop failed");
  };
  task.give(recordOf("a", 1));
  const runner = start(task);
  await task.fates.atLeast(1);

  await runner.stop();

  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 1 } }]);
});

test("what commit throws is only logged and takes no offset back", async (t) => {
  const { start, stored, states } = await sourceHarness(t, {
    workerProps: { "offset.flush.interval.ms": "5" },
  });
  const task = new FakeSource();
  const commits = new Happenings<number>();
  task.onCommit = () => {
    commits.add(1);
    throw new ConnectError("COMMIT_BROKEN", "commit failed");
  };
  task.give(recordOf("a", 1));
  const runner = start(task);
  await task.fates.atLeast(1);
  await commits.atLeast(2);
  task.give(recordOf("b", 2));
  await task.fates.atLeast(2);

  await runner.stop();

  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 2 } }]);
  assert.deepEqual(states, ["RUNNING"]);
});

test("a task whose start throws is FAILED, stopped, and never polled", async (t) => {
  const { start, state } = await sourceHarness(t);
  class Broken extends FakeSource {
    override start(): void {
      throw new ConnectError("NO_PORT", "The port is taken");
    }
  }
  const task = new Broken();

  const runner = start(task);
  const error = (await state("FAILED")) as ConnectError;
  await runner.stop();

  assert.equal(error.code, "NO_PORT");
  assert.equal(task.polls.all.length, 0);
  assert.ok(task.calls.includes("stop"));
});
