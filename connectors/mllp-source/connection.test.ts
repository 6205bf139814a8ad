import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { test } from "node:test";
import type { SourceRecord } from "#connect-api";
import { encodeFrame } from "#lib/mllp";
import {
  admit,
  bytes,
  confirmAll,
  poll,
  sender,
  startTask,
  stored,
  takenIn,
} from "./fixtures/task-harness.ts";

/** The whole process stands still, as under SIGSTOP or a long garbage collection: no timer runs. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("a confirmation that is heard before an overdue timer runs still sends no AA", async (t) => {
  const task = await startTask(t, { "mllp.ack.deadline.ms": "100" });
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);

  standStill(150);
  task.commitRecord(record as SourceRecord, stored);

  await wire.closed();
  assert.deepEqual(wire.soFar(), []);
});

test("a process that stands still between its decision and the write sends no AA", async (t) => {
  const task = await startTask(t, { "mllp.ack.deadline.ms": "300" });
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);

  task.commitRecord(record as SourceRecord, stored);
  standStill(400);

  await wire.closed();
  assert.deepEqual(wire.soFar(), []);
});

test("a frame that came while the process stood still is as old as that", async (t) => {
  const task = await startTask(t, { "mllp.ack.deadline.ms": "1000" });
  const wire = await sender(t, task);
  const fresh = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  fresh.write(encodeFrame(admit("M2")));
  // Within the kernel by now, and not read.
  standStill(900);
  const records = await poll(task, 2);

  standStill(250);
  for (const record of records) task.commitRecord(record, stored);

  await wire.closed();
  await fresh.closed();
  assert.deepEqual([...wire.soFar(), ...fresh.soFar()], []);
});

test("an answer that had to wait for a late one before it is not sent either", async (t) => {
  const task = await startTask(t, { "mllp.ack.deadline.ms": "200" });
  const wire = await sender(t, task);
  wire.write(Buffer.concat([encodeFrame(admit("M1")), encodeFrame(admit("M2"))]));
  const [, second] = await poll(task, 2);

  task.commitRecord(second as SourceRecord, stored);
  await wire.closed();

  assert.deepEqual(wire.soFar(), []);
});

test("at the deadline with AR, answers go on in order of the messages", async (t) => {
  const task = await startTask(t, {
    "mllp.ack.deadline.ms": "2000",
    "mllp.unavailable.reply": "AR",
  });
  const wire = await sender(t, task);
  wire.write(Buffer.concat([encodeFrame(admit("M1")), encodeFrame(admit("M2"))]));
  const [first, second] = await poll(task, 2);

  task.commitRecord(second as SourceRecord, stored);

  assert.deepEqual(
    (await wire.answers(2)).map(({ code, controlId }) => `${code} ${controlId}`),
    ["AR M1", "AA M2"],
  );
  task.commitRecord(first as SourceRecord, stored);
  wire.write(encodeFrame(admit("M3")));
  const [third] = await poll(task, 1);
  task.commitRecord(third as SourceRecord, stored);
  assert.equal((await wire.answers(3))[2]?.controlId, "M3");
});

test("a frame without its carriage return is taken after a moment of quiet", async (t) => {
  const task = await startTask(t);
  confirmAll(t, task);
  const wire = await sender(t, task);

  wire.write(Buffer.concat([bytes("\u000b"), admit("M1"), bytes("\u001c")]));

  assert.equal((await wire.answers(1))[0]?.controlId, "M1");
  wire.write(encodeFrame(admit("M2")));
  assert.equal((await wire.answers(2))[1]?.controlId, "M2");
});

test("an end byte within the data does not cut the message", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  const message = admit("M1", "NTE|1||before\u001cafter\r");

  wire.write(encodeFrame(message));

  assert.deepEqual((await poll(task, 1))[0]?.value, message);
});

test("a sender that closes its side after a message gets the answer all the same", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.socket.end(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);

  task.commitRecord(record as SourceRecord, stored);

  assert.equal((await wire.answers(1))[0]?.code, "AA");
  await wire.closed();
});

test("a sender that is gone costs nobody else anything, and its message is still stored", async (t) => {
  const task = await startTask(t);
  const [gone, here] = [await sender(t, task), await sender(t, task)];
  gone.write(encodeFrame(admit("GONE")));
  const [record] = await poll(task, 1);
  gone.socket.resetAndDestroy();
  await gone.closed();

  task.commitRecord(record as SourceRecord, stored);
  here.write(encodeFrame(admit("HERE")));
  const [next] = await poll(task, 1);
  task.commitRecord(next as SourceRecord, stored);

  assert.equal((await here.answers(1))[0]?.controlId, "HERE");
});

test("half a frame at the end of a connection is never a message", async (t) => {
  const task = await startTask(t);
  const [half, whole] = [await sender(t, task), await sender(t, task)];
  half.socket.end(Buffer.concat([bytes("\u000b"), admit("HALF")]));
  await half.closed();
  whole.write(encodeFrame(admit("WHOLE")));

  const records = await poll(task, 1);

  assert.deepEqual(
    records.map(({ value }) => value),
    [admit("WHOLE")],
  );
});

test("a frame that stands still is cut, a connection that is only quiet is not", async (t) => {
  const lines: string[] = [];
  const task = await startTask(t, { "mllp.frame.timeout.ms": "150" }, lines);
  confirmAll(t, task);
  const [stuck, quiet] = [await sender(t, task), await sender(t, task)];
  quiet.write(encodeFrame(admit("M1")));
  await quiet.answers(1);

  stuck.write(bytes("\u000bMSH|^~\\&|"));
  await stuck.closed();
  quiet.write(encodeFrame(admit("M2")));

  assert.equal((await quiet.answers(2)).length, 2);
  assert.match(lines.join("\n"), /^MLLP_FRAME_TIMEOUT /);
});

test("an idle limit closes a connection without traffic, but not one that waits for an answer", async (t) => {
  const task = await startTask(t, { "mllp.idle.timeout.ms": "150" });
  const [idle, waiting] = [await sender(t, task), await sender(t, task)];
  waiting.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);

  await idle.closed();
  await (await sender(t, task)).closed();
  task.commitRecord(record as SourceRecord, stored);

  assert.equal((await waiting.answers(1))[0]?.code, "AA");
});

test("no more is read from anybody while too many bytes wait, and nothing is lost by it", async (t) => {
  const task = await startTask(t, { "mllp.in.flight.bytes.max": "400000" });
  const wires = await Promise.all(Array.from({ length: 8 }, () => sender(t, task)));
  const filler = `NTE|1||${"x".repeat(100_000)}\r`;
  for (const [index, wire] of wires.entries()) {
    for (let nth = 0; nth < 10; nth += 1)
      wire.write(encodeFrame(admit(`M${index}-${nth}`, filler)));
  }

  const taken = [...(await poll(task, 1)), ...(await takenIn(task, 300))];
  const before = taken.length;
  assert.ok(before < 24, `${before} of 80 messages of 100 kB are in memory`);
  for (const record of taken) task.commitRecord(record, stored);
  confirmAll(t, task);

  for (const [index, wire] of wires.entries()) {
    assert.deepEqual(
      (await wire.answers(10)).map(({ controlId }) => controlId),
      Array.from({ length: 10 }, (_, nth) => `M${index}-${nth}`),
    );
  }
});

test("a sender that reads no answers is closed, and one that is near it does not hold up a stop", async (t) => {
  const lines: string[] = [];
  const task = await startTask(
    t,
    { "mllp.connection.in.flight.max": "1000000", "mllp.duplicates": "ignore" },
    lines,
  );
  const reader = await sender(t, task);
  reader.write(encodeFrame(admit("M1")));
  for (const record of await poll(task, 1)) task.commitRecord(record, stored);
  // Answers hold MSH-3 of their message, so that a few hundred of them fill the buffers of the system.
  const frame = encodeFrame(bytes(`MSH|^~\\&|${"A".repeat(8000)}||||1||ADT^A01|M2|P|2.5\r`));
  const answer = async (deaf: Awaited<ReturnType<typeof sender>>): Promise<void> => {
    deaf.write(frame);
    for (const record of await poll(task, 1)) task.commitRecord(record, stored);
  };
  const first = await sender(t, task);
  first.socket.pause();
  let count = 0;
  for (; lines.length === 0 && count < 5000; count += 1) await answer(first);
  assert.match(lines.join(), /^MLLP_ANSWERS_UNREAD /);
  const second = await sender(t, task);
  second.socket.pause();
  for (let nth = 0; nth < count - 60; nth += 1) await answer(second);

  await task.stop();

  assert.equal((await reader.answers(1))[0]?.code, "AA");
  await reader.closed();
});

test("after stop the port is free for another task at once", async (t) => {
  const first = await startTask(t);
  const { port } = first;
  const wire = await sender(t, first);
  await first.stop();
  await wire.closed();

  const second = await startTask(t, { "mllp.port": String(port) });
  confirmAll(t, second);
  const again = await sender(t, second);
  again.write(encodeFrame(admit("M1")));

  assert.equal((await again.answers(1))[0]?.code, "AA");
});

test("poll waits for a message without turning in circles, and ends when it is told to", async (t) => {
  const task = await startTask(t);
  const over = new AbortController();
  const polling = task.poll(over.signal);
  const before = process.cpuUsage();
  await once(AbortSignal.timeout(200), "abort");
  const { user, system } = process.cpuUsage(before);

  over.abort();

  assert.deepEqual(await polling, []);
  assert.ok(user + system < 100_000, `${user + system} µs of CPU in 200 ms`);
});

test("a signal that outlives many polls collects no listeners", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  const { signal } = new AbortController();

  for (let nth = 0; nth < 3; nth += 1) {
    const polling = task.poll(signal);
    wire.write(encodeFrame(admit(`M${nth}`)));
    await polling;
  }

  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("what a log line says has no byte of a message in it", async (t) => {
  const lines: string[] = [];
  const task = await startTask(
    t,
    { "mllp.max.frame.bytes": "2048", "mllp.frame.timeout.ms": "150" },
    lines,
  );
  confirmAll(t, task);
  const marker = "CANARY";
  const wires = await Promise.all(Array.from({ length: 4 }, () => sender(t, task)));
  wires[0]?.write(encodeFrame(admit(marker, `NTE|1||${marker.repeat(1000)}\r`)));
  wires[1]?.write(bytes(`\u000bMSH|^~\\&|${marker}`));
  wires[2]?.write(bytes(marker.repeat(1000)));
  wires[3]?.write(encodeFrame(bytes(marker)));

  await Promise.all(wires.slice(0, 3).map((wire) => wire.closed()));

  // The listener hears of an end a moment after its peer.
  const deadline = performance.now() + 5000;
  while (lines.length < 3 && performance.now() < deadline)
    await once(AbortSignal.timeout(5), "abort");
  assert.equal(lines.length, 3);
  assert.ok(!lines.join("\n").includes(marker));
});

test("a NAK that is far behind its deadline is not sent either", async (t) => {
  const task = await startTask(t, {
    "mllp.ack.deadline.ms": "100",
    "mllp.unavailable.reply": "AE",
  });
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  await poll(task, 1);

  standStill(1200);

  await wire.closed();
  assert.deepEqual(wire.soFar(), []);
});
