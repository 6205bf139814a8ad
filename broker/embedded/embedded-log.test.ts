import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { recordLogContract } from "../contract/contract.ts";
import type { LogRecord, RecordLog } from "../record-log.ts";
import { openEmbeddedLog } from "./embedded-log.ts";
import type { EmbeddedLog } from "./embedded-log.ts";

const directories = new WeakMap<TestContext, string>();

function directoryOf(t: TestContext): string {
  let directory = directories.get(t);
  if (directory === undefined) {
    directory = mkdtempSync(join(tmpdir(), "embedded-log-"));
    directories.set(t, directory);
    const created = directory;
    t.after(() => rmSync(created, { recursive: true, force: true }));
  }
  return directory;
}

const open = (t: TestContext): Promise<EmbeddedLog> =>
  openEmbeddedLog({ directory: directoryOf(t) });

recordLogContract("embedded", open);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function readAll(log: RecordLog, topic: string): Promise<LogRecord[]> {
  const reader = await log.reader({ topic });
  const records: LogRecord[] = [];
  while (!(await reader.isAtEnd())) records.push(...(await reader.poll(100)));
  return records;
}

const pairs = (records: readonly LogRecord[]): string[] =>
  records.map(({ key, value }) =>
    [key, value].map((each) => (each ? new TextDecoder().decode(each) : "null")).join("="),
  );

test("compaction keeps the newest record of each key, and a tombstone for a day", async (t) => {
  const log = await open(t);
  t.after(() => log.close());
  await log.admin.createTopics([{ topic: "c", config: { "cleanup.policy": "compact" } }]);
  const producer = await log.producer({ clientId: "test" });
  const put = (key: string, value: string | null) =>
    producer.send([{ topic: "c", key: bytes(key), value: value === null ? null : bytes(value) }]);
  await put("a", "1");
  await put("b", "1");
  await put("a", "2");
  await put("b", null);

  log.cleanUp();
  assert.deepEqual(pairs(await readAll(log, "c")), ["a=2", "b=null"]);
  log.cleanUp(Date.now() + 2 * 86_400_000);
  assert.deepEqual(pairs(await readAll(log, "c")), ["a=2"]);
});

test("retention removes what is too old or too much, from the start", async (t) => {
  const log = await open(t);
  t.after(() => log.close());
  await log.admin.createTopics([
    { topic: "old", config: { "retention.ms": "1000" } },
    { topic: "large", config: { "retention.bytes": "6", "retention.ms": "-1" } },
  ]);
  const producer = await log.producer({ clientId: "test" });
  const now = Date.now();
  const record = (topic: string, value: string, timestamp: number) => ({
    topic,
    key: bytes("k"),
    value: bytes(value),
    timestamp,
  });
  await producer.send([record("old", "1", now - 5000), record("old", "2", now)]);
  await producer.send(["aaa", "bbb", "ccc"].map((value) => record("large", value, now)));

  log.cleanUp(now);

  assert.deepEqual(pairs(await readAll(log, "old")), ["k=2"]);
  assert.deepEqual(pairs(await readAll(log, "large")), ["k=bbb", "k=ccc"]);
  assert.equal((await log.admin.offsets("large"))[0]?.earliest, 1);
});

test("a second writer is refused, a reader beside it is not, and a reader alone neither", async (t) => {
  const directory = directoryOf(t);
  const log = await openEmbeddedLog({ directory });
  const producer = await log.producer({ clientId: "test" });
  await producer.send([{ topic: "t", key: null, value: bytes("1") }]);

  await assert.rejects(openEmbeddedLog({ directory }), { code: "LOG_IN_USE" });
  const settings = { "embedded.read.only": "true" };
  const beside = await openEmbeddedLog({ directory, settings });
  assert.deepEqual(pairs(await readAll(beside, "t")), ["null=1"]);
  await producer.send([{ topic: "t", key: null, value: bytes("2") }]);
  assert.deepEqual(pairs(await readAll(beside, "t")), ["null=1", "null=2"]);
  await assert.rejects(beside.producer({ clientId: "test" }), { code: "LOG_FAILED" });
  await beside.close();
  await log.close();
  const alone = await openEmbeddedLog({ directory, settings });
  t.after(() => alone.close());
  assert.deepEqual(pairs(await readAll(alone, "t")), ["null=1", "null=2"]);
});

test("a directory without a log cannot be read", async () => {
  const directory = join(tmpdir(), "no-log-is-here");
  await assert.rejects(openEmbeddedLog({ directory, settings: { "embedded.read.only": "true" } }), {
    code: "LOG_UNAVAILABLE",
  });
});
