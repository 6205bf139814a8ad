import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import {
  FakeSource,
  recordOf,
  recordsOf,
  scriptedLog,
  sourceHarness,
} from "../fixtures/fake-source.ts";
import { transformationOf } from "../fixtures/task-harness.ts";

test("each record is confirmed with its place in the log, and its offset is stored at the stop", async (t) => {
  const { start, values, stored, states, topics, metric } = await sourceHarness(t);
  const task = new FakeSource();
  task.give(...recordsOf("a", "b"));

  const runner = start(task);
  await task.fates.atLeast(2);
  await runner.stop();

  assert.deepEqual(await values("out"), ["a", "b"]);
  assert.deepEqual(
    task.fates.all.map(({ value, metadata }) => [value, metadata?.topic, metadata?.offset]),
    [
      ["a", "out", 0],
      ["b", "out", 1],
    ],
  );
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 2 } }]);
  assert.deepEqual(states, ["RUNNING"]);
  assert.deepEqual([...topics], ["out"]);
  assert.equal(await metric("source_task_metrics_source_record_poll_total"), 2);
  assert.equal(await metric("source_task_metrics_source_record_write_total"), 2);
});

test("nothing is confirmed, and no offset stored, before the log has it", async (t) => {
  const log = scriptedLog();
  const { start, stored } = await sourceHarness(t, {
    wrap: log.wrap,
    workerProps: { "offset.flush.interval.ms": "1" },
  });
  const task = new FakeSource();
  task.give(recordOf("a", 1));
  start(task);
  const [send] = await log.sends.atLeast(1);
  await delay(20);
  assert.deepEqual(task.fates.all, []);
  assert.deepEqual(await stored(), []);

  send?.pass();

  const [fate] = await task.fates.atLeast(1);
  assert.equal(fate?.metadata?.offset, 0);
});

test("polling goes on while earlier records are on their way", async (t) => {
  const log = scriptedLog();
  const { start } = await sourceHarness(t, { wrap: log.wrap });
  const task = new FakeSource();
  start(task);

  task.give(recordOf("a", 1));
  await log.sends.atLeast(1);
  task.give(recordOf("b", 2));
  await log.sends.atLeast(2);

  assert.deepEqual(task.fates.all, []);
  log.open();
  await task.fates.atLeast(2);
});

test("offsets advance only over the acknowledged prefix of their own partition", async (t) => {
  const log = scriptedLog();
  const { start, stored } = await sourceHarness(t, {
    wrap: log.wrap,
    workerProps: { "task.shutdown.graceful.timeout.ms": "1" },
  });
  const task = new FakeSource();
  task.give(recordOf("a1", 1), recordOf("a2", 2), recordOf("a3", 3), recordOf("b1", 1, "g"));
  const runner = start(task);
  const sends = await log.sends.atLeast(4);

  for (const index of [0, 2, 3]) sends[index]?.pass();
  await task.fates.atLeast(3);
  await runner.stop();

  assert.deepEqual(await stored(), [
    { partition: { file: "f" }, offset: { offset: 1 } },
    { partition: { file: "g" }, offset: { offset: 1 } },
  ]);
});

test("all parts of a record are stored in one send before it is confirmed once", async (t) => {
  const log = scriptedLog();
  const split = transformationOf((record) =>
    String(record.value)
      .split("+")
      .map((value) => record.with({ value })),
  );
  const { start, values } = await sourceHarness(t, {
    wrap: log.wrap,
    props: { transforms: "split", "transforms.split.type": "Split" },
    plugins: { transformations: { Split: split } },
  });
  const task = new FakeSource();
  task.give(recordOf("a+b+c", 1));
  start(task);
  const [send] = await log.sends.atLeast(1);
  assert.deepEqual(send?.values, ["a", "b", "c"]);

  send?.pass();
  await task.fates.atLeast(1);

  assert.deepEqual(await values("out"), ["a", "b", "c"]);
  assert.deepEqual(
    task.fates.all.map(({ value, metadata }) => [value, metadata?.offset]),
    [["a+b+c", 0]],
  );
});

test("a filtered record is confirmed without a place and stores no offset", async (t) => {
  const { start, stored, values } = await sourceHarness(t, {
    props: { transforms: "drop", "transforms.drop.type": "Drop" },
    plugins: { transformations: { Drop: transformationOf(() => null) } },
  });
  const task = new FakeSource();
  task.give(recordOf("a", 1));

  const runner = start(task);
  await task.fates.atLeast(1);
  await runner.stop();

  assert.deepEqual(task.fates.all, [{ value: "a", metadata: null, reason: "FILTERED" }]);
  assert.deepEqual(await stored(), []);
  assert.deepEqual(await values("out"), []);
});

test("pause ends the poll under way and starts none until resume", async (t) => {
  const { start, state, states } = await sourceHarness(t);
  const task = new FakeSource();
  const runner = start(task);
  const [signal] = await task.polls.atLeast(1);

  runner.pause();
  await state("PAUSED");
  task.give(recordOf("a", 1));
  await delay(10);
  assert.equal(signal?.aborted, true);
  assert.equal(task.polls.all.length, 1);
  runner.resume();
  await task.fates.atLeast(1);

  assert.deepEqual(states, ["RUNNING", "PAUSED", "RUNNING"]);
});

test("a pause while there is no room for more starts no poll", async (t) => {
  const log = scriptedLog();
  const { start, state } = await sourceHarness(t, { wrap: log.wrap });
  const task = new FakeSource();
  const runner = start(task);
  task.give(recordOf("a", 1));
  const [send] = await log.sends.atLeast(1);
  await task.polls.atLeast(2);
  // The log is asked again for a: the next poll has to wait for that.
  send?.refuse(true);
  await delay(0);
  task.give(recordOf("b", 2));
  await delay(10);
  assert.equal(task.polls.all.length, 2);

  runner.pause();
  log.open();
  await state("PAUSED");

  assert.equal(task.polls.all.length, 2);
});

test("stored offsets are what the task finds when it starts again", async (t) => {
  const { start } = await sourceHarness(t);
  const first = new FakeSource();
  first.give(recordOf("a", 7));
  const runner = start(first);
  await first.fates.atLeast(1);
  await runner.stop();
  const second = new FakeSource();

  start(second);
  await second.polls.atLeast(1);

  assert.deepEqual(await second.worker.offsetReader.offset({ file: "f" }), { offset: 7 });
  assert.equal(await second.worker.offsetReader.offset({ file: "unknown" }), null);
});

test("topics are made as topic.creation says, before the first record goes there", async (t) => {
  const { start, log } = await sourceHarness(t, {
    props: {
      "topic.creation.default.partitions": "3",
      "topic.creation.default.replication.factor": "1",
      "topic.creation.groups": "raw",
      "topic.creation.raw.include": "raw\\..*",
      "topic.creation.raw.partitions": "2",
      "topic.creation.raw.cleanup.policy": "compact",
    },
  });
  const task = new FakeSource();
  task.give(recordOf("a", 1, "f", "raw.adt"), recordOf("b", 2, "f", "other"));

  start(task);
  await task.fates.atLeast(2);

  const described = await log.admin.describeTopics(["raw.adt", "other"]);
  const byName = new Map(described.map((each) => [each.topic, each]));
  assert.equal(byName.get("raw.adt")?.partitions, 2);
  assert.equal(byName.get("raw.adt")?.config["cleanup.policy"], "compact");
  assert.equal(byName.get("other")?.partitions, 3);
});
