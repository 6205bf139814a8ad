import assert from "node:assert/strict";
import { test } from "node:test";
import { ack, bytes, message, startReceiver, startSink, until } from "./fixtures/sink-harness.ts";
import type { Got } from "./fixtures/sink-harness.ts";

test("messages arrive byte for byte and in order, and their offsets follow", async (t) => {
  const receiver = await startReceiver(t);
  const { put, committable } = await startSink(t, receiver.port);
  const all = [
    message("A", "NTE|1||\u00e9\u0001\u00ff\u0080 |~\\X0D\\\r"),
    message("B", "Z1\nno carriage return"),
    message("C^1 ", "PID|1\r"),
  ];

  await put(all);
  await until(async () => (await committable()) === 3);

  assert.deepEqual(
    receiver.got.map(({ payload }) => Uint8Array.from(payload)),
    all,
  );
  assert.equal(receiver.connections(), 1);
});

test("one message is on its way at a time, and nothing is committed that has no answer", async (t) => {
  const waiting: Got[] = [];
  const receiver = await startReceiver(t, (got) => void waiting.push(got));
  const { put, committable, commits } = await startSink(t, receiver.port);

  await put([message("A"), message("B"), null, message("C")]);
  for (const [nth, id] of ["A", "B", "C"].entries()) {
    await until(() => waiting.length === nth + 1);
    assert.equal(waiting[nth]?.id, id);
    assert.equal(await committable(), [0, 1, 3][nth]);
    waiting[nth]?.answer(ack("AA", id));
  }

  await until(async () => (await committable()) === 4);
  assert.deepEqual(
    receiver.got.map(({ id }) => id),
    ["A", "B", "C"],
  );
  assert.equal(commits.count, 0);
  await put([]);
  await put([]);
  assert.equal(commits.count, 1, "a commit is asked for when something was answered");
});

test("AE and CE are tried again with the same control id, and nothing overtakes", async (t) => {
  const codes = ["AE", "CE", "AA", "AA"];
  const receiver = await startReceiver(t, (got, nth) => got.answer(ack(codes[nth] ?? "", got.id)));
  const { put, committable, reports } = await startSink(t, receiver.port);

  await put([message("A"), message("B")]);
  await until(async () => (await committable()) === 2);

  assert.deepEqual(
    receiver.got.map(({ id }) => id),
    ["A", "A", "A", "B"],
  );
  assert.deepEqual(reports, []);
});

test("AR, CR and what the content causes are refusals: a dead letter, and the next message goes out", async (t) => {
  const answers = [ack("AR", "A"), ack("CR", "B", "207"), ack("AE", "C", "101"), ack("AA", "D")];
  const receiver = await startReceiver(t, (got, nth) => got.answer(answers[nth] ?? ""));
  const { put, committable, reports } = await startSink(t, receiver.port);

  await put(["A", "B", "C", "D"].map((id) => message(id)));
  await until(async () => (await committable()) === 4);

  assert.deepEqual(
    reports.map(({ offset, code, message: text }) => [offset, code, text]),
    [
      [0, "MLLP_REFUSED", "The receiver answered AR"],
      [1, "MLLP_REFUSED", "The receiver answered CR (ERR 207)"],
      [2, "MLLP_REFUSED", "The receiver answered AE (ERR 101)"],
    ],
  );
});

test("what answers mean can be set for a receiver", async (t) => {
  const answers = [ack("AR", "A", "207"), ack("AA", "A"), ack("AE", "B"), ack("AR", "C", "207 x")];
  const receiver = await startReceiver(t, (got, nth) => got.answer(answers[nth] ?? ""));
  const { put, committable, reports } = await startSink(t, receiver.port, {
    props: { "mllp.answers": "AR:207=retry,AE=accept" },
  });

  await put(["A", "B", "C"].map((id) => message(id)));
  await until(async () => (await committable()) === 3);

  assert.deepEqual(
    receiver.got.map(({ id }) => id),
    ["A", "A", "B", "C"],
  );
  // What a receiver writes into ERR is repeated only when it is a number.
  assert.deepEqual(
    reports.map(({ message: text }) => text),
    ["The receiver answered AR"],
  );
});

test("a message that is answered AE for too long is refused", async (t) => {
  const receiver = await startReceiver(t, (got) =>
    got.answer(ack(got.id === "A" ? "AE" : "AA", got.id)),
  );
  const { put, committable, reports } = await startSink(t, receiver.port, {
    props: { "mllp.retry.timeout.ms": "50", "mllp.retry.backoff.max.ms": "20" },
  });

  await put([message("A"), message("B")]);
  await until(async () => (await committable()) === 2);

  assert.equal(reports[0]?.code, "MLLP_RETRIES_OVER");
  assert.ok(receiver.got.length > 2);
});

test("without a dead letter queue a refusal fails the task, says where, and is not committed", async (t) => {
  const receiver = await startReceiver(t, (got) => got.answer(ack("AR", got.id)));
  const { put, committable } = await startSink(t, receiver.port, { hasReporter: false });

  await put([message("A"), message("B")]);
  await until(async () => {
    try {
      await put([]);
      return false;
    } catch (error) {
      const { code, message: text } = error as { code: string; message: string };
      assert.equal(code, "MLLP_REFUSED");
      assert.match(text, /answered AR \(t-0@0\); set errors\.deadletterqueue\.topic\.name/);
      return true;
    }
  });

  assert.equal(await committable(), 0);
  assert.equal(receiver.got.length, 1);
});

test("no answer in time: the connection is closed, and the message is sent again with its control id", async (t) => {
  const receiver = await startReceiver(t, (got) => {
    if (got.connection > 0) return got.answer(ack("AA", got.id));
    // Late: the connection is closed by then.
    got.socket.once("close", () => got.answer(ack("AA", got.id)));
  });
  const { put, committable, lines } = await startSink(t, receiver.port, {
    props: { "mllp.answer.timeout.ms": "100" },
  });

  await put([message("A"), message("B")]);
  await until(async () => (await committable()) === 2);

  assert.deepEqual(
    receiver.got.map(({ id, connection }) => [id, connection]),
    [
      ["A", 0],
      ["A", 1],
      ["B", 1],
    ],
  );
  assert.deepEqual(lines, [
    "MLLP_NO_ANSWER MLLP_TIMEOUT No answer within 100 ms; the message is sent again",
  ]);
});

test("a second answer to a former message is never taken for this one", async (t) => {
  let second: Got | undefined;
  const receiver = await startReceiver(t, (got, nth) => {
    if (nth > 0) second = got;
    else got.socket.write(Buffer.from(`\u000b${ack("AA", "A")}\u001c\r`.repeat(2), "latin1"));
  });
  const { put, committable } = await startSink(t, receiver.port);

  await put([message("A"), message("B")]);
  await until(() => second !== undefined);
  second?.answer(ack("AA", "A"));
  second?.answer(ack("AR", "A"));
  assert.equal(await committable(), 1);
  second?.answer(ack("AA", "B"));

  await until(async () => (await committable()) === 2);
  assert.equal(receiver.got.length, 2);
});

test("two messages of one control id do not share a connection: an answer says which of them it is for", async (t) => {
  const receiver = await startReceiver(t);
  const { put, committable } = await startSink(t, receiver.port);

  await put([message("A", "PID|1\r"), message("A", "PID|2\r"), message("B")]);
  await until(async () => (await committable()) === 3);

  assert.deepEqual(
    receiver.got.map(({ connection }) => connection),
    [0, 1, 1],
  );
});

for (const [what, answer] of [
  ["of another message", ack("AA", "OTHER")],
  ["without MSA-2", ack("AA", "")],
  ["without MSA", "MSH|^~\\&|C|D|A|B|1||ACK|X|P|2.5.1\r"],
  ["that is no code of HL7", ack("OK", "A")],
  ["that is not HL7", "thank you"],
] as const) {
  test(`an answer ${what} is none: the message is sent again on a new connection`, async (t) => {
    const receiver = await startReceiver(t, (got, nth) =>
      got.answer(nth === 0 ? answer : ack("AA", got.id)),
    );
    const { put, committable } = await startSink(t, receiver.port);

    await put([message("A")]);
    await until(async () => (await committable()) === 1);

    assert.deepEqual(
      receiver.got.map(({ id, connection }) => [id, connection]),
      [
        ["A", 0],
        ["A", 1],
      ],
    );
  });
}

test("receivers that leave out MSA-2, cut it, or speak MLLP release 2 can be spoken to", async (t) => {
  const answers = [ack("AA", ""), ack("AA", "C"), "\u0006", "\u0015", "\u0006", ack("CA", "E")];
  const receiver = await startReceiver(t, (got, nth) => got.answer(answers[nth] ?? ""));
  const { put, committable } = await startSink(t, receiver.port, {
    props: { "mllp.answer.control.id": "optional" },
  });

  await put(["A", "C^D^E", "X", "Y", "E"].map((id) => message(id)));
  await until(async () => (await committable()) === 5);

  assert.deepEqual(
    receiver.got.map(({ id }) => id),
    ["A", "C^D^E", "X", "Y", "Y", "E"],
  );
});

test("in enhanced mode the commit acknowledgment counts, and the application's, which comes later, is passed over", async (t) => {
  const receiver = await startReceiver(t, (got) => {
    if (got.id === "B") got.answer(ack("AA", "A"));
    got.answer(ack("CA", got.id));
  });
  const { put, committable } = await startSink(t, receiver.port);

  await put([message("A"), message("B")]);
  await until(async () => (await committable()) === 2);

  assert.equal(receiver.got.length, 2);
});

test("a receiver that breaks at one message is passed, if so set", async (t) => {
  const receiver = await startReceiver(t, (got) => {
    if (got.id === "A") got.socket.destroy();
    else got.answer(ack("AA", got.id));
  });
  const { put, committable, reports } = await startSink(t, receiver.port, {
    props: { "mllp.silent.attempts.max": "3" },
  });

  await put([message("A"), message("B")]);
  await until(async () => (await committable()) === 2);

  assert.deepEqual(
    receiver.got.map(({ id }) => id),
    ["A", "A", "A", "B"],
  );
  assert.equal(reports[0]?.code, "MLLP_UNANSWERED");
});

test("a receiver that is away is waited for, and the task lives", async (t) => {
  const receiver = await startReceiver(t);
  const { put, committable, lines } = await startSink(t, receiver.port);
  await put([message("A")]);
  await until(async () => (await committable()) === 1);
  await receiver.close();

  await put([message("B")]);
  await until(() => lines.length > 0);
  assert.match(lines.join("\n"), /MLLP_RECEIVER_AWAY ECONNREFUSED No connection to 127\.0\.0\.1:/);
  assert.equal(await committable(), 1);
  const again = await startReceiver(t, undefined, { port: receiver.port });

  await until(async () => (await committable()) === 2);
  assert.deepEqual(
    again.got.map(({ id }) => id),
    ["B"],
  );
});

test("a connection that the receiver closes after each answer costs no pause and no warning", async (t) => {
  const receiver = await startReceiver(t, (got) => {
    got.answer(ack("AA", got.id));
    got.socket.end();
  });
  const { put, committable, lines } = await startSink(t, receiver.port, {
    props: { "mllp.retry.backoff.ms": "600000", "mllp.retry.backoff.max.ms": "600000" },
  });

  await put(["A", "B", "C", "D"].map((id) => message(id)));
  await until(async () => (await committable()) === 4);

  assert.deepEqual(lines, []);
});

test("back-pressure: with a full queue nothing more is read until there is room", async (t) => {
  const waiting: Got[] = [];
  let isSlow = true;
  const receiver = await startReceiver(t, (got) => {
    if (isSlow) waiting.push(got);
    else got.answer(ack("AA", got.id));
  });
  const { put, committable, paused } = await startSink(t, receiver.port, {
    props: { "mllp.queue.max": "5" },
  });

  await put(Array.from({ length: 20 }, (_, index) => message(`M${index}`)));
  assert.deepEqual(paused, [true]);
  isSlow = false;
  for (const got of waiting) got.answer(ack("AA", got.id));
  await until(async () => (await committable()) === 20);
  await put([]);

  assert.deepEqual(paused, [true, false]);
});

test("each partition has a connection of its own; a slow one does not hold up another", async (t) => {
  const receiver = await startReceiver(t, (got) => {
    if (got.id !== "SLOW") got.answer(ack("AA", got.id));
  });
  const { put, committable } = await startSink(t, receiver.port);

  await put([message("SLOW"), message("B")], 0);
  await put([message("C"), message("D")], 1);
  await until(async () => (await committable(1)) === 2);

  assert.equal(await committable(0), 0);
  assert.equal(receiver.connections(), 2);
});

test("with a connection for each sender, an offset waits for all before it", async (t) => {
  const receiver = await startReceiver(t, (got) => {
    if (got.id !== "SLOW") got.answer(ack("AA", got.id));
  });
  const { put, committable } = await startSink(t, receiver.port, {
    props: { "mllp.connection.key": "sender" },
  });

  await put([
    message("A", "", "ONE|H"),
    message("SLOW", "", "TWO|H"),
    message("B", "", "ONE|H"),
    message("C", "", "ONE|H"),
  ]);
  await until(() => receiver.got.length === 4);

  await until(async () => (await committable()) === 1);
});

test("a task that stops starts no other message, and waits for the answer of the one that is on its way", async (t) => {
  const waiting: Got[] = [];
  const receiver = await startReceiver(t, (got) => void waiting.push(got));
  const { put, committable, stopping } = await startSink(t, receiver.port);
  await put([message("A"), message("B")]);
  await until(() => waiting.length === 1);

  stopping.abort();
  const committed = committable();
  waiting[0]?.answer(ack("AA", "A"));

  assert.equal(await committed, 1);
  assert.equal(receiver.got.length, 1);
});

test("what is queued of a partition that is taken away is not sent", async (t) => {
  const waiting: Got[] = [];
  const receiver = await startReceiver(t, (got) => void waiting.push(got));
  const { put, task, committable } = await startSink(t, receiver.port, {
    props: { "mllp.connection.key": "task" },
  });
  await put([message("A"), message("B")], 0);
  await put([message("C")], 1);
  await until(() => waiting.length === 1);

  task.close([{ topic: "t", partition: 0 }]);
  waiting[0]?.answer(ack("AA", "A"));
  await until(() => waiting.length === 2);
  waiting[1]?.answer(ack("AA", "C"));

  await until(async () => (await committable(1)) === 1);
  assert.deepEqual(
    receiver.got.map(({ id }) => id),
    ["A", "C"],
  );
});

test("what cannot be sent is a dead letter at once: no bytes, no MSH, bytes that would end its block", async (t) => {
  const receiver = await startReceiver(t);
  const { put, committable, reports } = await startSink(t, receiver.port);

  await put([{ a: 1 }, bytes("hello"), message("A", "NTE|1||x\u001c\ry"), "MSH|^~\\&|A|B||||||T"]);
  await until(async () => (await committable()) === 4);

  assert.deepEqual(
    reports.map(({ offset, code }) => [offset, code]),
    [
      [0, "MLLP_VALUE_NOT_BYTES"],
      [1, "MLLP_VALUE_NOT_HL7"],
      [2, "MLLP_VALUE_NOT_FRAMEABLE"],
    ],
  );
  assert.equal(receiver.got[0]?.payload.toString(), "MSH|^~\\&|A|B||||||T");
});
