import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { TestContext } from "node:test";
import {
  failure,
  pollFor,
  pollUntil,
  readToEnd,
  recordOf,
  valuesOf,
} from "../contract/contract-run.ts";
import type { ConsumerListener } from "../record-log.ts";
import { openEmbeddedLog } from "./embedded-log.ts";
import type { EmbeddedLog } from "./embedded-log.ts";

function directoryFor(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "embedded-log-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function open(t: TestContext): Promise<EmbeddedLog> {
  const directory = directoryFor(t);
  const log = await openEmbeddedLog({ directory });
  t.after(() => log.close());
  return log;
}

function listener(parts: Partial<ConsumerListener>): ConsumerListener {
  const nothing = async (): Promise<void> => {};
  return { onAssigned: nothing, onRevoked: nothing, onLost: nothing, ...parts };
}

test("a record that cannot be stored does not fail what others send in the same moment", async (t) => {
  const log = await open(t);
  const producer = await log.producer({ clientId: "test" });

  const outcomes = await Promise.allSettled([
    producer.send([recordOf("t", "before")]),
    producer.send([recordOf("t", "no time", { timestamp: Number.NaN })]),
    producer.send([recordOf("t", "after")]),
  ]);

  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(valuesOf(await readToEnd(await log.reader({ topic: "t" }))), [
    "before",
    "after",
  ]);
});

test("offsets in a transaction are refused when the member is put out before the commit", async (t) => {
  const log = await open(t);
  const settings = { "max.poll.interval.ms": "0" };
  const options = { clientId: "test", groupId: "g", topics: ["in"], settings };
  await log.admin.createTopics([{ topic: "in" }, { topic: "out" }]);
  const producer = await log.producer({ clientId: "test", transactionalId: "tx" });
  await (await log.producer({ clientId: "test" })).send([recordOf("in", "a")]);
  const late = await log.consumer(options);
  await pollFor(late, 1);
  const transaction = await producer.begin();
  await transaction.send([recordOf("out", "twice")]);
  await transaction.sendOffsets(late, [{ topic: "in", partition: 0, offset: 1 }]);

  const other = await log.consumer(options);
  await pollUntil(other, () => other.assignment().length === 1);

  await assert.rejects(() => transaction.commit(), failure("COMMIT_REFUSED"));
  assert.deepEqual(await log.admin.groupOffsets("g"), []);
  assert.deepEqual(await readToEnd(await log.reader({ topic: "out" })), []);
  const again = await producer.begin();
  await again.abort();
});

test("a listener that throws in onRevoked does not keep the member in the group or the log open", async (t) => {
  const directory = directoryFor(t);
  const log = await openEmbeddedLog({ directory });
  await log.admin.createTopics([{ topic: "t" }]);
  const consumer = await log.consumer({
    clientId: "test",
    groupId: "g",
    topics: ["t"],
    listener: listener({
      async onRevoked() {
        throw new Error("the listener failed");
      },
    }),
  });
  await pollUntil(consumer, () => consumer.assignment().length === 1);

  await assert.rejects(() => log.close(), /the listener failed/);

  const again = await openEmbeddedLog({ directory });
  await again.close();
});

test("a consumer that is closed twice at once is revoked once", async (t) => {
  const log = await open(t);
  await log.admin.createTopics([{ topic: "t" }]);
  let revoked = 0;
  const consumer = await log.consumer({
    clientId: "test",
    groupId: "g",
    topics: ["t"],
    listener: listener({
      async onRevoked() {
        revoked += 1;
      },
    }),
  });
  await pollUntil(consumer, () => consumer.assignment().length === 1);

  await Promise.all([consumer.close(), consumer.close()]);

  assert.equal(revoked, 1);
});

test("every change is refused with LOG_FAILED by a log that is open for reading", async (t) => {
  const directory = directoryFor(t);
  const writer = await openEmbeddedLog({ directory });
  await writer.admin.createTopics([{ topic: "t" }]);
  await writer.close();
  const log = await openEmbeddedLog({ directory, settings: { "embedded.read.only": "true" } });
  t.after(() => log.close());
  const { admin } = log;
  const options = { clientId: "test", groupId: "g", topics: ["t"] };

  for (const change of [
    () => log.producer({ clientId: "test" }),
    () => log.consumer(options),
    () => admin.createTopics([{ topic: "new" }]),
    () => admin.deleteTopics(["t"]),
    () => admin.alterGroupOffsets("g", [{ topic: "t", partition: 0, offset: 1 }]),
    () => admin.deleteGroup("g"),
  ]) {
    await assert.rejects(change as () => Promise<unknown>, failure("LOG_FAILED"));
  }
  assert.deepEqual(await admin.listTopics(), ["t"]);
});

test("a file that is not a log is refused, and the directory is free again afterwards", async (t) => {
  const directory = directoryFor(t);
  const file = join(directory, "log.db");
  writeFileSync(file, "this is no database, however long it may be ".repeat(100));

  await assert.rejects(() => openEmbeddedLog({ directory }), failure("LOG_CORRUPT"));

  rmSync(file);
  const log = await openEmbeddedLog({ directory });
  await log.close();
});

test("a clean-up that fails is tried again later and does not end the process", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const directory = directoryFor(t);
  const settings = { "log.retention.check.interval.ms": "1000" };
  const log = await openEmbeddedLog({ directory, settings });
  t.after(() => log.close());
  await log.admin.createTopics([{ topic: "t", config: { "retention.ms": "0" } }]);
  const producer = await log.producer({ clientId: "test" });
  await producer.send([recordOf("t", "old", { timestamp: 0 })]);
  const other = new DatabaseSync(join(directory, "log.db"));
  other.exec("CREATE TRIGGER broken BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'no'); END");

  assert.doesNotThrow(() => t.mock.timers.tick(1000));

  other.exec("DROP TRIGGER broken");
  other.close();
  t.mock.timers.tick(1000);
  assert.deepEqual(await readToEnd(await log.reader({ topic: "t" })), []);
});

test("topics, offsets of groups and fences outlive the process that made them", async (t) => {
  const directory = directoryFor(t);
  const before = await openEmbeddedLog({ directory });
  const config = { "cleanup.policy": "compact" };
  await before.admin.createTopics([{ topic: "t", partitions: 3, config }]);
  await before.admin.alterGroupOffsets("g", [{ topic: "t", partition: 2, offset: 5 }]);
  await before.close();

  const after = await openEmbeddedLog({ directory });
  t.after(() => after.close());

  assert.equal(after.clusterId, before.clusterId);
  assert.deepEqual(await after.admin.describeTopics(["t"]), [
    { topic: "t", partitions: 3, config },
  ]);
  assert.deepEqual(await after.admin.groupOffsets("g"), [{ topic: "t", partition: 2, offset: 5 }]);
});

test("a log that is closed refuses everything with CLIENT_CLOSED", async (t) => {
  const log = await open(t);
  await log.admin.createTopics([{ topic: "t" }]);
  const producer = await log.producer({ clientId: "test" });
  await log.close();

  await assert.rejects(() => producer.send([recordOf("t", "x")]), failure("CLIENT_CLOSED"));
  await assert.rejects(() => log.admin.createTopics([{ topic: "u" }]), failure("CLIENT_CLOSED"));
});

test("what was sent before the log is closed is stored", async (t) => {
  const directory = directoryFor(t);
  const log = await openEmbeddedLog({ directory });
  const producer = await log.producer({ clientId: "test" });

  const sending = producer.send([recordOf("t", "last")]);
  await log.close();
  await sending;

  const again = await openEmbeddedLog({ directory });
  t.after(() => again.close());
  assert.deepEqual(valuesOf(await readToEnd(await again.reader({ topic: "t" }))), ["last"]);
});

test("a poll holds a bounded number of bytes, however large the records are", async (t) => {
  const log = await open(t);
  const producer = await log.producer({ clientId: "test" });
  const value = new Uint8Array(20 * 1024 * 1024);
  for (let at = 0; at < 3; at += 1) await producer.send([{ topic: "t", key: null, value }]);

  const reader = await log.reader({ topic: "t" });

  assert.equal((await reader.poll(100)).length, 2);
  assert.equal((await reader.poll(100)).length, 1);
});
