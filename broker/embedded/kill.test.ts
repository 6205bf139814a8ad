import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openEmbeddedLog } from "./embedded-log.ts";

const BATCH = 10;

/** Appends numbered batches and transactions for ever, and prints each when it is confirmed. */
const WRITER = `
import { openEmbeddedLog } from ${JSON.stringify(new URL("embedded-log.ts", import.meta.url).href)};
const log = await openEmbeddedLog({ directory: process.argv[1] });
const producer = await log.producer({ clientId: "writer" });
const transactional = await log.producer({ clientId: "writer", transactionalId: "writer" });
const bytes = (text) => new TextEncoder().encode(text);
const batch = (topic, n) => Array.from({ length: ${BATCH} }, (_, i) => ({ topic, key: bytes("k"), value: bytes(n + "." + i) }));
for (let n = Number(process.argv[2]); ; n += 1) {
  await producer.send(batch("plain", n));
  process.stdout.write("plain " + n + "\\n");
  const transaction = await transactional.begin();
  await transaction.send(batch("tx", n));
  await transaction.commit();
  process.stdout.write("tx " + n + "\\n");
}
`;

test("SIGKILL in mid-write loses nothing confirmed and leaves no half batch", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "embedded-kill-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const confirmed = new Set<string>();

  for (let round = 0; round < 5; round += 1) {
    const child = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        "--input-type=module",
        "-e",
        WRITER,
        directory,
        String(round * 100_000),
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    t.after(() => child.kill("SIGKILL"));
    let output = "";
    const killAfter = 40 + round * 37;
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (output.split("\n").length > killAfter) child.kill("SIGKILL");
    });
    await once(child, "close");
    for (const line of output.split("\n").slice(0, -1)) confirmed.add(line);

    const log = await openEmbeddedLog({ directory });
    for (const topic of ["plain", "tx"]) {
      const reader = await log.reader({ topic });
      const counts = new Map<string, number>();
      while (!(await reader.isAtEnd())) {
        for (const { value } of await reader.poll(100)) {
          const [number = ""] = new TextDecoder().decode(value ?? undefined).split(".");
          counts.set(number, (counts.get(number) ?? 0) + 1);
        }
      }
      assert.ok(
        [...counts.values()].every((count) => count === BATCH),
        "no half batch",
      );
      const missing = [...confirmed].filter((line) => {
        const [name, number = ""] = line.split(" ");
        return name === topic && !counts.has(number);
      });
      assert.deepEqual(missing, []);
    }
    await log.close();
  }
  assert.ok(confirmed.size > 100);
});
