import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { confirmAll, startTask } from "./fixtures/task-harness.ts";

// Senders that somebody else wrote, each in a process of its own. HAPI and python-hl7 are in test/faults.

const COUNT = 50;
const NOTE_BYTES = 200_000;

for (const name of ["@medplum/hl7", "node-hl7-client", "mllp-node", "simple-hl7"]) {
  test(`${name}: ${COUNT} messages, some of many TCP segments, and the answer of each`, async (t) => {
    const task = await startTask(t);
    confirmAll(t, task);

    const args = ["test/senders/npm-sender.ts", name, task.port, COUNT, NOTE_BYTES].map(String);
    const sender = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => sender.kill("SIGKILL"));

    assert.deepEqual(
      (await text(sender.stdout)).trim().split("\n"),
      Array.from({ length: COUNT }, (_, nth) => `AA\t${name}-${nth}`),
    );
  });
}
