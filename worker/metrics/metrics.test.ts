import assert from "node:assert/strict";
import { test } from "node:test";
import { Metrics } from "./index.ts";

const linesOf = async (metrics: Metrics): Promise<string[]> =>
  (await metrics.render()).split("\n").filter((line) => line.startsWith("kafka_connect_"));

test("names are Kafka's with underscores, and a counter is there before it counts", async () => {
  const metrics = new Metrics();

  const counter = metrics.counter("sink-task-metrics", "sink-record-read-total", {
    connector: "c",
    task: "0",
  });
  assert.deepEqual(await linesOf(metrics), [
    'kafka_connect_sink_task_metrics_sink_record_read_total{connector="c",task="0"} 0',
  ]);
  counter.add();
  counter.add(4);

  assert.match((await linesOf(metrics))[0] ?? "", / 5$/);
});

test("a counter asked for again goes on counting: a restarted task loses nothing", async () => {
  const metrics = new Metrics();

  metrics.counter("g", "a", { task: "0" }).add(2);
  metrics.counter("g", "a", { task: "0" }).add(3);

  assert.deepEqual(await linesOf(metrics), ['kafka_connect_g_a{task="0"} 5']);
});

test("a text becomes a label of a gauge that is 1, and only its present value is shown", async () => {
  const metrics = new Metrics();
  let state = "running";
  metrics.measured("connector-metrics", "status", { connector: "c" }, () => state);
  await linesOf(metrics);

  state = "failed";

  assert.deepEqual(await linesOf(metrics), [
    'kafka_connect_connector_metrics_status{connector="c",value="failed"} 1',
  ]);
});

test("what is removed is shown no more, and the rest is", async () => {
  const metrics = new Metrics();
  for (const connector of ["c", "d"]) {
    metrics.counter("g", "count", { connector, task: "0" }).add();
    metrics.measured("g", "size", { connector }, () => 1);
  }

  metrics.remove({ connector: "c" });
  await new Promise((resolve) => setImmediate(resolve));

  assert.deepEqual(await linesOf(metrics), [
    'kafka_connect_g_count{connector="d",task="0"} 1',
    'kafka_connect_g_size{connector="d"} 1',
  ]);
});
