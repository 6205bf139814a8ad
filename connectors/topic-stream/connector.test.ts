import assert from "node:assert/strict";
import { test } from "node:test";
import { SinkConnector, SinkRecord, SinkTask } from "#connect-api";
import manifest from "./index.ts";

const { TopicStreamConnector } = manifest.connectors;

test("it is a sink to the worker, with as many tasks as it may have", () => {
  const connector = new TopicStreamConnector();
  const props = { topics: "a" };
  connector.start(props);

  assert.ok(connector instanceof SinkConnector);
  assert.ok(new (connector.taskClass())() instanceof SinkTask);
  assert.deepEqual(connector.taskConfigs(3), [props, props, props]);
});

test("its task passes on what the transformations made, and is never put to", async () => {
  const task = new (new TopicStreamConnector().taskClass())();
  const records = [new SinkRecord({ topic: "a", partition: 0, offset: 0, value: "v" })];

  assert.equal(await task.process(records), records);
  assert.throws(() => task.put(), /never put\(\)/);
});
