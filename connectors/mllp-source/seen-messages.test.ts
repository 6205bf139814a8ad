import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceOffset, SourcePartition, SourceRecord } from "#connect-api";
import { encodeFrame } from "#lib/mllp";
import { admit, poll, sender, startTask, stored, takenIn } from "./fixtures/task-harness.ts";
import type { Exchange } from "./exchange.ts";
import { SeenMessages, fingerprint } from "./seen-messages.ts";
import { StoredProof } from "./stored-proof.ts";

const someExchange = {} as Exchange;
const proof = StoredProof.ofCommit(stored);
const print = (id: string, content = id) =>
  fingerprint(id, Buffer.from(content.padEnd(32)).toString("hex"));

/** Source offsets as the log keeps them: text by key. */
class StoredOffsets {
  readonly #texts = new Map<string, string>();
  reads = 0;

  put(partition: SourcePartition, offset: SourceOffset): void {
    this.#texts.set(JSON.stringify(partition), JSON.stringify(offset));
  }
  readonly read = async (partitions: readonly SourcePartition[]) => {
    this.reads += 1;
    return partitions.map((partition) => {
      const text = this.#texts.get(JSON.stringify(partition));
      return text === undefined ? null : (JSON.parse(text) as SourceOffset);
    });
  };
}

test("R2: 10,000 messages of a sender are known again after a restart, within 2 s", async () => {
  const offsets = new StoredOffsets();
  const before = await new SeenMessages(offsets.read, 10_240, true).of("LAB|HOSP");
  for (let nth = 0; nth < 25_000; nth += 1) {
    const { id, content } = print(`M${nth}`);
    const noted = before.add(id, content, someExchange);
    noted.settle(proof);
    // As a worker does: the offset of a slot is stored with the last record of each transaction.
    if (nth % 7 === 6 || nth === 24_999) offsets.put(noted.partition, noted.offset);
    else if (nth % 32 === 31) offsets.put(noted.partition, noted.offset);
  }

  const startedAt = performance.now();
  const after = await new SeenMessages(offsets.read, 10_240, true).of("LAB|HOSP");
  const tookMs = performance.now() - startedAt;

  const known = (nth: number): boolean => {
    const { id, content } = print(`M${nth}`);
    return after.find(id, content).same?.state instanceof StoredProof;
  };
  for (let nth = 15_000; nth < 25_000; nth += 1) assert.ok(known(nth), `M${nth}`);
  assert.ok(!known(1000), "older ones are forgotten");
  assert.ok(tookMs < 2000, `${tookMs} ms`);
});

test("a sender that is restarted with every few messages keeps its window", async () => {
  const offsets = new StoredOffsets();
  for (let run = 0; run < 30; run += 1) {
    const history = await new SeenMessages(offsets.read, 64, true).of("A|B");
    for (let nth = 0; nth < 3; nth += 1) {
      const { id, content } = print(`${run}-${nth}`);
      const noted = history.add(id, content, someExchange);
      offsets.put(noted.partition, noted.offset);
    }
  }

  const history = await new SeenMessages(offsets.read, 64, true).of("A|B");
  const missing = Array.from({ length: 64 }, (_, back) => 89 - back)
    .map((nth) => print(`${Math.floor(nth / 3)}-${nth % 3}`))
    .filter(({ id, content }) => !history.find(id, content).same);

  assert.deepEqual(missing, []);
});

test("a record of the same transaction that was dropped is not in the offset that is stored", async () => {
  const offsets = new StoredOffsets();
  const history = await new SeenMessages(offsets.read, 64, true).of("A|B");
  const [dropped, kept] = [print("DROPPED"), print("KEPT")];
  const first = history.add(dropped.id, dropped.content, someExchange);
  const second = history.add(kept.id, kept.content, someExchange);

  first.settle("dropped");
  offsets.put(second.partition, second.offset);

  const after = await new SeenMessages(offsets.read, 64, true).of("A|B");
  assert.equal(after.find(dropped.id, dropped.content).same, undefined);
  assert.ok(after.find(kept.id, kept.content).same);
});

test("without transactions, what is not confirmed is not in the offset that is stored", async () => {
  const offsets = new StoredOffsets();
  const history = await new SeenMessages(offsets.read, 64, false).of("A|B");
  const [waiting, confirmed] = [print("WAITING"), print("CONFIRMED")];
  history.add(waiting.id, waiting.content, someExchange);
  const noted = history.add(confirmed.id, confirmed.content, someExchange);
  noted.settle(proof);
  offsets.put(noted.partition, noted.offset);

  const after = await new SeenMessages(offsets.read, 64, false).of("A|B");
  assert.equal(after.find(waiting.id, waiting.content).same, undefined);
  assert.ok(after.find(confirmed.id, confirmed.content).same);
});

test("the same control id with other content is another message, and both are known", async () => {
  const history = await new SeenMessages(new StoredOffsets().read, 64, true).of("A|B");
  const [one, two] = [print("M1", "one"), print("M1", "two")];
  history.add(one.id, one.content, someExchange).settle(proof);

  assert.ok(history.find(two.id, two.content).other);
  history.add(two.id, two.content, someExchange).settle(proof);

  assert.ok(history.find(one.id, one.content).same);
  assert.ok(history.find(two.id, two.content).same);
});

test("R2: a repetition gets AA and makes no second record, on whatever connection", async (t) => {
  const task = await startTask(t);
  const [one, two] = [await sender(t, task), await sender(t, task)];
  one.write(encodeFrame(admit("M1")));
  for (const record of await poll(task, 1)) task.commitRecord(record, stored);
  await one.answers(1);

  two.write(encodeFrame(admit("M1")));
  two.write(encodeFrame(admit("M2")));
  const records = await poll(task, 1);

  assert.deepEqual(
    records.map(({ value }) => value),
    [admit("M2")],
  );
  for (const record of records) task.commitRecord(record, stored);
  assert.deepEqual(
    (await two.answers(2)).map(({ code, controlId }) => `${code} ${controlId}`),
    ["AA M1", "AA M2"],
  );
});

test("R2: two at once make one record, and the second waits for the first one's result", async (t) => {
  const task = await startTask(t);
  const [one, two] = [await sender(t, task), await sender(t, task)];
  one.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);
  two.write(encodeFrame(admit("M1")));

  assert.deepEqual(await takenIn(task, 100), []);
  assert.deepEqual(two.soFar(), []);
  task.commitRecord(record as SourceRecord, stored);

  assert.equal((await one.answers(1))[0]?.code, "AA");
  assert.equal((await two.answers(1))[0]?.code, "AA");
});

test("R2: when the first is not stored, its twin is not either, and a repetition is a new try", async (t) => {
  const task = await startTask(t);
  const [one, two] = [await sender(t, task), await sender(t, task)];
  one.write(encodeFrame(admit("M1")));
  const [record] = await poll(task, 1);
  two.write(encodeFrame(admit("M1")));
  await takenIn(task, 100);

  task.commitRecord(record as SourceRecord, null, "SKIPPED");
  assert.equal((await one.answers(1))[0]?.code, "AE");
  assert.equal((await two.answers(1))[0]?.code, "AE");

  // The poll before was ended, as at a pause: the next one opens the port again.
  const next = poll(task, 1);
  while (task.port === 0) await new Promise((resolve) => setImmediate(resolve));
  const again = await sender(t, task);
  again.write(encodeFrame(admit("M1")));
  for (const each of await next) task.commitRecord(each, stored);
  assert.equal((await again.answers(1))[0]?.code, "AA");
});

test("R13: a used control id with other content is stored and marked, or refused with AR 205", async (t) => {
  const markOf = (record: SourceRecord | undefined): unknown =>
    record?.headers.last("hl7.control-id-reused")?.value;
  for (const [props, expected] of [
    [{}, ["AA"]],
    [{ "mllp.replies": "conflict=AR" }, ["AR", "205"]],
    [{ "mllp.sender.replies": "LAB|HOSP conflict=AR" }, ["AR", "205"]],
    [{ "mllp.sender.replies": "OTHER conflict=AR" }, ["AA"]],
  ] as const) {
    const task = await startTask(t, props);
    const wire = await sender(t, task);
    wire.write(encodeFrame(admit("M1")));
    for (const record of await poll(task, 1)) task.commitRecord(record, stored);
    wire.write(encodeFrame(admit("M1", "PID|1||4712^^^HOSP^MR\r")));
    const [record] = await poll(task, 1);
    task.commitRecord(record as SourceRecord, stored);

    const answer = (await wire.answers(2))[1];
    assert.deepEqual([answer?.code, ...(answer?.errorCodes ?? [])], expected);
    assert.equal(markOf(record), expected[0] === "AA" ? "true" : undefined);
  }
});
