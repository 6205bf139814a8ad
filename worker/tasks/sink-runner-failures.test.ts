import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectError, DataError, Headers, RetriableError, SinkRecord } from "#connect-api";
import { FakeSink, sinkHarness, tolerant } from "../fixtures/fake-sink.ts";
import { gate, textOf, transformationOf } from "../fixtures/task-harness.ts";

test("any other error of put fails the task, moves no offset and leaves the group", async (t) => {
  const { start, write, state, committed, log } = await sinkHarness(t, { props: tolerant });
  await write("in", "a");
  const task = new FakeSink();
  task.onPut = (records) => {
    if (records.length > 0) throw new ConnectError("BROKEN", "The target is broken");
  };

  const runner = start(task);
  const error = await state("FAILED");
  await runner.stop();

  assert.equal((error as ConnectError).code, "BROKEN");
  assert.equal(await committed("in"), undefined);
  assert.deepEqual(task.calls, ["start", "open 1", "close 1", "stop"]);
  await assert.doesNotReject(
    log.admin.alterGroupOffsets("connect-c", [{ topic: "in", partition: 0, offset: 0 }]),
  );
});

test("a task whose close throws still leaves the group and is stopped", async (t) => {
  const { start, write, log } = await sinkHarness(t);
  await write("in", "a");
  const task = new FakeSink();
  task.onClose = () => {
    throw new ConnectError("CLOSE_BROKEN", "close failed");
  };
  const runner = start(task);
  await task.taken.atLeast(1);

  await runner.stop();

  assert.deepEqual(task.calls, ["start", "open 1", "close 1", "stop"]);
  await assert.doesNotReject(
    log.admin.alterGroupOffsets("connect-c", [{ topic: "in", partition: 0, offset: 0 }]),
  );
});

test("under tolerance none a bad record fails the task and is still a dead letter", async (t) => {
  const { start, append, state, committed, values } = await sinkHarness(t, {
    props: { ...tolerant, "errors.tolerance": "none", "value.converter": "JsonConverter" },
  });
  await append({ topic: "in", key: null, value: new TextEncoder().encode("{no json") });
  const task = new FakeSink();

  const runner = start(task);
  const error = (await state("FAILED")) as ConnectError;
  await runner.stop();

  assert.equal(error.message, "Tolerance exceeded in error handler");
  assert.ok(error.cause instanceof DataError);
  assert.equal(await committed("in"), undefined);
  assert.deepEqual(await values("dlq"), ["{no json"]);
});

test("a dead letter has the record's bytes and says where and why it failed", async (t) => {
  const { start, append, read, committed, metric } = await sinkHarness(t, {
    props: {
      ...tolerant,
      "value.converter": "JsonConverter",
      "value.converter.schemas.enable": "false",
    },
  });
  const encoder = new TextEncoder();
  const own = ["source-system", encoder.encode("LAB")] as const;
  const key = encoder.encode("k");
  const value = encoder.encode("{no json");
  await append(
    { topic: "in", key, value, headers: [own], timestamp: 1234 },
    { topic: "in", key, value: encoder.encode('"good"') },
  );
  const task = new FakeSink();

  const runner = start(task);
  await task.taken.atLeast(1);
  await runner.stop();

  assert.deepEqual(task.taken.all, ["good"]);
  assert.equal(await committed("in"), 2);
  const letters = await read("dlq");
  assert.equal(letters.length, 1);
  const [letter] = letters;
  assert.deepEqual(letter?.key, key);
  assert.deepEqual(letter?.value, value);
  assert.equal(letter?.timestamp, 1234);
  const headers = (letter?.headers ?? []).map(([name, bytes]) => [name, textOf(bytes)] as const);
  assert.deepEqual(headers.slice(0, 9), [
    ["source-system", "LAB"],
    ["__connect.errors.topic", "in"],
    ["__connect.errors.partition", "0"],
    ["__connect.errors.offset", "0"],
    ["__connect.errors.connector.name", "c"],
    ["__connect.errors.task.id", "0"],
    ["__connect.errors.stage", "VALUE_CONVERTER"],
    ["__connect.errors.class.name", "org.apache.kafka.connect.json.JsonConverter"],
    ["__connect.errors.exception.class.name", "org.apache.kafka.connect.errors.DataException"],
  ]);
  assert.deepEqual(
    headers.slice(9).map(([name]) => name),
    ["__connect.errors.exception.message", "__connect.errors.exception.stacktrace"],
  );
  assert.equal(
    headers.some(([, text]) => text?.includes("no json")),
    false,
  );
  assert.equal(await metric("task_error_metrics_total_records_skipped"), 1);
  assert.equal(await metric("task_error_metrics_deadletterqueue_produce_requests"), 1);
});

test("a record that the sink itself reports is a dead letter before its offset is committed", async (t) => {
  const { start, write, values, committed } = await sinkHarness(t, { props: tolerant });
  await write("in", "bad", "good");
  const task = new FakeSink();
  task.onPut = ([first]) => {
    if (!first) return;
    void task.worker.errantRecordReporter?.report(first, new DataError("REFUSED", "Refused"));
  };

  const runner = start(task);
  await task.taken.atLeast(2);
  await runner.stop();

  assert.deepEqual(await values("dlq"), ["bad"]);
  assert.equal(await committed("in"), 2);
});

test("a record that the sink made itself is written by the converters of its topic", async (t) => {
  const { start, write, read } = await sinkHarness(t, {
    props: {
      ...tolerant,
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
    },
  });
  await write("in", "1");
  const task = new FakeSink();
  task.onPut = ([first]) => {
    if (!first) return;
    const part = new SinkRecord({
      topic: "part",
      partition: 3,
      offset: 7,
      value: { half: 1n },
      headers: Headers.empty.add("h", "x"),
    });
    void task.worker.errantRecordReporter?.report(part, new DataError("REFUSED", "Refused"));
  };

  const runner = start(task);
  await task.taken.atLeast(1);
  await runner.stop();

  const [letter] = await read("dlq");
  const text = (bytes: Uint8Array | null | undefined) =>
    new TextDecoder().decode(bytes ?? undefined);
  assert.equal(text(letter?.value), '{"half":1}');
  const headers = new Map((letter?.headers ?? []).map(([key, value]) => [key, text(value)]));
  assert.equal(headers.get("h"), "x");
  assert.equal(headers.get("__connect.errors.topic"), "part");
  assert.equal(headers.get("__connect.errors.stage"), "TASK_PUT");
  assert.equal(
    headers.get("__connect.errors.class.name"),
    "org.apache.kafka.connect.sink.SinkTask",
  );
});

test("under tolerance none a report fails the task even if the sink swallows the error", async (t) => {
  const { start, write, state, committed, values } = await sinkHarness(t, {
    props: { ...tolerant, "errors.tolerance": "none" },
  });
  await write("in", "bad");
  const task = new FakeSink();
  task.onPut = async ([first]) => {
    if (!first) return;
    await task.worker.errantRecordReporter
      ?.report(first, new DataError("REFUSED", "Refused"))
      .catch(() => {});
  };

  const runner = start(task);
  const error = (await state("FAILED")) as ConnectError;
  await runner.stop();

  assert.equal(error.code, "TOLERANCE_EXCEEDED");
  assert.equal(await committed("in"), undefined);
  assert.deepEqual(await values("dlq"), ["bad"]);
  assert.deepEqual(task.calls, ["start", "open 1", "close 1", "stop"]);

  const next = new FakeSink();
  start(next);
  assert.deepEqual(await next.taken.atLeast(1), ["bad"], "a restarted task gets its partition");
});

test("there is no reporter when neither a queue nor the error log is configured", async (t) => {
  const { start, state } = await sinkHarness(t);
  const task = new FakeSink();

  start(task);
  await state("RUNNING");

  assert.equal(task.worker.errantRecordReporter, undefined);
});

test("a stop while a record is tried again makes no dead letter of it", async (t) => {
  const tried = gate();
  const busy = transformationOf(() => {
    tried.open();
    throw new RetriableError("LOOKUP_BUSY", "The lookup is busy");
  });
  const { start, write, values, states, committed } = await sinkHarness(t, {
    props: {
      ...tolerant,
      "errors.retry.timeout": "-1",
      transforms: "busy",
      "transforms.busy.type": "Busy",
    },
    plugins: { transformations: { Busy: busy } },
  });
  await write("in", "a");
  const runner = start(new FakeSink());
  await tried.opened;

  await runner.stop();

  assert.deepEqual(await values("dlq"), []);
  assert.equal(await committed("in"), undefined);
  assert.deepEqual(states, ["RUNNING"]);
});
