import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import type { SourceRecord } from "#connect-api";
import { encodeFrame } from "#lib/mllp";
import { bytes, poll, startTask, stored } from "./fixtures/task-harness.ts";

const message = (id: string, type = "ADT^A01"): string =>
  `MSH|^~\\&|LAB|HOSP|CC|CX|20260101||${type}|${id}|P|2.5.1\rPID|1||4711^^^H^MR\r`;
const batch = (...messages: readonly string[]): Uint8Array =>
  encodeFrame(
    bytes(`BHS|^~\\&|LAB|HOSP|CC|CX|20260101||||B1\r${messages.join("")}BTS|${messages.length}\r`),
  );

/** What the socket says, with times and own ids left out. */
async function answerOf(
  t: Parameters<typeof startTask>[0],
  sent: Uint8Array,
  count: number,
): Promise<string> {
  const task = await startTask(t, { "mllp.batch.reply": "batch" });
  const socket = connect({ host: "127.0.0.1", port: task.port });
  t.after(() => socket.destroy());
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  socket.write(sent);
  for (const record of await poll(task, count)) task.commitRecord(record as SourceRecord, stored);
  const deadline = performance.now() + 60_000;
  while (!text.endsWith("\u001c\r") && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return text
    .slice(1, -2)
    .replaceAll(/\d{14}\+0000/g, "TIME")
    .replaceAll(/\|CC[0-9A-Z]+\|/g, "|OWN|");
}

test("R14: a batch is answered by a batch, one acknowledgment for each message", async (t) => {
  assert.equal(
    await answerOf(t, batch(message("A"), message("B")), 2),
    [
      "BHS|^~\\&|CC|CX|LAB|HOSP|TIME||||OWN|B1",
      "MSH|^~\\&|CC|CX|LAB|HOSP|TIME||ACK^A01^ACK|OWN|P|2.5.1",
      "MSA|AA|A",
      "MSH|^~\\&|CC|CX|LAB|HOSP|TIME||ACK^A01^ACK|OWN|P|2.5.1",
      "MSA|AA|B",
      "BTS|2",
      "",
    ].join("\r"),
  );
});

test("R14: when one message of a batch is refused, none is stored, and each is told so", async (t) => {
  const answer = await answerOf(t, batch(message("A"), message("B", "!!")), 1);

  assert.deepEqual(
    [...answer.matchAll(/\rMSA\|(\w\w)\|(\w)/g)].map(([, code, id]) => `${code} ${id}`),
    ["AR A", "AR B"],
  );
  assert.equal([...answer.matchAll(/\rERR\|[^\r]*\|200\^/g)].length, 2);
});
