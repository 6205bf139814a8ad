import assert from "node:assert/strict";
import { test } from "node:test";
import { RetriableError } from "#connect-api";
import { FakeSink, sinkHarness } from "../fixtures/fake-sink.ts";
import { Happenings, gate, transformationOf } from "../fixtures/task-harness.ts";

test("records arrive in order, and a clean stop commits what was put", async (t) => {
  const { start, write, committed, states, topics, metric } = await sinkHarness(t);
  await write("in", "a", "b", "c");
  const task = new FakeSink();

  const runner = start(task);
  await task.taken.atLeast(3);
  await runner.stop();

  assert.deepEqual(task.taken.all, ["a", "b", "c"]);
  assert.deepEqual(task.calls, ["start", "open 1", "close 1", "stop"]);
  assert.equal(await committed("in"), 3);
  assert.deepEqual(states, ["RUNNING"]);
  assert.deepEqual([...topics], ["in"]);
  assert.equal(await metric("sink_task_metrics_sink_record_read_total"), 3);
  assert.equal(await metric("sink_task_metrics_sink_record_send_total"), 3);
});

test("a new run goes on where the last one committed", async (t) => {
  const { start, write } = await sinkHarness(t);
  await write("in", "a");
  const first = new FakeSink();
  const runner = start(first);
  await first.taken.atLeast(1);
  await runner.stop();
  await write("in", "b");
  const second = new FakeSink();

  start(second);

  assert.deepEqual(await second.taken.atLeast(1), ["b"]);
});

test("a retriable error gets the very same batch delivered again", async (t) => {
  const { start, write, states } = await sinkHarness(t);
  await write("in", "a", "b");
  const task = new FakeSink();
  task.onPut = (records) => {
    if (records.length > 0 && task.batches.all.length < 3) {
      throw new RetriableError("BUSY", "The target is busy", { retryAfterMs: 1 });
    }
  };

  start(task);
  await task.taken.atLeast(2);

  assert.equal(task.batches.all[0], task.batches.all[1]);
  assert.equal(task.batches.all[1], task.batches.all[2]);
  assert.deepEqual(task.taken.all, ["a", "b"]);
  assert.deepEqual(states, ["RUNNING"]);
});

test("records that a rebalance brings while a batch is tried again are not lost", async (t) => {
  const { start, write } = await sinkHarness(t, { props: { topics: "in,later" } });
  await write("in", "a");
  const task = new FakeSink();
  task.onPut = async (records) => {
    if (records.length === 0 || task.batches.all.length > 1) return;
    await write("later", "b");
    throw new RetriableError("BUSY", "The target is busy", { retryAfterMs: 500 });
  };

  start(task);

  assert.deepEqual((await task.taken.atLeast(2)).toSorted(), ["a", "b"]);
});

test("records that a rebalance brings while the task is paused are delivered after it", async (t) => {
  const { start, write, state } = await sinkHarness(t, { props: { topics: "in,later" } });
  await write("in", "a");
  const task = new FakeSink();
  const runner = start(task);
  await task.taken.atLeast(1);

  runner.pause();
  await state("PAUSED");
  const reopened = gate();
  task.onOpen = () => reopened.open();
  await write("later", "b");
  await reopened.opened;
  assert.deepEqual(task.taken.all, ["a"]);
  runner.resume();

  assert.deepEqual(await task.taken.atLeast(2), ["a", "b"]);
});

test("a task that is started while paused waits before start", async (t) => {
  const { start, states, state } = await sinkHarness(t, { isPaused: true });
  const task = new FakeSink();

  const runner = start(task);
  await state("PAUSED");
  assert.deepEqual(task.calls, []);
  runner.resume();
  await state("RUNNING");

  assert.deepEqual(states, ["PAUSED", "RUNNING"]);
  assert.equal(task.calls[0], "start");
});

test("one record may become several, or none; each counts once for the offset", async (t) => {
  const split = transformationOf((record) =>
    record.value === "drop"
      ? null
      : String(record.value)
          .split("+")
          .map((value) => record.with({ value })),
  );
  const { start, write, committed, metric } = await sinkHarness(t, {
    props: { transforms: "split", "transforms.split.type": "Split" },
    plugins: { transformations: { Split: split } },
  });
  await write("in", "a+b", "drop", "c", "drop");
  const task = new FakeSink();

  const runner = start(task);
  await task.taken.atLeast(3);
  await runner.stop();

  assert.deepEqual(task.taken.all, ["a", "b", "c"]);
  assert.deepEqual(
    task.batches.all.flat().map(({ originalOffset }) => originalOffset),
    [0, 0, 2],
  );
  assert.equal(await committed("in"), 4);
  assert.equal(await metric("sink_task_metrics_sink_record_read_total"), 4);
  assert.equal(await metric("sink_task_metrics_sink_record_send_total"), 3);
});

test("only what preCommit allows is committed, and never more than was put", async (t) => {
  const { start, write, committed } = await sinkHarness(t);
  await write("in", "a", "b", "c");
  const task = new FakeSink();
  task.onPreCommit = () => [
    { topic: "in", partition: 0, offset: 2 },
    { topic: "in", partition: 7, offset: 2 },
    { topic: "other", partition: 0, offset: 2 },
  ];
  const runner = start(task);
  await task.taken.atLeast(3);
  await runner.stop();
  assert.equal(await committed("in"), 2);
  assert.equal(await committed("other"), undefined);

  const next = new FakeSink();
  next.onPreCommit = () => [{ topic: "in", partition: 0, offset: 99 }];
  const second = start(next);
  await next.taken.atLeast(1);
  await second.stop();

  assert.equal(await committed("in"), 2, "an offset beyond what was put is ignored");
});

test("when preCommit fails, everything since the last commit is delivered again", async (t) => {
  const { start, write, committed } = await sinkHarness(t);
  await write("in", "a", "b");
  const task = new FakeSink();
  let attempts = 0;
  task.onPut = (records) => {
    if (records.length > 0) task.worker.requestCommit();
  };
  task.onPreCommit = (offsets) => {
    attempts += 1;
    if (attempts === 1) throw new RetriableError("FLUSH_FAILED", "The target took nothing");
    return offsets;
  };

  const runner = start(task);
  await task.taken.atLeast(4);
  await runner.stop();

  assert.deepEqual(task.taken.all, ["a", "b", "a", "b"]);
  assert.equal(await committed("in"), 2);
});

test("a sink that knows its own position starts there, not at what is committed", async (t) => {
  const { start, write } = await sinkHarness(t);
  await write("in", "a", "b", "c");
  const task = new FakeSink();
  task.onOpen = (sink) => sink.worker.offset([{ topic: "in", partition: 0, offset: 2 }]);

  start(task);
  await task.taken.atLeast(1);

  assert.deepEqual(task.taken.all, ["c"]);
});

test("a partition that the sink paused delivers nothing until it resumes it", async (t) => {
  const { start, write, log } = await sinkHarness(t, { props: { topics: "in,other" } });
  await log.admin.createTopics([{ topic: "in" }, { topic: "other" }]);
  const place = { topic: "in", partition: 0 };
  const task = new FakeSink();
  const opened = gate();
  task.onOpen = (sink) => {
    sink.worker.pause([place]);
    opened.open();
  };
  start(task);
  await opened.opened;
  await write("in", "held back");
  await write("other", "first");
  assert.deepEqual(await task.taken.atLeast(1), ["first"]);

  task.worker.resume([place]);

  assert.deepEqual(await task.taken.atLeast(2), ["first", "held back"]);
});

test("stop does not wait for a target that is busy for ever", async (t) => {
  const { start, write, states, committed } = await sinkHarness(t);
  await write("in", "a");
  const task = new FakeSink();
  task.onPut = (records) => {
    if (records.length > 0) {
      throw new RetriableError("BUSY", "The target is busy", { retryAfterMs: 600_000 });
    }
  };
  const runner = start(task);
  await task.batches.atLeast(1);

  await runner.stop();

  assert.deepEqual(states, ["RUNNING"]);
  assert.equal(await committed("in"), undefined);
});

test("transformations and converters are closed with the task", async (t) => {
  const closed = new Happenings<string>();
  const { start, state } = await sinkHarness(t, {
    props: { transforms: "t", "transforms.t.type": "Closing" },
    plugins: {
      transformations: {
        Closing: transformationOf(
          (r) => r,
          () => closed.add("transformation"),
        ),
      },
    },
  });
  const runner = start(new FakeSink());
  await state("RUNNING");

  await runner.stop();

  assert.deepEqual(closed.all, ["transformation"]);
});
