import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connectWorkerForTests } from "#test/servers/connect-worker";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { connectorRunning, eventually, rest } from "#test/support/rest-client";
import { openBeside, topicContents } from "#test/support/topic-contents";
import { temporaryDirectory } from "#test/support/worker-process";
import {
  groupMetrics,
  kafkaMetrics,
  listedMetrics,
  transactionMetrics,
} from "../../../worker/fixtures/kafka-metrics.ts";
import { internalTopics } from "../rest/internal-topics.ts";

/** Of Kafka's clients, and of its metrics themselves. */
const NOT_OURS = /^(?:connect_metrics|connect_node_metrics|app_info|kafka_metrics_count)_/;

/** The metrics of a Java process, in the form of `listedMetrics`. */
function jmxMetrics(pid: number, domain: string): readonly string[] {
  const program = join(import.meta.dirname, "JmxMetrics.java");
  const java = spawnSync("java", [program, String(pid), domain], {
    encoding: "utf8",
    timeout: 120_000,
  });
  assert.equal(java.status, 0, java.stderr);
  return java.stdout
    .trim()
    .split("\n")
    .map((line) => {
      const [group = "", attribute = "", tags = ""] = line.split(" ");
      return `${group}_${attribute} ${tags}`.replaceAll("-", "_");
    })
    .toSorted();
}

test("the list of metrics that this worker is compared with is that of Kafka Connect's worker", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const java = await connectWorkerForTests(t, {
    bootstrapServers,
    props: { ...internalTopics("metrics"), "exactly.once.source.support": "enabled" },
  });
  const folder = temporaryDirectory(t);
  const [input, output] = [join(folder, "in.txt"), join(folder, "out.txt")];
  writeFileSync(input, "a line\n");
  const text = { "value.converter": "org.apache.kafka.connect.storage.StringConverter" };
  const transform = {
    transforms: "tag",
    "transforms.tag.type": "org.apache.kafka.connect.transforms.InsertHeader",
    "transforms.tag.header": "h",
    "transforms.tag.value.literal": "1",
    "transforms.tag.predicate": "tombstone",
    predicates: "tombstone",
    "predicates.tombstone.type": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
  };
  const configs = {
    source: {
      "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
      file: input,
      topic: "metrics-lines",
    },
    sink: {
      "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
      file: output,
      topics: "metrics-lines",
    },
  };
  for (const [name, config] of Object.entries(configs)) {
    const body = { name, config: { ...config, ...text, ...transform } };
    assert.equal((await rest(java.url, "POST", "/connectors", body)).status, 201);
    await connectorRunning(java.url, name);
  }
  const log = await openBeside(bootstrapServers);
  t.after(() => log.close());
  const isStored = async () => (await topicContents(log, "metrics-lines")).length === 1;
  await eventually("the line is stored", isStored, 120_000);

  const theirs = jmxMetrics(java.pid, "kafka.connect").filter((name) => !NOT_OURS.test(name));

  assert.deepEqual(listedMetrics([...kafkaMetrics, ...groupMetrics, transactionMetrics]), theirs);
});
