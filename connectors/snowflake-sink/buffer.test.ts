import assert from "node:assert/strict";
import { test } from "node:test";
import type { DataError } from "#connect-api";
import { SnowflakeSinkConnector } from "./connector.ts";
import { TOPIC, patient, recordOf, startAccount, startTask } from "./fixtures/harness.ts";

/* On our own double of Snowflake's protocol; see upsert.test.ts. */

const never = {
  "buffer.flush.time": "600",
  "buffer.count.records": "1000000",
  "buffer.size.bytes": "1000000000",
};

test("SF-10 a batch is written when the count is reached, and not before", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { ...never, "buffer.count.records": "3" } });

  await sink.put(recordOf(0, patient("a", 1)), recordOf(1, patient("b", 1)));
  const before = await sink.committable(2);
  await sink.put(recordOf(2, patient("c", 1)));

  assert.equal(before, undefined);
  assert.equal(await sink.committable(3), 3);
});

test("SF-10 a batch is written when the bytes are reached", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { ...never, "buffer.size.bytes": "5000" } });

  await sink.put(recordOf(0, patient("a", 1)));
  const before = await sink.committable(1);
  await sink.put(recordOf(1, patient("b", 1, { note: "x".repeat(3000) })));

  assert.equal(before, undefined);
  assert.equal(await sink.committable(2), 2);
});

test("SF-10 a batch is written when its time has come, also when nothing more arrives", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { ...never, "buffer.flush.time": "10" } });
  let now = 0;
  t.mock.method(performance, "now", () => now);

  await sink.put(recordOf(0, patient("a", 1)));
  now = 9_999;
  await sink.put();
  const before = await sink.committable(1);
  now = 10_001;
  await sink.put();

  assert.equal(before, undefined);
  assert.equal(await sink.committable(1), 1);
});

for (const [key, value] of [
  ["buffer.flush.time", "9"],
  ["buffer.size.bytes", "0"],
  ["buffer.count.records", "0"],
] as const) {
  test(`SF-10 ${key} below Java's minimum is refused by its name`, () => {
    const report = new SnowflakeSinkConnector().config().validate({ [key]: value });

    const { errors = [] } = report.find(({ name }) => name === key) ?? {};
    assert.match(
      errors.join(),
      new RegExp(`${key.replaceAll(".", "\\.")}: Value must be at least`),
    );
  });
}

test("SF-8 a record that is no resource is reported once, however often its batch is tried", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { props: { "buffer.count.records": "2" } });
  let isDown = true;
  double.fault = ({ sql }) =>
    isDown && sql === "COMMIT" ? { kind: "error", code: "000625" } : undefined;
  const records = [
    recordOf(0, "not json"),
    recordOf(1, patient("a", 1)),
    recordOf(2, patient("b", 1)),
  ];
  await assert.rejects(sink.put(...records), { name: "RetriableError" });

  isDown = false;
  await sink.put(...records);

  assert.deepEqual(
    sink.reports.map(({ record, error }) => [record.originalOffset, (error as DataError).code]),
    [[0, "SNOWFLAKE_VALUE_NOT_JSON"]],
  );
  assert.deepEqual(await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT" ORDER BY 1`), [
    ["a"],
    ["b"],
  ]);
});

test("SF-8 without a dead letter queue such a record fails the task", async (t) => {
  const double = await startAccount(t);
  const sink = await startTask(t, double, { hasReporter: false });

  await assert.rejects(sink.put(recordOf(0, "[]")), { code: "SNOWFLAKE_KEY_MISSING" });
});

for (const [policy, expected] of [
  ["earliest", [["new"], ["old"]]],
  ["accept", [["old"]]],
] as const) {
  test(`a topic that was made anew: offset.reset.policy=${policy}`, async (t) => {
    const double = await startAccount(t);
    const before = await startTask(t, double);
    await before.put(recordOf(5, patient("old", 1)));
    await before.task.stop();
    const after = await startTask(t, double, { props: { "offset.reset.policy": policy } });

    await after.put(recordOf(0, patient("new", 1)));

    const rows = await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT" ORDER BY 1`);
    assert.deepEqual(rows, expected);
  });
}

test("a topic that was made anew fails the task with the row to remove", async (t) => {
  const double = await startAccount(t);
  const before = await startTask(t, double);
  await before.put(recordOf(5, patient("old", 1)));
  await before.task.stop();
  const after = await startTask(t, double);

  await assert.rejects(after.put(recordOf(0, patient("new", 1))), {
    code: "SNOWFLAKE_OFFSET_BEYOND_LOG",
    message: /CLINICAL_CONNECT_OFFSETS/,
  });
});

test("SF-14 no secret and nothing of a record is in any line of the log", async (t) => {
  const double = await startAccount(t);
  const lines: string[] = [];
  for (const name of ["log", "info", "warn", "error", "debug"] as const) {
    t.mock.method(console, name, (...words: unknown[]) => void lines.push(words.join(" ")));
  }
  const stdout = t.mock.method(process.stdout, "write", (text: string | Uint8Array) => {
    lines.push(String(text));
    return true;
  });
  const props = {
    "snowflake.authenticator": "password",
    "snowflake.password": "invented-password",
  };
  const sink = await startTask(t, double, { props });
  let isDown = true;
  double.fault = ({ sql }) =>
    isDown && sql === "COMMIT" ? { kind: "error", code: "000625" } : undefined;
  const errors: unknown[] = [];

  for (let attempt = 0; attempt < 3; attempt += 1) {
    await sink
      .put(recordOf(0, patient("MARKER-ID", 1, { x: "MARKER-VALUE" }), { key: "MARKER-KEY" }))
      .catch((error: unknown) => errors.push(error));
  }
  isDown = false;
  await sink.put(recordOf(1, "MARKER-POISON"));
  stdout.mock.restore();

  const told = [
    ...lines,
    ...sink.log,
    ...errors.map(String),
    ...sink.reports.map(({ error }) => String(error)),
  ];
  assert.ok(errors.length > 0);
  for (const line of told) assert.doesNotMatch(line, /MARKER|invented-password/);
});

test("what was collected for a partition that is taken away is not written", async (t) => {
  const double = await startAccount(t);
  const partitions = [0, 1].map((partition) => ({ topic: TOPIC, partition }));
  const sink = await startTask(t, double, {
    props: { ...never, "buffer.count.records": "2" },
    partitions,
  });
  await sink.put(recordOf(0, patient("a", 1)));

  await sink.task.close(partitions.slice(0, 1));
  await sink.put(
    recordOf(0, patient("b", 1), { partition: 1 }),
    recordOf(1, patient("c", 1), { partition: 1 }),
  );

  assert.deepEqual(await double.query(`SELECT "RESOURCE_ID" FROM "PATIENT" ORDER BY 1`), [
    ["b"],
    ["c"],
  ]);
});
