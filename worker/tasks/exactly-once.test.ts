import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Props } from "#connect-api";
import {
  FakeSource,
  recordOf,
  recordsOf,
  scriptedCommits,
  sourceHarness,
} from "../fixtures/fake-source.ts";
import { transformationOf } from "../fixtures/task-harness.ts";
import type { TaskHarnessOptions } from "../fixtures/task-harness.ts";

function exactlyOnce(t: TestContext, options: TaskHarnessOptions = {}) {
  const workerProps = { "exactly.once.source.support": "enabled", ...options.workerProps };
  return sourceHarness(t, { ...options, workerProps });
}

const boundary = (name: string, more: Props = {}): Props => ({
  "transaction.boundary": name,
  ...more,
});

test("records and their source offset are committed together, and confirmed only then", async (t) => {
  const { commits, wrap } = scriptedCommits();
  const { start, values, stored } = await exactlyOnce(t, { wrap });
  const task = new FakeSource();
  start(task);

  task.give(...recordsOf("a", "b"));
  const [commit] = await commits.atLeast(1);
  assert.deepEqual(task.fates.all, []);
  assert.deepEqual(await values("out"), []);
  assert.deepEqual(await stored(), []);
  commit?.pass();

  const fates = await task.fates.atLeast(2);
  assert.deepEqual(
    fates.map(({ value, metadata }) => [value, metadata?.topic, metadata?.offset]),
    [
      ["a", "out", 0],
      ["b", "out", 1],
    ],
  );
  assert.deepEqual(await values("out"), ["a", "b"]);
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 2 } }]);
});

test("what is polled while a transaction is being committed shares the next one", async (t) => {
  const { commits, open, wrap } = scriptedCommits();
  const { start, values } = await exactlyOnce(t, { wrap });
  const task = new FakeSource();
  start(task);

  task.give(recordOf("a", 1));
  await commits.atLeast(1);
  task.give(recordOf("b", 2));
  await task.polls.atLeast(3);
  task.give(recordOf("c", 3));
  await task.polls.atLeast(4);
  open();

  await task.fates.atLeast(3);
  assert.equal(commits.all.length, 2);
  assert.deepEqual(await values("out"), ["a", "b", "c"]);
});

for (const isStored of [true, false]) {
  test(`a commit without an answer is settled before anything is confirmed or sent again (it was ${isStored ? "stored" : "lost"})`, async (t) => {
    const { commits, open, wrap } = scriptedCommits();
    const { start, values, stored } = await exactlyOnce(t, { wrap });
    const task = new FakeSource();
    start(task);

    task.give(...recordsOf("a", "b"));
    const [commit] = await commits.atLeast(1);
    commit?.refuse({ isStored });
    if (!isStored) await commits.atLeast(2);
    open();

    const fates = await task.fates.atLeast(2);
    assert.ok(fates.every(({ metadata }) => metadata !== null));
    assert.deepEqual(await values("out"), ["a", "b"]);
    assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 2 } }]);
  });
}

test("a transaction that expires twice fails the task and names the settings", async (t) => {
  const { commits, wrap } = scriptedCommits();
  const { start, state, values } = await exactlyOnce(t, { wrap });
  const task = new FakeSource();
  start(task);

  task.give(recordOf("a", 1));
  for (const count of [1, 2]) {
    const all = await commits.atLeast(count);
    all[count - 1]?.refuse({ isStored: false });
  }

  const error = await state("FAILED");
  assert.match(String(error), /transaction\.timeout\.ms.*transaction\.boundary/);
  assert.deepEqual(task.fates.all, []);
  assert.deepEqual(await values("out"), []);
});

test("a dropped record is told before the transaction's offsets are written, and moves none of them", async (t) => {
  const Filter = transformationOf((record) => (record.value === "b" ? null : record));
  const { start, values, stored } = await exactlyOnce(t, {
    plugins: { transformations: { Filter } },
    props: { transforms: "f", "transforms.f.type": "Filter" },
  });
  const task = new FakeSource();
  start(task);

  task.give(...recordsOf("a", "b"));

  const fates = await task.fates.atLeast(2);
  assert.deepEqual(
    fates.map(({ value, metadata, reason }) => [value, metadata?.offset, reason]),
    [
      ["b", undefined, "FILTERED"],
      ["a", 0, undefined],
    ],
  );
  assert.deepEqual(await values("out"), ["a"]);
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 1 } }]);
});

test("a batch of which nothing is left begins no transaction, but commit is called", async (t) => {
  const Drop = transformationOf(() => null);
  const { commits, wrap } = scriptedCommits();
  const { start, stored } = await exactlyOnce(t, {
    wrap,
    plugins: { transformations: { Drop } },
    props: { transforms: "f", "transforms.f.type": "Drop" },
  });
  const task = new FakeSource();
  start(task);

  task.give(recordOf("a", 1));

  await task.fates.atLeast(1);
  await task.polls.atLeast(2);
  assert.equal(commits.all.length, 0);
  assert.deepEqual(await stored(), []);
  assert.ok(task.calls.includes("commit"));
});

test("with the interval boundary a transaction ends by its time, also when nothing more comes", async (t) => {
  const { start, values } = await exactlyOnce(t, {
    props: boundary("INTERVAL", { "transaction.boundary.interval.ms": "200" }),
  });
  const task = new FakeSource();
  start(task);

  task.give(recordOf("a", 1));
  await task.polls.atLeast(2);
  task.give(recordOf("b", 2));
  await task.polls.atLeast(3);
  assert.deepEqual(task.fates.all, []);

  await task.fates.atLeast(2);
  assert.deepEqual(await values("out"), ["a", "b"]);
});

for (const act of ["pause", "stop"] as const) {
  test(`with the interval boundary, ${act} commits what is open`, async (t) => {
    const { start, values, stored } = await exactlyOnce(t, {
      props: boundary("interval", { "transaction.boundary.interval.ms": "3600000" }),
    });
    const task = new FakeSource();
    const runner = start(task);

    task.give(...recordsOf("a", "b"));
    await task.polls.atLeast(2);
    await runner[act]();

    await task.fates.atLeast(2);
    assert.deepEqual(await values("out"), ["a", "b"]);
    assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 2 } }]);
  });
}

test("a connector commits after a record and after a batch; what it did not commit is aborted at stop", async (t) => {
  const { start, values, stored } = await exactlyOnce(t, { props: boundary("connector") });
  const task = new FakeSource();
  const runner = start(task);
  await task.polls.atLeast(1);
  const [a, b] = recordsOf("a", "b");

  task.worker.transactionContext?.commitTransaction(a);
  task.give(a as never, b as never);
  await task.fates.atLeast(1);
  assert.deepEqual(await values("out"), ["a"]);
  await task.polls.atLeast(2);
  task.worker.transactionContext?.commitTransaction();
  task.give(recordOf("c", 3));
  await task.fates.atLeast(3);
  await task.polls.atLeast(3);
  task.give(recordOf("d", 4));
  await task.polls.atLeast(4);
  await runner.stop();

  assert.deepEqual(await values("out"), ["a", "b", "c"]);
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 3 } }]);
  assert.equal(task.fates.all.length, 3);
});

test("what a connector aborts goes nowhere, and its offsets are stored all the same", async (t) => {
  const { start, values, stored } = await exactlyOnce(t, { props: boundary("connector") });
  const task = new FakeSource();
  start(task);
  await task.polls.atLeast(1);

  task.worker.transactionContext?.abortTransaction();
  task.give(...recordsOf("a", "b"));

  const fates = await task.fates.atLeast(2);
  assert.deepEqual(
    fates.map(({ metadata, reason }) => [metadata, reason]),
    [
      [null, "ABORTED"],
      [null, "ABORTED"],
    ],
  );
  assert.deepEqual(await values("out"), []);
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 2 } }]);
});

test("commit and abort of one point fail the task", async (t) => {
  const { start, state, values } = await exactlyOnce(t, { props: boundary("connector") });
  const task = new FakeSource();
  start(task);
  await task.polls.atLeast(1);

  task.worker.transactionContext?.commitTransaction();
  task.worker.transactionContext?.abortTransaction();
  task.give(recordOf("a", 1));

  assert.match(String(await state("FAILED")), /commit and abort/);
  assert.deepEqual(await values("out"), []);
});

test("without the connector boundary there is no transaction context", async (t) => {
  const { start } = await exactlyOnce(t);
  const task = new FakeSource();
  start(task);
  await task.polls.atLeast(1);

  assert.equal(task.worker.transactionContext, undefined);
});

test("a record that the log refuses fails the task, and nothing of its transaction is stored", async (t) => {
  const { start, state, values, log } = await exactlyOnce(t);
  await log.admin.createTopics([{ topic: "out", config: { "max.message.bytes": "2000" } }]);
  const task = new FakeSource();
  start(task);

  task.give(...recordsOf("a", "x".repeat(5000), "c"));

  await state("FAILED");
  assert.deepEqual(await values("out"), []);
  assert.ok(task.fates.all.every(({ metadata }) => metadata === null));
});

test("with tolerance, only the records that the log refuses are left out", async (t) => {
  const { start, values, log, stored } = await exactlyOnce(t, {
    props: { "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dlq" },
  });
  await log.admin.createTopics([{ topic: "out", config: { "max.message.bytes": "2000" } }]);
  const task = new FakeSource();
  start(task);

  task.give(...recordsOf("a", "x".repeat(5000), "c", "d", "y".repeat(5000)));

  const fates = await task.fates.atLeast(5);
  assert.deepEqual(
    fates.map(({ reason }) => reason),
    ["SKIPPED", "SKIPPED", undefined, undefined, undefined],
  );
  assert.deepEqual(await values("out"), ["a", "c", "d"]);
  assert.equal((await values("dlq")).length, 2);
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 5 } }]);
});

test("a second run of the task fences the first, which fails and stores nothing more", async (t) => {
  const { start, state, values, stored } = await exactlyOnce(t);
  const zombie = new FakeSource();
  start(zombie);
  zombie.give(recordOf("a", 1));
  await zombie.fates.atLeast(1);
  await zombie.polls.atLeast(2);
  const heir = new FakeSource();
  start(heir);
  await heir.polls.atLeast(1);

  zombie.give(recordOf("of the zombie", 2));
  assert.match(String(await state("FAILED")), /taken over/);
  heir.give(recordOf("of the heir", 2));
  await heir.fates.atLeast(1);

  assert.deepEqual(await values("out"), ["a", "of the heir"]);
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 2 } }]);
  assert.equal(zombie.fates.all.length, 1);
});

test("a source may not write to the topic of its own offsets", async (t) => {
  const { start, state, values } = await exactlyOnce(t);
  const task = new FakeSource();
  start(task);

  task.give(recordOf("a", 1, "f", "connect-offsets"));

  assert.match(String(await state("FAILED")), /own offsets/);
  assert.deepEqual(await values("connect-offsets"), []);
});

test("offsets.storage.topic holds the offsets, and the worker's topic a copy", async (t) => {
  const props = { "offsets.storage.topic": "own-offsets" };
  const { start, read, stored } = await exactlyOnce(t, {
    props,
    workerProps: { "offset.storage.replication.factor": "1" },
  });
  const task = new FakeSource();
  const runner = start(task);
  task.give(...recordsOf("a", "b"));
  await task.fates.atLeast(2);
  await runner.stop();

  const own = await read("own-offsets");
  const decoder = new TextDecoder();
  assert.deepEqual(
    own.map(({ key, value }) => [
      decoder.decode(key ?? undefined),
      decoder.decode(value ?? undefined),
    ]),
    [['["c",{"file":"f"}]', '{"offset":2}']],
  );
  assert.deepEqual(await stored(), [{ partition: { file: "f" }, offset: { offset: 2 } }]);
  const next = new FakeSource();
  start(next);
  await next.polls.atLeast(1);
  assert.deepEqual(await next.worker.offsetReader.offset({ file: "f" }), { offset: 2 });
});

test("the offset reader answers for several partitions, with the objects that were asked for", async (t) => {
  const { start } = await exactlyOnce(t);
  const task = new FakeSource();
  start(task);
  task.give(recordOf("a", 1, "f"), recordOf("b", 7, "g"));
  await task.fates.atLeast(2);
  const partitions = [{ file: "g" }, { file: "f" }, { file: "unknown" }];

  const found = await task.worker.offsetReader.offsets(partitions);

  assert.deepEqual(
    partitions.map((partition) => found.get(partition)),
    [{ offset: 7 }, { offset: 1 }, null],
  );
});
