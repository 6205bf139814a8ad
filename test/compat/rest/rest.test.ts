import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { connectWorkerForTests } from "#test/servers/connect-worker";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";
import { readAccepted } from "./accepted.ts";
import type { Accepted } from "./accepted.ts";
import { runScenario } from "./differential.ts";
import type { Pair } from "./differential.ts";
import { internalTopics } from "./internal-topics.ts";
import { scenarios } from "./requests/index.ts";

/** The whole suite with `npm run test:compat`; a part of it, that fits, with `npm test`. */
const isFull = process.env["COMPAT"] === "full";

test("this worker answers as Apache Kafka Connect does", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const letters = Array.from({ length: 4 }, () => "abcdefghij"[randomInt(10)]).join("");
  const [kafkaName, oursName] = [`k${letters}`, `o${letters}`];
  const running = process.env["COMPAT_KAFKA_CONNECT"];
  const kafkaUrl =
    running ??
    (await connectWorkerForTests(t, { bootstrapServers, props: internalTopics(kafkaName) })).url;
  const ours = await startWorkerProcess(t, workerProps(bootstrapServers, internalTopics(oursName)));
  const folder = temporaryDirectory(t);
  for (const name of [kafkaName, oursName]) {
    writeFileSync(`${folder}/${name}lines.txt`, "line 1\nline 2\nline 3\n");
  }
  const pair: Pair = { kafkaUrl, oursUrl: ours.url, kafkaName, oursName, folder };
  const accepted = readAccepted();
  const used = new Set<Accepted>();
  let compared = 0;
  const only = process.env["COMPAT_ONLY"];
  const chosen = scenarios.filter(
    ({ name, short }) => (isFull || short === true) && (only === undefined || name.includes(only)),
  );
  for (const scenario of chosen) {
    await t.test(`${scenario.name}: ${scenario.steps.length} requests`, async () => {
      const report = await runScenario(pair, scenario, accepted);

      compared += report.compared;
      for (const each of report.used) used.add(each);
      assert.ok(
        report.unexpected.length === 0,
        `${report.unexpected.length} differences:\n${report.unexpected.join("\n")}`,
      );
    });
  }
  t.diagnostic(`${compared} requests compared`);
  if (!isFull || only !== undefined) return;
  await t.test("every accepted difference still occurs", () => {
    const stale = accepted.filter((each) => !used.has(each));

    assert.deepEqual(stale, []);
  });
});
