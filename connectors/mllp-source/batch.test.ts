import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceRecord } from "#connect-api";
import { encodeFrame } from "#lib/mllp";
import { admit, bytes, poll, sender, startTask, stored, takenIn } from "./fixtures/task-harness.ts";

const text = (message: Uint8Array): string => Buffer.from(message).toString("latin1");

/** A file with one batch of these messages; counts as given. */
const batchOf = (ids: readonly string[], count = String(ids.length), files = "1"): Uint8Array =>
  bytes(
    [
      "FHS|^~\\&|LAB|HOSP|CC|CX|1||||F1\r",
      "BHS|^~\\&|LAB|HOSP|CC|CX|1||||B1\r",
      ...ids.map((id) => text(admit(id))),
      `BTS|${count}\r`,
      `FTS|${files}\r`,
    ].join(""),
  );

test("R14: a batch becomes one record for each message, and one AA with its own control id when all are stored", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(encodeFrame(batchOf(["M1", "M2", "M3"])));
  const records = await poll(task, 3);

  assert.deepEqual(
    records.map(({ value }) => text(value as Uint8Array)),
    ["M1", "M2", "M3"].map((id) => text(admit(id))),
  );
  for (const record of records.slice(1)) task.commitRecord(record, stored);
  assert.deepEqual(await takenIn(task, 50), []);
  assert.deepEqual(wire.soFar(), [], "not before the last of them is stored");
  task.commitRecord(records[0] as SourceRecord, stored);

  assert.deepEqual(await wire.answers(1), [{ code: "AA", controlId: "B1", errorCodes: [] }]);
});

test("R14: when one of its messages is not stored, the batch gets a NAK", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(encodeFrame(batchOf(["M1", "M2", "M3"])));
  const [first, second, third] = (await poll(task, 3)) as [
    SourceRecord,
    SourceRecord,
    SourceRecord,
  ];

  task.commitRecord(first, stored);
  task.commitRecord(second, null, "SKIPPED");
  task.commitRecord(third, stored);

  assert.deepEqual(await wire.answers(1), [{ code: "AE", controlId: "B1", errorCodes: ["207"] }]);
});

const refusedBatches: readonly (readonly [what: string, batch: Uint8Array, code: string])[] = [
  ["a wrong count in BTS", batchOf(["M1", "M2"], "3"), "AE"],
  ["a wrong count in FTS", batchOf(["M1"], "1", "2"), "AE"],
  ["a message that is refused", batchOf(["M1", "M2|P|2.5\rMSH|^~\\&|||||||../x|M3"], "3"), "AR"],
];

for (const [what, batch, code] of refusedBatches) {
  test(`R14: a batch with ${what} goes to quarantine as a whole, and gets ${code}`, async (t) => {
    const task = await startTask(t);
    const wire = await sender(t, task);
    wire.write(encodeFrame(batch));
    const records = await poll(task, 1);

    assert.equal(records.length, 1);
    assert.equal(records[0]?.topic, "healthcare.hl7v2.quarantine");
    assert.deepEqual(records[0].value, batch);
    task.commitRecord(records[0], stored);
    assert.equal((await wire.answers(1))[0]?.code, code);
  });
}

test("R14: a batch that comes again is recognised as one", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(encodeFrame(batchOf(["M1", "M2"])));
  for (const record of await poll(task, 2)) task.commitRecord(record, stored);
  await wire.answers(1);

  wire.write(encodeFrame(batchOf(["M1", "M2"])));

  assert.deepEqual(await takenIn(task, 100), []);
  assert.equal((await wire.answers(2))[1]?.code, "AA");
});

test("R14: batches can be refused", async (t) => {
  const task = await startTask(t, { "mllp.batches": "refuse" });
  const wire = await sender(t, task);
  wire.write(encodeFrame(batchOf(["M1"])));
  for (const record of await poll(task, 1)) task.commitRecord(record, stored);

  assert.equal((await wire.answers(1))[0]?.code, "AR");
});
