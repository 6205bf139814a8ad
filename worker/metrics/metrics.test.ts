import assert from "node:assert/strict";
import { test } from "node:test";
import { Metrics, pluginMetrics } from "./index.ts";

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

test("what a scope has made is shown no more when it is closed, and the rest is", async () => {
  const metrics = new Metrics();
  const scopes = { c: metrics.scope(), d: metrics.scope() };
  for (const [connector, scope] of Object.entries(scopes)) {
    scope.counter("g", "count", { connector, task: "0" }).add();
    scope.measured("g", "size", { connector }, () => 1);
  }

  scopes.c.close();

  assert.deepEqual(await linesOf(metrics), [
    'kafka_connect_g_count{connector="d",task="0"} 1',
    'kafka_connect_g_size{connector="d"} 1',
  ]);
});

test("a value that was never measured is not shown, and a total is a counter", async () => {
  const metrics = new Metrics();

  metrics.measured("g", "time-avg", {}, () => NaN);
  metrics.measured("g", "rounds-total", {}, () => 2);

  assert.deepEqual(await linesOf(metrics), ["kafka_connect_g_rounds_total 2"]);
  assert.match(await metrics.render(), /# TYPE kafka_connect_g_rounds_total counter/);
});

test("a plug-in's metrics carry its task, its own labels, and its documentation", async () => {
  const metrics = new Metrics();
  const scope = metrics.scope();
  const own = pluginMetrics(scope, { connector: "c", task: "0" });

  own.counter("rows-total", "Rows written.", { outcome: "inserted" }).add(2);
  own.gauge("rows-waiting", "Rows that wait.", () => 3);
  own.histogram("ack-seconds", "Time to the answer.", [0.01, 1]).observe(0.5);

  assert.deepEqual(await linesOf(metrics), [
    'kafka_connect_plugins_rows_total{outcome="inserted",connector="c",task="0"} 2',
    'kafka_connect_plugins_rows_waiting{connector="c",task="0"} 3',
    'kafka_connect_plugins_ack_seconds_bucket{le="0.01",connector="c",task="0"} 0',
    'kafka_connect_plugins_ack_seconds_bucket{le="1",connector="c",task="0"} 1',
    'kafka_connect_plugins_ack_seconds_bucket{le="+Inf",connector="c",task="0"} 1',
    'kafka_connect_plugins_ack_seconds_sum{connector="c",task="0"} 0.5',
    'kafka_connect_plugins_ack_seconds_count{connector="c",task="0"} 1',
  ]);
  assert.match(await metrics.render(), /# HELP kafka_connect_plugins_rows_total Rows written\./);
  scope.close();
  assert.deepEqual(await linesOf(metrics), []);
});
