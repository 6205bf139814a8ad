import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import type { SourceRecord } from "#connect-api";
import { encodeFrame } from "#lib/mllp";
import { admit, bytes, poll, sender, startTask, stored, takenIn } from "./fixtures/task-harness.ts";

const headersOf = (record: SourceRecord | undefined): Record<string, unknown> =>
  Object.fromEntries([...(record?.headers ?? [])].map(({ key, value }) => [key, value]));

test("a message becomes a record: topic by type, key by patient, bytes untouched, headers", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  const message = admit(
    "M1",
    "EVN||20260101115500+0100\rPID|1||9^^^X^NI~4711^^^HOSP^MR\rNTE|||\u00e9\r",
  );

  wire.write(encodeFrame(message));
  const [record] = await poll(task, 1);

  assert.equal(record?.topic, "healthcare.hl7v2.adt");
  assert.equal(record.key, "4711");
  assert.deepEqual(record.value, message);
  const { "received-at": receivedAt, "content-sha256": sha256, ...headers } = headersOf(record);
  assert.equal(Date.parse(String(receivedAt)), record.timestamp);
  assert.equal(sha256, hash("sha256", message, "hex"));
  assert.deepEqual(headers, {
    "content-type": "application/hl7-v2",
    "hl7-version": "2.5.1",
    "message-type": "ADT",
    "trigger-event": "A01",
    "message-structure": "ADT_A01",
    "message-control-id": "M1",
    "processing-id": "P",
    "source-system": "LAB|HOSP",
    "sending-application": "LAB",
    "sending-facility": "HOSP",
    "receiving-application": "CC",
    "receiving-facility": "CX",
    "message-time": "20260101120000",
    "event-time": "2026-01-01T11:55:00+01:00",
    listener: "mllp",
    "sender-address": "127.0.0.1",
    "connection-sequence": "0",
    "hl7.possdup": "true",
  });
});

const keys: readonly (readonly [what: string, rest: string, key: string])[] = [
  ["the first id without a wanted type", "PID|1||9^^^X^NI~8^^^Y^SS\r", "9"],
  ["PID-2 without PID-3", "PID|1|77\r", "77"],
  ["PV1-19 without PID", `PV1|1|I${"|".repeat(17)}V5\r`, "V5"],
  ["MSH-10 without anything", "EVN|\r", "M1"],
];

for (const [what, rest, key] of keys) {
  test(`the key is ${what}`, async (t) => {
    const task = await startTask(t);
    const wire = await sender(t, task);

    wire.write(encodeFrame(admit("M1", rest)));

    assert.equal((await poll(task, 1))[0]?.key, key);
  });
}

test("nothing is answered before the log has confirmed, and then AA", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);

  assert.deepEqual(wire.soFar(), []);
  task.commitRecord(record as SourceRecord, stored);

  assert.deepEqual(await wire.answers(1), [{ code: "AA", controlId: "M1", errorCodes: [] }]);
});

test("a record that is not in its topic gets a NAK, never AA", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  wire.write(encodeFrame(admit("M2")));
  const [first, second] = (await poll(task, 2)) as [SourceRecord, SourceRecord];

  task.commitRecord(first, null, "SKIPPED");
  task.commitRecord(second, null, "FILTERED");

  assert.deepEqual(await wire.answers(2), [
    { code: "AE", controlId: "M1", errorCodes: ["207"] },
    { code: "AR", controlId: "M2", errorCodes: ["207"] },
  ]);
});

test("answers keep the order of the messages, whatever the log's order was", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  const ids = Array.from({ length: 16 }, (_, index) => `M${index}`);
  wire.write(Buffer.concat(ids.map((id) => encodeFrame(admit(id)))));
  const records = await poll(task, ids.length);

  for (const record of records.toReversed()) task.commitRecord(record, stored);

  assert.deepEqual(
    (await wire.answers(16)).map(({ controlId }) => controlId),
    ids,
  );
});

test("two senders whose bytes come in turns are never mixed", async (t) => {
  const task = await startTask(t);
  const [one, two] = [await sender(t, task), await sender(t, task)];
  const [first, second] = [encodeFrame(admit("ONE")), encodeFrame(admit("TWO"))];
  for (let at = 0; at < first.length; at += 1) {
    one.write(first.subarray(at, at + 1));
    two.write(second.subarray(at, at + 1));
  }

  const records = await poll(task, 2);
  for (const record of records) task.commitRecord(record, stored);

  assert.deepEqual(
    records.map(({ value }) => value).toSorted(),
    [admit("ONE"), admit("TWO")].toSorted(),
  );
  assert.equal((await one.answers(1))[0]?.controlId, "ONE");
  assert.equal((await two.answers(1))[0]?.controlId, "TWO");
});

const refused: readonly (readonly [
  what: string,
  payload: Uint8Array,
  code: string,
  ack: string,
  error: string,
])[] = [
  ["text that is not HL7", bytes("hello"), "NOT_HL7", "AR", "100"],
  ["an empty frame", bytes(""), "NOT_HL7", "AR", "100"],
  ["text in UTF-16", bytes("M\0S\0H\0|\0"), "WIDE_CHARACTERS", "AR", "100"],
  [
    "a message code that is a path",
    bytes("MSH|^~\\&|||||||../x|M1\r"),
    "MESSAGE_TYPE_INVALID",
    "AR",
    "200",
  ],
];

for (const [what, payload, code, ack, error] of refused) {
  test(`${what} goes to quarantine whole, and only then gets ${ack} ${error}`, async (t) => {
    const task = await startTask(t);
    const wire = await sender(t, task);
    wire.write(encodeFrame(payload));
    const [record] = await poll(task, 1);

    assert.equal(record?.topic, "healthcare.hl7v2.quarantine");
    assert.deepEqual(record.value, payload);
    assert.equal(headersOf(record)["quarantine-code"], code);
    assert.deepEqual(wire.soFar(), []);
    task.commitRecord(record, stored);

    const [answer] = await wire.answers(1);
    assert.equal(answer?.code, ack);
    assert.deepEqual(answer.errorCodes, [error]);
  });
}

test("a frame cut off by another is refused, and the other is a message of its own", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(Buffer.concat([bytes("\u000b"), admit("CUT"), encodeFrame(admit("WHOLE"))]));

  const records = await poll(task, 2);
  for (const record of records) task.commitRecord(record, stored);

  assert.deepEqual(
    (await wire.answers(2)).map(({ code, controlId }) => `${code} ${controlId}`),
    ["AE CUT", "AA WHOLE"],
  );
  assert.equal(headersOf(records[0])["quarantine-code"], "FRAME_CUT_OFF");
});

test("a frame over the limit gets AE 104, and its connection is closed", async (t) => {
  const task = await startTask(t, { "mllp.max.frame.bytes": "2048" });
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("BIG", `NTE|1||${"x".repeat(100_000)}\r`)));
  const [record] = await poll(task, 1);
  task.commitRecord(record as SourceRecord, stored);

  const [answer] = await wire.answers(1);
  assert.deepEqual(answer, { code: "AE", controlId: "BIG", errorCodes: ["104"] });
  assert.equal(headersOf(record)["quarantine-truncated"], "true");
  await wire.closed();
});

test("level 2 refuses at the door what has no patient", async (t) => {
  const task = await startTask(t, { "mllp.validation.level": "2" });
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1", "")));
  const [record] = await poll(task, 1);
  task.commitRecord(record as SourceRecord, stored);

  assert.equal((await wire.answers(1))[0]?.code, "AE");
  assert.equal(headersOf(record)["quarantine-position"], "PID");
});

test("after the deadline the connection is closed, and a late confirmation sends nothing", async (t) => {
  const task = await startTask(t, { "mllp.ack.deadline.ms": "150" });
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);

  await wire.closed();
  task.commitRecord(record as SourceRecord, stored);

  assert.deepEqual(wire.soFar(), []);
});

test("a sender may be told AE at the deadline instead", async (t) => {
  const task = await startTask(t, {
    "mllp.ack.deadline.ms": "2000",
    "mllp.unavailable.reply": "AE",
  });
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);

  const [answer] = await wire.answers(1);
  task.commitRecord(record as SourceRecord, stored);

  assert.deepEqual(answer, { code: "AE", controlId: "M1", errorCodes: ["207"] });
  assert.equal(wire.soFar().length, 1);
});

test("no more is read from a sender while too many of its messages wait", async (t) => {
  const task = await startTask(t, { "mllp.connection.in.flight.max": "4" });
  const wire = await sender(t, task);
  for (let index = 0; index < 40; index += 1) {
    wire.write(encodeFrame(admit(`M${index}`, `NTE|1||${"x".repeat(200_000)}\r`)));
  }
  const first = await takenIn(task, 300);

  assert.ok(first.length >= 4 && first.length < 12, `${first.length} of 40 were taken in`);
  const rest = [...first];
  for (const record of rest) task.commitRecord(record, stored);
  while (rest.length < 40) {
    const more = await poll(task, 1);
    for (const record of more) task.commitRecord(record, stored);
    rest.push(...more);
  }
  assert.equal((await wire.answers(40)).length, 40);
});

test("bytes that are not MLLP close the connection", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);

  wire.write(bytes(`GET / HTTP/1.1\r\n${"x".repeat(5000)}`));

  await wire.closed();
});

test("one connection more than allowed is closed at once", async (t) => {
  const task = await startTask(t, { "mllp.connections.max": "1" });
  const first = await sender(t, task);
  first.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);

  const second = await sender(t, task);
  await second.closed();

  task.commitRecord(record as SourceRecord, stored);
  assert.equal((await first.answers(1))[0]?.code, "AA");
});

test("a port in use is an error that names the address and what to do", async (t) => {
  const first = await startTask(t);

  await assert.rejects(
    startTask(t, { "mllp.port": String(first.port), "mllp.listen.retry.ms": "0" }),
    (error: Error) => {
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${first.port}.*another mllp\\.port`));
      return true;
    },
  );
});

test("stop closes connections without an answer for what was not confirmed", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  await poll(task, 1);

  await task.stop();

  await wire.closed();
  assert.deepEqual(wire.soFar(), []);
});
