import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { eventually, rest } from "#test/support/rest-client";
import { temporaryDirectory } from "#test/support/worker-process";
import { groupMetrics, listedMetrics, shownMetrics } from "../../worker/fixtures/kafka-metrics.ts";
import { WorkerCluster } from "./worker-cluster.ts";

// Longer than the test may take: what waits for the session of a dead worker, or of its consumers, fails.
const SESSION_MS = "300000";

test("a worker that was killed and starts again goes on at once, with sources and sinks", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const folder = temporaryDirectory(t);
  const [input, output] = [join(folder, "in.txt"), join(folder, "out.txt")];
  const lines = (): string[] =>
    existsSync(output) ? readFileSync(output, "utf8").trim().split("\n") : [];
  const cluster = new WorkerCluster(t, bootstrapServers, {
    "session.timeout.ms": SESSION_MS,
    "consumer.session.timeout.ms": SESSION_MS,
    "offset.flush.interval.ms": "100",
  });
  const topic = `lines-${cluster.id}`;
  const text = { "value.converter": "org.apache.kafka.connect.storage.StringConverter" };
  const source = { "connector.class": "FileStreamSource", file: input, topic, ...text };
  const sink = { "connector.class": "FileStreamSink", file: output, topics: topic, ...text };
  appendFileSync(input, "before\n");

  const killed = await cluster.start();
  for (const [name, config] of Object.entries({ source, sink })) {
    const created = await rest(killed.url, "POST", "/connectors", { name, config });
    assert.equal(created.status, 201, JSON.stringify(created.body));
  }
  await eventually("a line arrived", () => lines().includes("before"), 60_000);
  const { body: metrics } = await rest(killed.url, "GET", "/metrics");
  const shown = shownMetrics(String(metrics)).filter((each) => /rebalance|coordinator/.test(each));
  assert.deepEqual(shown, listedMetrics(groupMetrics));
  await killed.end("SIGKILL");
  appendFileSync(input, "after\n");

  const startedAt = performance.now();
  await cluster.start({ listeners: killed.url });
  await eventually("the next line arrived", () => lines().includes("after"), 60_000, 20);
  t.diagnostic(`from start to the next line: ${Math.round(performance.now() - startedAt)} ms`);
});
