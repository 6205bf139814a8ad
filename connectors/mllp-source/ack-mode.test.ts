import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceRecord } from "#connect-api";
import { encodeFrame } from "#lib/mllp";
import { bytes, poll, sender, startTask, stored } from "./fixtures/task-harness.ts";
import { ackPlan, negativeCodes, positiveCodes } from "./ack-mode.ts";

/** MSH-15, MSH-16; the answers when it is stored, when it is wrong (AE), when it is refused (AR). */
const table: readonly (readonly [
  msh15: string,
  msh16: string,
  stored: string,
  wrong: string,
  refused: string,
])[] = [
  ["", "", "AA", "AE", "AR"],
  ["", "AL", "AA", "AE", "AR"],
  ["", "NE", "", "", ""],
  ["", "ER", "", "AE", "AR"],
  ["", "SU", "AA", "", ""],
  ["AL", "", "CA", "CE", "CR"],
  ["AL", "AL", "CA AA", "CE", "CR"],
  ["AL", "NE", "CA", "CE", "CR"],
  ["AL", "ER", "CA", "CE", "CR"],
  ["AL", "SU", "CA AA", "CE", "CR"],
  ["NE", "", "", "", ""],
  ["NE", "AL", "AA", "AE", "AR"],
  ["NE", "NE", "", "", ""],
  ["NE", "ER", "", "AE", "AR"],
  ["NE", "SU", "AA", "", ""],
  ["ER", "", "", "CE", "CR"],
  ["ER", "AL", "AA", "CE", "CR"],
  ["ER", "NE", "", "CE", "CR"],
  ["ER", "ER", "", "CE", "CR"],
  ["ER", "SU", "AA", "CE", "CR"],
  ["SU", "", "CA", "", ""],
  ["SU", "AL", "CA AA", "AE", "AR"],
  ["SU", "NE", "CA", "", ""],
  ["SU", "ER", "CA", "AE", "AR"],
  ["SU", "SU", "CA AA", "", ""],
  ["XX", "AL", "AA", "AE", "AR"],
];

for (const [msh15, msh16, stored, wrong, refused] of table) {
  test(`R11: MSH-15 "${msh15}", MSH-16 "${msh16}": ${stored || "nothing"}, ${wrong || "nothing"}, ${refused || "nothing"}`, () => {
    const plan = ackPlan("message", msh15, msh16);

    assert.equal(positiveCodes(plan).join(" "), stored);
    assert.equal(negativeCodes(plan, "AE").join(" "), wrong);
    assert.equal(negativeCodes(plan, "AR").join(" "), refused);
  });
}

test("R11: the setting overrides what the message asks for", () => {
  assert.deepEqual(positiveCodes(ackPlan("original", "AL", "NE")), ["AA"]);
  assert.deepEqual(positiveCodes(ackPlan("accept", "", "")), ["CA"]);
  assert.deepEqual(positiveCodes(ackPlan("never", "AL", "AL")), []);
});

const message = (id: string, msh15 = "", msh16 = ""): Uint8Array =>
  bytes(
    `MSH|^~\\&|LAB|HOSP|CC|CX|1||ADT^A01|${id}|P|2.5.1|||${msh15}|${msh16}\rPID|1||4711^^^H^MR\r`,
  );

test("R11: both answers come in order, and a message that wants none does not hold up the next one", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(encodeFrame(message("BOTH", "AL", "AL")));
  wire.write(encodeFrame(message("NONE", "NE", "NE")));
  wire.write(encodeFrame(message("LAST")));

  for (const record of await poll(task, 3)) task.commitRecord(record, stored);

  assert.deepEqual(
    (await wire.answers(3)).map(({ code, controlId }) => `${code} ${controlId}`),
    ["CA BOTH", "AA BOTH", "AA LAST"],
  );
});

test("R11: MLLP release 2 answers with one byte, 06 when it is stored and 15 when not", async (t) => {
  const task = await startTask(t, { "mllp.ack.mode": "commit-block" });
  const wire = await sender(t, task);
  const received: Buffer[] = [];
  wire.socket.removeAllListeners("data");
  wire.socket.on("data", (chunk) => received.push(chunk as Buffer));
  wire.write(encodeFrame(message("M1")));
  wire.write(encodeFrame(message("M2")));

  const [first, second] = (await poll(task, 2)) as [SourceRecord, SourceRecord];
  task.commitRecord(first, stored);
  task.commitRecord(second, null, "SKIPPED");

  const expected = Buffer.from([0x0b, 0x06, 0x1c, 0x0d, 0x0b, 0x15, 0x1c, 0x0d]);
  const deadline = performance.now() + 5000;
  while (Buffer.concat(received).length < expected.length && performance.now() < deadline) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(Buffer.concat(received), expected);
});

for (const [what, id] of [
  ["components", "A^B&C~D"],
  ["blanks", " A B "],
  ["an escape", "A\\T\\B"],
  ["high bytes", "\u00c4\u00ff"],
] as const) {
  test(`R5: MSA-2 holds the bytes of an MSH-10 with ${what}`, async (t) => {
    const task = await startTask(t);
    const wire = await sender(t, task);
    let raw = "";
    wire.socket.on("data", (chunk: Buffer) => (raw += chunk.toString("latin1")));
    wire.write(encodeFrame(message(id)));

    for (const record of await poll(task, 1)) task.commitRecord(record, stored);

    await wire.answers(1);
    assert.ok(raw.includes(`\rMSA|AA|${id}\r`), JSON.stringify(raw));
  });
}
