import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { connectWorkerForTests } from "#test/servers/connect-worker";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { ask } from "#test/support/ask";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";
import type { WorkerProcess } from "#test/support/worker-process";
import { answerOf } from "../differential.ts";
import { internalTopics } from "../internal-topics.ts";
import { titleOf } from "../step.ts";
import type { Step } from "../step.ts";
import {
  configSteps,
  faultsIn,
  ownSteps,
  problemsOf,
  requestSteps,
  standingSteps,
} from "./fuzz.ts";
import type { PluginDefinition } from "./own-configs.ts";
import { isKnownDifference, repairSteps } from "./status-differences.ts";

/** `npm run test:fuzz-rest` and `npm run test:compat`: many more, each to Kafka Connect too. */
const isFull = process.env["COMPAT"] === "full";
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);
const COUNT = Number(process.env["FUZZ_COUNT"] ?? (isFull ? 1000 : 100));
const plan = { seed: SEED, count: COUNT };

test(`${COUNT} random configs of FileStream connectors, ${COUNT} of all connectors, ${COUNT} random requests: no crash, no hang, 500 only as known`, async (t) => {
  const folder = temporaryDirectory(t);
  const worker = await startWorkerProcess(t, workerProps(`embedded:${folder}/log`));
  writeFileSync(`${folder}/ours0lines.txt`, "line 1\nline 2\nline 3\n");
  const problems: string[] = [];
  const statuses = new Map<number, number>();
  const own = ownSteps(await pluginsOf(worker), plan);
  for (const step of [...standingSteps, ...configSteps(plan), ...requestSteps(plan), ...own]) {
    const answer = await answerOf(worker.url, "ours0", folder, step);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    problems.push(...problemsOf(step, answer).map((each) => `${titleOf(step)}\n    ${each}`));
  }

  report(t, statuses);
  assert.ok(problems.length === 0, `${problems.length} problems:\n${problems.join("\n")}`);
  await assertHealthy(worker);
});

test(
  "random configs and requests are answered with Kafka Connect's status, and 500 only where it gives it",
  {
    skip: isFull ? false : "part of npm run test:fuzz-rest and npm run test:compat",
  },
  async (t) => {
    const { bootstrapServers } = await kafkaForTests(t);
    const letters = Array.from({ length: 4 }, () => "abcdefghij"[randomInt(10)]).join("");
    const [kafkaName, oursName] = [`k${letters}`, `o${letters}`];
    const kafkaUrl =
      process.env["COMPAT_KAFKA_CONNECT"] ??
      (await connectWorkerForTests(t, { bootstrapServers, props: internalTopics(kafkaName) })).url;
    const worker = await startWorkerProcess(
      t,
      workerProps(bootstrapServers, internalTopics(oursName)),
    );
    const folder = temporaryDirectory(t);
    for (const name of [kafkaName, oursName]) {
      writeFileSync(`${folder}/${name}lines.txt`, "line 1\nline 2\nline 3\n");
    }
    const both = (step: Step) =>
      Promise.all([
        answerOf(kafkaUrl, kafkaName, folder, step),
        answerOf(worker.url, oursName, folder, step),
      ]);
    const statuses = new Map<number, number>();
    const found: string[] = [];
    let known = 0;
    for (const step of [...standingSteps, ...configSteps(plan), ...requestSteps(plan)]) {
      const [kafka, ours] = await both(step);
      statuses.set(ours.status, (statuses.get(ours.status) ?? 0) + 1);
      if (kafka.status === ours.status) continue;
      // From here on both workers would go different ways.
      for (const repair of repairSteps(step)) await both(repair);
      if (isKnownDifference(step, kafka, ours)) known += 1;
      else
        found.push(
          `${titleOf(step)}\n    Kafka ${kafka.status}, ours ${ours.status}: ${ours.text}`,
        );
    }

    report(t, statuses);
    t.diagnostic(`${known} known differences of the status`);
    assert.ok(found.length === 0, `${found.length} differences:\n${found.join("\n")}`);
    await assertHealthy(worker);
  },
);

/** What there is to fuzz, as the worker itself says. */
async function pluginsOf(worker: WorkerProcess): Promise<readonly PluginDefinition[]> {
  const list = await ask(worker.url, { path: "/connector-plugins?connectorsOnly=false" });
  const plugins = JSON.parse(list.text) as readonly { class: string; type: string }[];
  return Promise.all(
    plugins.map(async (plugin) => {
      const path = `/connector-plugins/${encodeURIComponent(plugin.class)}/config`;
      const { text } = await ask(worker.url, { path });
      return { ...plugin, keys: JSON.parse(text) as PluginDefinition["keys"] };
    }),
  );
}

function report(t: TestContext, statuses: ReadonlyMap<number, number>): void {
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  const each = [...statuses].toSorted(([a], [b]) => a - b).map((entry) => entry.join(": "));
  t.diagnostic(`seed ${SEED}: ${total} requests; ${each.join(", ")}`);
}

async function assertHealthy(worker: WorkerProcess): Promise<void> {
  assert.deepEqual(faultsIn(worker), []);
  assert.equal((await ask(worker.url, { path: "/health", timeoutMs: 30_000 })).status, 200);
}
