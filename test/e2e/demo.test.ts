import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { kafkaForTests } from "../servers/kafka-fixture.ts";
import { temporaryDirectory } from "../support/worker-process.ts";

interface Report {
  readonly sent: number;
  readonly acknowledged: Readonly<Record<string, number>>;
  readonly topics: Readonly<Record<string, number>>;
  readonly files: readonly string[];
  readonly seconds: number;
}

async function demo(t: TestContext, ...args: readonly string[]): Promise<Report> {
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "scripts/demo.ts",
      "--once",
      "--json",
      "--directory",
      temporaryDirectory(t),
      ...args,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  t.after(() => child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const [code] = (await once(child, "close")) as [number | null];
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim().split("\n").length, 1, "one JSON object on stdout, nothing else");
  return JSON.parse(stdout) as Report;
}

/** Records of raw messages, whatever was made of them. */
const rawRecords = ({ topics }: Report): number =>
  Object.entries(topics)
    .filter(([topic]) => topic.startsWith("healthcare.hl7v2."))
    .reduce((sum, [, count]) => sum + count, 0);

test("the demo on the embedded log delivers every message and says so in one JSON object", async (t) => {
  const report = await demo(t, "--count", "120");

  assert.equal(report.sent, 120);
  assert.deepEqual(report.acknowledged, { AA: 120, AE: 0, AR: 0 });
  assert.equal(rawRecords(report), 120);
  const [file = "", log = ""] = report.files;
  const resources = Object.entries(report.topics)
    .filter(([topic]) => topic.startsWith("healthcare.fhir."))
    .reduce((sum, [, count]) => sum + count, 0);
  assert.equal(readFileSync(file, "utf8").split("\n").length - 1, resources);
  assert.ok(existsSync(log));
});

test("the demo runs twice on the same Kafka, each time counting its own records", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  for (const seed of ["1", "2"]) {
    const report = await demo(t, "--count", "60", "--seed", seed, "--bootstrap", bootstrapServers);

    assert.deepEqual(report.acknowledged, { AA: 60, AE: 0, AR: 0 });
    assert.equal(rawRecords(report), 60);
  }
});
