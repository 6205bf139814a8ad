import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { pollFor, readToEnd, recordOf, text } from "../contract/contract-run.ts";
import type { LogRecord, NewRecord } from "../record-log.ts";
import { openEmbeddedLog } from "./embedded-log.ts";
import type { EmbeddedLog } from "./embedded-log.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 6, 14);
const TOPIC = "topic";

/** A log with one topic that holds these records. */
async function logWith(
  t: TestContext,
  config: Readonly<Record<string, string>>,
  records: readonly NewRecord[],
): Promise<EmbeddedLog> {
  const directory = mkdtempSync(join(tmpdir(), "embedded-log-"));
  const log = await openEmbeddedLog({ directory });
  t.after(async () => {
    await log.close();
    rmSync(directory, { recursive: true, force: true });
  });
  await log.admin.createTopics([{ topic: TOPIC, config }]);
  const producer = await log.producer({ clientId: "test" });
  await producer.send(records);
  return log;
}

async function contents(log: EmbeddedLog): Promise<string[]> {
  return (await readToEnd(await log.reader({ topic: TOPIC }))).map(placed);
}

const placed = ({ offset, value }: LogRecord): string => `${offset}:${text(value)}`;
const aged = (value: string | null, ageMs: number, key = "k"): NewRecord =>
  recordOf(TOPIC, value, { key, timestamp: NOW - ageMs });

test("records keep their offsets when others between them are compacted away", async (t) => {
  const log = await logWith(t, { "cleanup.policy": "compact" }, [
    aged("a=1", 0, "a"),
    aged("b=1", 0, "b"),
    aged("a=2", 0, "a"),
    aged("c=1", 0, "c"),
    aged("b=2", 0, "b"),
  ]);

  log.cleanUp(NOW);

  assert.deepEqual(await contents(log), ["2:a=2", "3:c=1", "4:b=2"]);
  assert.equal((await log.admin.offsets(TOPIC))[0]?.latest, 5);
});

test("readers get to the end, and go on, when the last record has been compacted away", async (t) => {
  const config = { "cleanup.policy": "compact", "delete.retention.ms": "0" };
  const log = await logWith(t, config, [aged("1", MINUTE_MS), aged(null, MINUTE_MS)]);

  log.cleanUp(NOW);

  const reader = await log.reader({ topic: TOPIC });
  assert.deepEqual(await readToEnd(reader), []);
  const producer = await log.producer({ clientId: "test" });
  await producer.send([aged("next", 0)]);
  assert.deepEqual((await pollFor(reader, 1)).map(placed), ["2:next"]);
});

test("records without a key are never compacted away", async (t) => {
  const log = await logWith(t, { "cleanup.policy": "compact" }, [
    recordOf(TOPIC, "1"),
    recordOf(TOPIC, "2"),
  ]);

  log.cleanUp(NOW);

  assert.deepEqual(await contents(log), ["0:1", "1:2"]);
});

test("without settings a record is kept for a week", async (t) => {
  const log = await logWith(t, {}, [aged("8 days", 8 * DAY_MS), aged("6 days", 6 * DAY_MS)]);

  log.cleanUp(NOW);

  assert.deepEqual(await contents(log), ["1:6 days"]);
});

test("retention.ms of -1 keeps everything", async (t) => {
  const log = await logWith(t, { "retention.ms": "-1" }, [aged("ancient", 9000 * DAY_MS)]);

  log.cleanUp(NOW);

  assert.deepEqual(await contents(log), ["0:ancient"]);
});

test("a topic that only compacts never expires", async (t) => {
  const config = { "cleanup.policy": "compact", "retention.ms": "1" };
  const log = await logWith(t, config, [aged("ancient", 9000 * DAY_MS)]);

  log.cleanUp(NOW);

  assert.deepEqual(await contents(log), ["0:ancient"]);
});

test("a topic may be compacted and expire as well", async (t) => {
  const config = { "cleanup.policy": "compact, delete", "retention.ms": `${MINUTE_MS}` };
  const log = await logWith(t, config, [
    aged("a=1", 2 * MINUTE_MS, "a"),
    aged("b=1", 0, "b"),
    aged("b=2", 0, "b"),
  ]);

  log.cleanUp(NOW);

  assert.deepEqual(await contents(log), ["2:b=2"]);
});

test("a consumer whose position has expired goes on with what is kept", async (t) => {
  const log = await logWith(t, { "retention.ms": `${MINUTE_MS}` }, [
    aged("old", 2 * MINUTE_MS),
    aged("new", 0),
  ]);
  await log.admin.alterGroupOffsets("g", [{ topic: TOPIC, partition: 0, offset: 0 }]);

  log.cleanUp(NOW);

  const consumer = await log.consumer({ clientId: "test", groupId: "g", topics: [TOPIC] });
  assert.deepEqual((await pollFor(consumer, 1)).map(placed), ["1:new"]);
});
