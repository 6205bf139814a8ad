import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connectWorkerForTests } from "#test/servers/connect-worker";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { connectorRunning, eventually, rest } from "#test/support/rest-client";
import { openBeside, topicContents } from "#test/support/topic-contents";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";

test("a running FileStream pipeline moves from Kafka Connect's worker to this one and back, with no line lost or repeated", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const id = randomUUID().slice(0, 8);
  const shared = {
    "group.id": `migration-${id}`,
    "config.storage.topic": `configs-${id}`,
    "offset.storage.topic": `offsets-${id}`,
    "status.storage.topic": `status-${id}`,
  };
  const folder = temporaryDirectory(t);
  const input = join(folder, "input.txt");
  const output = join(folder, "output.txt");
  const topic = `lines-${id}`;
  const expected: string[] = [];
  const write = (count: number): void => {
    for (let line = 0; line < count; line += 1) {
      expected.push(`line ${expected.length}`);
      appendFileSync(input, `${expected.at(-1)}\n`);
    }
  };
  const lines = (): string[] =>
    existsSync(output) ? readFileSync(output, "utf8").split("\n").slice(0, -1) : [];
  const arrived = (by: string): Promise<void> =>
    eventually(
      `${by} has brought ${expected.length} lines`,
      () => lines().length >= expected.length,
    );
  const source = {
    name: "source",
    config: {
      "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
      file: input,
      topic,
    },
  };
  const sink = {
    name: "sink",
    config: {
      "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
      "value.converter": "org.apache.kafka.connect.storage.StringConverter",
      file: output,
      topics: topic,
    },
  };
  source.config = { ...source.config, ...{ "value.converter": sink.config["value.converter"] } };
  const offsetsAt = async (url: string): Promise<unknown> =>
    (await rest(url, "GET", "/connectors/source/offsets")).body;
  const atTheEnd = (): unknown => ({
    offsets: [{ partition: { filename: input }, offset: { position: statSync(input).size } }],
  });

  write(100);
  const java = await connectWorkerForTests(t, { bootstrapServers, props: shared });
  for (const connector of [source, sink]) {
    assert.equal((await rest(java.url, "POST", "/connectors", connector)).status, 201);
  }
  await arrived("Kafka Connect's worker");
  const javaConfig = (await rest(java.url, "GET", "/connectors/source")).body;
  await java.shutdown();

  write(50);
  const ours = await startWorkerProcess(t, workerProps(bootstrapServers, shared));
  assert.deepEqual((await rest(ours.url, "GET", "/connectors/source")).body, javaConfig);
  await arrived("this worker");
  write(50);
  await arrived("this worker");
  await connectorRunning(ours.url, "sink");
  await eventually("the source's offset is stored", async () => {
    const found = await offsetsAt(ours.url);
    return JSON.stringify(found) === JSON.stringify(atTheEnd());
  });
  assert.equal((await rest(ours.url, "PUT", "/connectors/source/pause")).status, 202);
  assert.equal((await rest(ours.url, "PUT", "/connectors/source/resume")).status, 202);
  assert.equal(await ours.end("SIGTERM"), 0);

  write(50);
  await java.restart();
  await arrived("Kafka Connect's worker again");
  write(50);
  await arrived("Kafka Connect's worker again");
  for (const { name } of [source, sink]) await connectorRunning(java.url, name);
  await eventually("Kafka Connect reads and moves the same offset", async () => {
    const found = await offsetsAt(java.url);
    return JSON.stringify(found) === JSON.stringify(atTheEnd());
  });

  assert.deepEqual(lines(), expected);
  const log = await openBeside(bootstrapServers);
  t.after(() => log.close());
  const stored = await topicContents(log, topic);
  assert.deepEqual(
    stored.map(({ value }) => new TextDecoder().decode(value ?? undefined)),
    expected,
  );
  // One source partition has one key, whoever wrote it: compaction would keep two apart.
  const keys = (await topicContents(log, shared["offset.storage.topic"])).map(({ key }) =>
    new TextDecoder().decode(key ?? undefined),
  );
  assert.deepEqual([...new Set(keys)], [JSON.stringify(["source", { filename: input }])]);
});
