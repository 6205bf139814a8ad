import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "#test/support/ask";
import { serve } from "../fixtures/rest-rows.ts";

test("metrics are Prometheus text under Kafka Connect's names", async (t) => {
  const { url, metrics } = await serve(t);
  const tags = { connector: "adt", task: "0" };
  metrics.counter("source-task-metrics", "source-record-write-total", tags).add(3);
  metrics.measured("connector-task-metrics", "status", tags, () => "running");
  metrics.measured("connect-worker-metrics", "task-count", {}, () => 2);

  const answer = await ask(url, { path: "/metrics" });

  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"] ?? "", /^text\/plain; version=/);
  const lines = answer.text.split("\n");
  for (const line of [
    "# TYPE kafka_connect_source_task_metrics_source_record_write_total counter",
    'kafka_connect_source_task_metrics_source_record_write_total{connector="adt",task="0"} 3',
    'kafka_connect_connector_task_metrics_status{connector="adt",task="0",value="running"} 1',
    "kafka_connect_connect_worker_metrics_task_count 2",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.match(answer.text, /^process_resident_memory_bytes \d/m);
});
