import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { openRecordLog } from "#broker";
import { temporaryDirectory } from "../fixtures/task-harness.ts";
import { ConfigStore } from "./config-store.ts";
import { KeyedTopic } from "./keyed-topic.ts";
import { OffsetStore } from "./offset-store.ts";
import { StatusStore } from "./status-store.ts";

async function topicOf(t: TestContext, partitions = 3) {
  const log = await openRecordLog({
    "bootstrap.servers": `embedded:${temporaryDirectory(t)}`,
  });
  t.after(() => log.close());
  const open = (): Promise<KeyedTopic> =>
    KeyedTopic.open(log, { topic: "t", partitions, replicationFactor: 1, clientId: "test" });
  return { log, open };
}

const writer = (workerId: string) => () => ({ workerId, generation: 0, isShared: false });

test("a keyed topic is compacted, and opening it again finds the newest values", async (t) => {
  const { log, open } = await topicOf(t);
  const first = await open();
  await first.put(["a", "1"], ["b", "2"]);
  await first.put(["a", "3"], ["b", null]);

  const second = await open();

  assert.deepEqual([...second.entries()], [["a", "3"]]);
  const [described] = await log.admin.describeTopics(["t"]);
  assert.equal(described?.config["cleanup.policy"], "compact");
  assert.equal(described?.partitions, 3);
});

test("a task set counts only when its commit record says so, and only if it is whole", async (t) => {
  const topic = await (await topicOf(t)).open();
  const store = new ConfigStore(topic);
  await store.putConnector("c", { name: "c" });

  await topic.put(["task-c-0", '{"properties":{"n":"0"}}']);
  await store.readToEnd();
  assert.deepEqual(store.taskConfigs("c"), []);
  await topic.put(["commit-c", '{"tasks":1}']);
  await store.readToEnd();
  assert.deepEqual(store.taskConfigs("c"), [{ n: "0" }]);
  await topic.put(["commit-c", '{"tasks":2}']);
  await store.readToEnd();
  assert.deepEqual(store.taskConfigs("c"), []);
});

test("STOPPED is told to old workers as PAUSED, and both forms are read", async (t) => {
  const topic = await (await topicOf(t)).open();
  const store = new ConfigStore(topic);
  assert.equal(store.targetState("c"), "STARTED");

  await store.putTargetState("c", "STOPPED");
  assert.equal(topic.get("target-state-c"), '{"state":"PAUSED","state.v2":"STOPPED"}');
  assert.equal(store.targetState("c"), "STOPPED");
  await topic.put(["target-state-c", '{"state":"PAUSED"}']);
  await store.readToEnd();
  assert.equal(store.targetState("c"), "PAUSED");
});

test("an initial state is stored before the connector, so that nobody starts it too early", async (t) => {
  const { log, open } = await topicOf(t, 1);
  const store = new ConfigStore(await open());

  await store.putConnector("c", { name: "c" }, "STOPPED");

  const reader = await log.reader({ topic: "t" });
  const keys = (await reader.poll(100)).map(({ key }) =>
    new TextDecoder().decode(key ?? undefined),
  );
  await reader.close();
  assert.deepEqual(keys, ["target-state-c", "connector-c"]);
});

test("a deleted connector is gone, with its target state", async (t) => {
  const store = new ConfigStore(await (await topicOf(t)).open());
  await store.putConnector("c", { name: "c" }, "PAUSED");
  await store.putTaskConfigs("c", [{ n: "0" }]);

  await store.deleteConnector("c");

  assert.deepEqual(store.connectors(), []);
  assert.equal(store.targetState("c"), "STARTED");
  assert.deepEqual(store.taskConfigs("c"), []);
});

test("offsets are stored under [connector, partition], in the order of its members", async (t) => {
  const topic = await (await topicOf(t)).open();
  const store = new OffsetStore(topic);

  await store.put("c", [[{ b: 1, a: "x" }, { at: 5 }]]);
  await store.put("other", [[{ b: 1, a: "x" }, { at: 6 }]]);

  assert.equal(topic.get('["c",{"b":1,"a":"x"}]'), '{"at":5}');
  assert.deepEqual(await store.reader("c").offset({ b: 1, a: "x" }), { at: 5 });
  assert.deepEqual(await store.list("c"), [{ partition: { b: 1, a: "x" }, offset: { at: 5 } }]);
  await store.put("c", [[{ b: 1, a: "x" }, null]]);
  assert.deepEqual(await store.list("c"), []);
});

test("statuses are answered from memory at once and survive in the log", async (t) => {
  const { open } = await topicOf(t);
  const statuses = new StatusStore(await open(), writer("h:1"));

  statuses.putConnector("c", "RUNNING", "1.0");
  statuses.putTask("c", 0, "FAILED", undefined, "trace");
  statuses.useTopic("in", "c", 0, 99);
  assert.deepEqual(statuses.connector("c"), { state: "RUNNING", worker_id: "h:1", version: "1.0" });
  await statuses.flush();

  const after = new StatusStore(await open(), writer("h:2"));
  assert.deepEqual(after.task("c", 0), { state: "FAILED", worker_id: "h:1", trace: "trace" });
  assert.deepEqual(after.topics("c"), ["in"]);
});

test("removing a connector spares one whose name begins alike", async (t) => {
  const statuses = new StatusStore(await (await topicOf(t)).open(), writer("h:1"));
  statuses.putTask("c", 0, "RUNNING");
  statuses.putTask("c-0", 0, "RUNNING");
  statuses.useTopic("in", "c", 0, 1);
  statuses.useTopic("in", "c-0", 0, 1);

  statuses.removeConnector("c");

  assert.equal(statuses.task("c", 0), undefined);
  assert.equal(statuses.task("c-0", 0)?.state, "RUNNING");
  assert.deepEqual(statuses.topics("c"), []);
  assert.deepEqual(statuses.topics("c-0"), ["in"]);
});
