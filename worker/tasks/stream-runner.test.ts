import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { ConnectError, DataError, RetriableError, TopicStreamTask } from "#connect-api";
import type { ConnectRecord, SinkRecord, TopicPartition } from "#connect-api";
import { RecordLogError } from "#broker";
import type { RecordLog, Transaction } from "#broker";
import {
  Happenings,
  gate,
  taskHarness,
  textOf,
  transformationOf,
  withProducers,
} from "../fixtures/task-harness.ts";
import type { TaskHarnessOptions } from "../fixtures/task-harness.ts";
import { StreamRunner } from "./stream-runner.ts";

class FakeStream extends TopicStreamTask {
  readonly version = "1";
  readonly calls: string[] = [];
  readonly batches = new Happenings<readonly SinkRecord[]>();
  onProcess: (records: readonly SinkRecord[]) => void | Promise<void> = () => {};
  onOpen: () => void = () => {};

  start(): void {
    this.calls.push("start");
  }
  override open(): void {
    this.onOpen();
  }
  override async process(records: readonly SinkRecord[]): Promise<readonly ConnectRecord[]> {
    this.batches.add(records);
    await this.onProcess(records);
    return records;
  }
  override close(partitions: readonly TopicPartition[]): void {
    this.calls.push(`close ${partitions.length}`);
  }
  stop(): void {
    this.calls.push("stop");
  }
}

/** Sends everything to `out`; splits at `+`, drops `drop`, refuses `bad`. */
const route = transformationOf((record) => {
  if (record.value === "drop") return null;
  return String(record.value)
    .split("+")
    .map((value) => {
      if (value === "bad") throw new DataError("REFUSED", "It is refused");
      return record.with({ topic: "out", value });
    });
});

async function streamHarness(t: TestContext, options: TaskHarnessOptions = {}) {
  const harness = await taskHarness(t, {
    plugins: { transformations: { Route: route } },
    ...options,
    props: {
      topics: "in",
      transforms: "route",
      "transforms.route.type": "Route",
      "consumer.override.max.poll.records": "10",
      ...options.props,
    },
  });
  return {
    ...harness,
    start: (task: TopicStreamTask) => harness.run(new StreamRunner(task, harness.environment)),
    /** Waits until everything in `in` is committed. */
    async done(offset: number): Promise<void> {
      while ((await harness.committed("in")) !== offset) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

const tolerant = { "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dlq" };

/** What is committed, as (output, dead letters, input offset); the harness's transactions pass through here. */
function watchTransactions(
  onCommit: (attempt: number, commit: () => Promise<unknown>) => Promise<unknown>,
) {
  let attempt = 0;
  return (log: RecordLog): RecordLog =>
    withProducers(log, (producer) => ({
      async begin(): Promise<Transaction> {
        const transaction = await producer.begin();
        return {
          send: (records) => transaction.send(records),
          sendOffsets: (consumer, offsets) => transaction.sendOffsets(consumer, offsets),
          abort: () => transaction.abort(),
          async commit() {
            attempt += 1;
            return (await onCommit(attempt, () => transaction.commit())) as never;
          },
        };
      },
    }));
}

test("records go from topic to topic, each part of each once, and keep key and headers", async (t) => {
  const { start, append, read, done, states, topics, metric } = await streamHarness(t);
  const encoder = new TextEncoder();
  const header = ["message-type", encoder.encode("ADT")] as const;
  await append(
    { topic: "in", key: encoder.encode("k1"), value: encoder.encode("a+b"), headers: [header] },
    { topic: "in", key: encoder.encode("k2"), value: encoder.encode("drop") },
    { topic: "in", key: encoder.encode("k3"), value: encoder.encode("c") },
  );

  const runner = start(new FakeStream());
  await done(3);
  await runner.stop();

  const records = await read("out");
  assert.deepEqual(
    records.map(({ key, value }) => [textOf(key), textOf(value)]),
    [
      ["k1", "a"],
      ["k1", "b"],
      ["k3", "c"],
    ],
  );
  assert.deepEqual(
    records.map(({ headers }) => headers.map(([name, value]) => [name, textOf(value)])),
    [[["message-type", "ADT"]], [["message-type", "ADT"]], []],
  );
  assert.deepEqual(states, ["RUNNING"]);
  assert.deepEqual([...topics].toSorted(), ["in", "out"]);
  assert.equal(await metric("sink_task_metrics_sink_record_read_total"), 3);
  assert.equal(await metric("sink_task_metrics_sink_record_send_total"), 3);
});

test("the output's partition is chosen by key, not taken from the input", async (t) => {
  const { start, append, read, done, log } = await streamHarness(t);
  await log.admin.createTopics([
    { topic: "in", partitions: 1 },
    { topic: "out", partitions: 16 },
  ]);
  const encoder = new TextEncoder();
  const keys = ["a", "b", "c", "d", "e", "f"];
  await append(
    ...keys.map((key) => ({ topic: "in", key: encoder.encode(key), value: encoder.encode("v") })),
  );

  start(new FakeStream());
  await done(keys.length);

  assert.ok(new Set((await read("out")).map(({ partition }) => partition)).size > 1);
});

test("output, dead letters and offsets of a batch appear together or not at all", async (t) => {
  const held = gate();
  const atCommit = gate();
  const { start, write, values, done, committed } = await streamHarness(t, {
    props: tolerant,
    wrap: watchTransactions(async (_attempt, commit) => {
      atCommit.open();
      await held.opened;
      return commit();
    }),
  });
  await write("in", "good", "bad");
  start(new FakeStream());

  await atCommit.opened;
  assert.deepEqual(await values("out"), []);
  assert.deepEqual(await values("dlq"), []);
  assert.equal(await committed("in"), undefined);
  held.open();
  await done(2);

  assert.deepEqual(await values("out"), ["good"]);
  assert.deepEqual(await values("dlq"), ["bad"]);
});

for (const { code, isRetriable } of [
  { code: "LOG_UNAVAILABLE", isRetriable: true },
  { code: "COMMIT_REFUSED", isRetriable: false },
  { code: "TRANSACTION_ABORTED", isRetriable: false },
] as const) {
  test(`a batch whose transaction ends with ${code} is read again, and its output is there once`, async (t) => {
    const { start, write, values, done, states } = await streamHarness(t, {
      props: tolerant,
      wrap: watchTransactions(async (attempt, commit) => {
        if (attempt <= 2) throw new RecordLogError(code, "Not now", { isRetriable });
        return commit();
      }),
    });
    await write("in", "a", "bad", "b");
    const task = new FakeStream();

    start(task);
    await done(3);

    assert.equal(task.batches.all.length, 3);
    assert.deepEqual(await values("out"), ["a", "b"]);
    assert.deepEqual(await values("dlq"), ["bad"]);
    assert.deepEqual(states, ["RUNNING"]);
  });
}

test("a commit that succeeded without an answer is not done a second time", async (t) => {
  const { start, write, values, done, states } = await streamHarness(t, {
    props: tolerant,
    wrap: watchTransactions(async (attempt, commit) => {
      const result = await commit();
      if (attempt === 1)
        throw new RecordLogError("LOG_UNAVAILABLE", "No answer", { isRetriable: true });
      return result;
    }),
  });
  await write("in", "a", "bad");

  start(new FakeStream());
  await done(2);
  await write("in", "b");
  await done(3);

  assert.deepEqual(await values("out"), ["a", "b"]);
  assert.deepEqual(await values("dlq"), ["bad"]);
  assert.deepEqual(states, ["RUNNING"]);
});

test("a batch that process could not do yet is read again and leaves its dead letter once", async (t) => {
  const { start, write, values, done } = await streamHarness(t, { props: tolerant });
  await write("in", "a", "bad");
  const task = new FakeStream();
  task.onProcess = () => {
    if (task.batches.all.length < 3) throw new RetriableError("BUSY", "The lookup is busy");
  };

  start(task);
  await done(2);

  assert.deepEqual(await values("out"), ["a"]);
  assert.deepEqual(await values("dlq"), ["bad"]);
});

test("any other failure fails the task: no output, no offset, and the group is left", async (t) => {
  const { start, write, values, state, committed, log } = await streamHarness(t);
  await write("in", "a");
  const task = new FakeStream();
  task.onProcess = () => {
    throw new ConnectError("BROKEN", "It is broken");
  };

  const runner = start(task);
  const error = (await state("FAILED")) as ConnectError;
  await runner.stop();

  assert.equal(error.code, "BROKEN");
  assert.deepEqual(await values("out"), []);
  assert.equal(await committed("in"), undefined);
  assert.deepEqual(task.calls, ["start", "close 1", "stop"]);
  await assert.doesNotReject(
    log.admin.alterGroupOffsets("connect-c", [{ topic: "in", partition: 0, offset: 0 }]),
  );
});

test("under tolerance none a bad record fails the task, leaves a dead letter and nothing else", async (t) => {
  const { start, write, values, state, committed } = await streamHarness(t, {
    props: { ...tolerant, "errors.tolerance": "none" },
  });
  await write("in", "a", "bad");

  const runner = start(new FakeStream());
  const error = (await state("FAILED")) as ConnectError;
  await runner.stop();

  assert.equal(error.code, "TOLERANCE_EXCEEDED");
  assert.deepEqual(await values("dlq"), ["bad"]);
  assert.deepEqual(await values("out"), []);
  assert.equal(await committed("in"), undefined);
});

test("when one part of a record cannot be written, none is, and the whole is one dead letter", async (t) => {
  const oddOut = transformationOf((record) => [
    record.with({ topic: "out", value: "fine" }),
    record.with({ topic: "out", value: Symbol("no text has this form") }),
    record.with({ topic: "out", value: "fine too" }),
  ]);
  const { start, write, values, done, metric } = await streamHarness(t, {
    plugins: { transformations: { Route: oddOut } },
    props: {
      ...tolerant,
      "output.value.converter": "JsonConverter",
      "output.value.converter.schemas.enable": "false",
    },
  });
  await write("in", "x");

  start(new FakeStream());
  await done(1);

  assert.deepEqual(await values("out"), []);
  assert.deepEqual(await values("dlq"), ["x"]);
  assert.equal(await metric("task_error_metrics_total_records_skipped"), 1);
});

test("output has converters of its own, with their own settings", async (t) => {
  const { start, write, values, done } = await streamHarness(t, {
    props: {
      "output.value.converter": "JsonConverter",
      "output.value.converter.schemas.enable": "false",
    },
  });
  await write("in", 'say "a"');

  start(new FakeStream());
  await done(1);

  assert.deepEqual(await values("out"), [JSON.stringify('say "a"')]);
});

test("a run that was replaced cannot write any more", async (t) => {
  const { start, write, values, state, done } = await streamHarness(t);
  await write("in", "a");
  const held = gate();
  const old = new FakeStream();
  old.onProcess = () => held.opened;
  start(old);
  await old.batches.atLeast(1);

  // The new run's producer has the same transactional id, so it fences the old one.
  start(new FakeStream());
  await state("RUNNING");
  await new Promise((resolve) => setImmediate(resolve));
  held.open();
  const error = (await state("FAILED")) as RecordLogError;
  await done(1);

  assert.equal(error.code, "PRODUCER_FENCED");
  assert.deepEqual(await values("out"), ["a"]);
});

test("while paused nothing is processed, even what a rebalance brings", async (t) => {
  const { start, write, state, values, done } = await streamHarness(t, {
    props: { topics: "in,later" },
  });
  await write("in", "a");
  const task = new FakeStream();
  const runner = start(task);
  await done(1);
  runner.pause();
  await state("PAUSED");

  const reopened = gate();
  task.onOpen = reopened.open;
  await write("later", "b");
  await reopened.opened;
  await write("in", "c");
  assert.equal(task.batches.all.length, 1);
  runner.resume();
  await done(2);
  await task.batches.atLeast(2);

  assert.deepEqual((await values("out")).toSorted(), ["a", "b", "c"]);
});

test("a stop while a record is tried again commits nothing of the batch", async (t) => {
  const tried = gate();
  const busy = transformationOf((record) => {
    if (record.value === "ok") return record.with({ topic: "out" });
    tried.open();
    throw new RetriableError("LOOKUP_BUSY", "The lookup is busy");
  });
  const { start, write, values, committed, states } = await streamHarness(t, {
    plugins: { transformations: { Route: busy } },
    props: { ...tolerant, "errors.retry.timeout": "-1" },
  });
  await write("in", "ok", "busy");
  const runner = start(new FakeStream());
  await tried.opened;

  await runner.stop();

  assert.deepEqual(await values("out"), []);
  assert.deepEqual(await values("dlq"), []);
  assert.equal(await committed("in"), undefined);
  assert.deepEqual(states, ["RUNNING"]);
});
