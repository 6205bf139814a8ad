import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectJars } from "../../servers/kafka-jars.ts";
import type { CaseResult, RecordCase } from "./record-case.ts";

const TIMEOUT_MS = 300_000;

/**
 * Takes cases through Apache Kafka Connect's own classes, in one Java process (a few seconds).
 *
 * Throws ServerMissingError without Java or its jars.
 */
export function onKafka(cases: readonly RecordCase[]): readonly CaseResult[] {
  const jars = connectJars();
  const folder = mkdtempSync(join(tmpdir(), "record-harness-"));
  try {
    const [given, made] = [join(folder, "cases.ndjson"), join(folder, "results.ndjson")];
    writeFileSync(given, cases.map((each) => `${JSON.stringify(each)}\n`).join(""));
    const args = [
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-Duser.timezone=UTC",
      "-Duser.language=en",
      "-Duser.country=US",
      "-cp",
      `${jars}/*`,
      join(import.meta.dirname, "RecordHarness.java"),
      given,
      made,
    ];
    const java = spawnSync("java", args, { encoding: "utf8", timeout: TIMEOUT_MS });
    if (java.status !== 0) throw new Error(`The harness failed:\n${java.stderr.slice(-4000)}`);
    const lines = readFileSync(made, "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line) as CaseResult);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
