import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { NO_METRICS } from "#connect-api";
import type { SourceOffset, SourceRecord } from "#connect-api";
import { FileStreamSourceConnector } from "./connector.ts";
import { FileStreamSourceTask } from "./task.ts";

async function startTask(
  t: TestContext,
  content: string,
  { offset = null, batchSize = "2" }: { offset?: SourceOffset | null; batchSize?: string } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "file-source-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "in.txt");
  writeFileSync(file, content);
  const task = new FileStreamSourceTask();
  const silent = (): void => {};
  task.initialize({
    connectorName: "lines",
    taskId: 0,
    metrics: NO_METRICS,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    configs: () => ({}),
    offsetReader: {
      offset: async () => offset,
      offsets: async (partitions) => new Map(partitions.map((each) => [each, offset])),
    },
    isExactlyOnce: false,
    transactionContext: undefined,
  });
  await task.start({ file, topic: "lines", "batch.size": batchSize });
  t.after(() => task.stop());
  const poll = (): Promise<readonly SourceRecord[]> => task.poll(new AbortController().signal);
  return { task, file, poll };
}

const lines = (records: readonly SourceRecord[]): unknown[] => records.map(({ value }) => value);

test("whole lines become records, at most a batch at a time, with the position after each", async (t) => {
  const { file, poll } = await startTask(t, "one\r\ntwo\nthree\nhalf");

  const first = await poll();
  assert.deepEqual(lines(first), ["one", "two"]);
  assert.deepEqual(first[1]?.sourceOffset, { position: 9 });
  assert.deepEqual(first[1].sourcePartition, { filename: file });
  assert.deepEqual(lines(await poll()), ["three"]);
  assert.deepEqual(lines(await poll()), []);
  appendFileSync(file, " line\n");
  assert.deepEqual(lines(await poll()), ["half line"]);
});

test("a batch size below one is taken for one, as in Kafka", async (t) => {
  const { poll } = await startTask(t, "one\ntwo\n", { batchSize: "-5" });

  assert.deepEqual(lines(await poll()), ["one"]);
  assert.deepEqual(lines(await poll()), ["two"]);
});

test("a record is text with a schema and no key", async (t) => {
  const { poll } = await startTask(t, "one\n");

  const [record] = await poll();

  assert.equal(record?.topic, "lines");
  assert.equal(record.key, null);
  assert.equal(record.valueSchema?.type, "STRING");
  assert.equal(record.valueSchema.optional, false);
});

const ends: readonly (readonly [what: string, content: string, expected: readonly string[]])[] = [
  ["CR alone, as HL7 has it", "a\rb\r\nc\n", ["a", "b"]],
  ["empty lines", "\n\r\n", ["", ""]],
  ["a CR that may be half of CR LF", "a\nb\r", ["a"]],
];

for (const [what, content, expected] of ends) {
  test(`line ends: ${what}`, async (t) => {
    const { poll } = await startTask(t, content);

    assert.deepEqual(lines(await poll()), expected);
  });
}

test("a line longer than one read, with letters of several bytes at its seams, stays whole", async (t) => {
  const long = "\u00e9\u20ac\u{1f600}".repeat(50_000);
  const { poll } = await startTask(t, `x${long}\n`);

  const records: SourceRecord[] = [];
  for (let nth = 0; nth < 10 && records.length === 0; nth += 1) records.push(...(await poll()));

  assert.deepEqual(lines(records), [`x${long}`]);
  assert.deepEqual(records[0]?.sourceOffset, { position: 2 + 9 * 50_000 });
});

test("a file that is not there yet is waited for", async (t) => {
  const { file, poll } = await startTask(t, "one\n");
  rmSync(file);

  assert.deepEqual(await poll(), []);
  writeFileSync(file, "one\n");
  assert.deepEqual(lines(await poll()), ["one"]);
});

test("a poll that waits ends when it is told to", async (t) => {
  const { task } = await startTask(t, "");

  assert.deepEqual(await task.poll(AbortSignal.abort()), []);
});

test("it goes on at the stored position", async (t) => {
  const { poll } = await startTask(t, "one\ntwo\n", { offset: { position: 4 } });

  assert.deepEqual(lines(await poll()), ["two"]);
});

test("offsets from outside must name the file and a position", () => {
  const connector = new FileStreamSourceConnector();
  const alter = (partition: object, offset: object | null) =>
    connector.alterOffsets({ file: "f" }, new Map([[partition, offset]]) as never);

  assert.equal(alter({ filename: "f" }, { position: 3 }), true);
  assert.equal(alter({ filename: "f" }, null), true);
  for (const position of ["3", 1.5, null]) {
    assert.throws(() => alter({ filename: "f" }, { position }), { code: "OFFSETS_INVALID" });
  }
  assert.equal(alter({ filename: "f", more: 1 }, { position: 3, more: 1 }), true);
  assert.throws(() => alter({ filename: "f" }, {}), { code: "OFFSETS_INVALID" });
  assert.throws(() => alter({ file: "f" }, { position: 3 }), { code: "OFFSETS_INVALID" });
  assert.throws(() => alter({ filename: "f" }, { position: -1 }), { code: "OFFSETS_INVALID" });
  assert.throws(() => connector.alterOffsets({}, new Map()), { code: "OFFSETS_NOT_SUPPORTED" });
});

test("one task reads the file, whatever tasks.max says", () => {
  const connector = new FileStreamSourceConnector();
  const props = { file: "f", topic: "t" };
  connector.start(props);

  assert.deepEqual(connector.taskConfigs(7), [props]);
  assert.equal(connector.exactlyOnceSupport(props), "SUPPORTED");
  assert.equal(connector.exactlyOnceSupport({ topic: "t" }), "UNSUPPORTED");
});

test("the settings are Kafka's: batch.size, file, topic, and a topic is required", () => {
  const { keys } = new FileStreamSourceConnector().config();

  assert.deepEqual(Object.keys(keys).toSorted(), ["batch.size", "file", "topic"]);
  assert.throws(() => new FileStreamSourceConnector().config().parse({ file: "f" }), {
    key: "topic",
  });
});
