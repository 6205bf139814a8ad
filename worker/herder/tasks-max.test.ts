import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigDef, SinkConnector, SinkTask } from "#connect-api";
import type { Props } from "#connect-api";
import { startTestWorker } from "../fixtures/herder-harness.ts";

test("the largest tasks.max does not ask a connector for more tasks than a worker can have", async (t) => {
  const asked: number[] = [];
  class CountingTask extends SinkTask {
    readonly version = "1";
    start(): void {}
    put(): void {}
    stop(): void {}
  }
  class CountingSink extends SinkConnector {
    readonly version = "1";
    config() {
      return new ConfigDef({});
    }
    start(): void {}
    taskClass() {
      return CountingTask;
    }
    taskConfigs(max: number): readonly Props[] {
      asked.push(max);
      return [{}];
    }
    stop(): void {}
  }
  const worker = await startTestWorker(t, { connectors: { CountingSink } });

  for (const [name, max] of [
    ["most", "2147483647"],
    ["some", "7"],
  ] as const) {
    const config = { "connector.class": "CountingSink", topics: "t", "tasks.max": max };
    await worker.herder.createConnector(name, config);
    await worker.reached(name, "RUNNING", "RUNNING");
  }

  assert.deepEqual(asked, [1000, 7]);
  assert.equal(worker.herder.connectorConfig("most")["tasks.max"], "2147483647");
});
