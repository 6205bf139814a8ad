import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { LogRecord } from "#broker";
import { connectWorkerForTests } from "#test/servers/connect-worker";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { eventually, rest } from "#test/support/rest-client";
import { openBeside, topicContents } from "#test/support/topic-contents";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";
import { internalTopics } from "../rest/internal-topics.ts";
import { workerChains } from "./chains.ts";

const base64 = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString("base64");

/** What was stored, but for topic and timestamp, which are those of the run. */
const stored = (records: readonly LogRecord[]) =>
  records.map(({ partition, key, value, headers }) => ({
    partition,
    key: base64(key),
    value: base64(value),
    headers: headers.map(([name, bytes]) => [name, base64(bytes)]),
  }));

/** The same lines, by the same configs, through Apache Kafka Connect's worker and this one, as processes. */
test("connectors with transformations and converters store byte for byte what they store on Kafka Connect's worker", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const [kafka, ours] = await Promise.all([
    connectWorkerForTests(t, { bootstrapServers, props: internalTopics("chains-kafka") }),
    startWorkerProcess(t, workerProps(bootstrapServers, internalTopics("chains-ours"))),
  ]);
  const workers = { kafka: kafka.url, ours: ours.url };
  const folder = temporaryDirectory(t);
  const log = await openBeside(bootstrapServers);
  t.after(() => log.close());
  const topicOf = (worker: string, place: number): string => `chain-${worker}-${place}`;

  for (const [place, { name, lines, config }] of workerChains.entries()) {
    const file = join(folder, `${place}.txt`);
    writeFileSync(file, `${lines.join("\n")}\n`);
    for (const [worker, url] of Object.entries(workers)) {
      const created = await rest(url, "POST", "/connectors", {
        name: `chain-${place}`,
        config: {
          "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
          file,
          topic: topicOf(worker, place),
          ...config,
        },
      });
      assert.equal(created.status, 201, `${name} on ${worker}: ${JSON.stringify(created.body)}`);
    }
  }

  let records = 0;
  for (const [place, { name, lines, topicSuffix = "" }] of workerChains.entries()) {
    await t.test(name, async () => {
      const text = `${lines.join("\n")}\n`;
      // Kafka's source counts characters, though it skips bytes when it starts again; ours counts bytes.
      const ends = [text.length, Buffer.byteLength(text)].map((end) => `"position":${end}}`);
      for (const [worker, url] of Object.entries(workers)) {
        // Offsets are stored behind the records that they cover.
        await eventually(
          `${worker} has read the file`,
          async () => {
            const { body } = await rest(url, "GET", `/connectors/chain-${place}/offsets`);
            return ends.some((end) => JSON.stringify(body).includes(end));
          },
          120_000,
        );
      }
      const [theirs, own] = await Promise.all(
        ["kafka", "ours"].map(async (worker) =>
          stored(await topicContents(log, topicOf(worker, place) + topicSuffix)),
        ),
      );

      assert.ok((theirs?.length ?? 0) > 0, "Kafka Connect stored something");
      assert.deepEqual(own, theirs);
      records += own?.length ?? 0;
    });
  }
  t.diagnostic(`${workerChains.length} chains, ${records} records`);
});
