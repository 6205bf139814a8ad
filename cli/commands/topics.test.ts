import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { openRecordLog } from "#broker";
import type { NewRecord, Producer } from "#broker";
import { runCli, startCli, temporaryDirectory, temporaryFile } from "../fixtures/run-cli.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An embedded log that this process holds open, as a worker does while somebody looks into it. */
async function logInUse(t: TestContext): Promise<{ bootstrap: string; producer: Producer }> {
  const bootstrap = `embedded:${temporaryDirectory(t)}`;
  const log = await openRecordLog({ "bootstrap.servers": bootstrap });
  t.after(() => log.close());
  await log.admin.createTopics([
    { topic: "adt", partitions: 2 },
    { topic: "empty", partitions: 1 },
  ]);
  const producer = await log.producer({ clientId: "test" });
  return { bootstrap, producer };
}

const record = (partition: number, value: Uint8Array | null, more: Partial<NewRecord> = {}) => ({
  topic: "adt",
  partition,
  key: bytes("4711"),
  value,
  timestamp: 1_700_000_000_000,
  ...more,
});

test("topics are listed with their partitions and records while a worker uses the log", async (t) => {
  const { bootstrap, producer } = await logInUse(t);
  await producer.send([record(0, bytes("a")), record(1, bytes("b")), record(1, bytes("c"))]);

  const plain = await runCli(t, ["topics", "list", "--bootstrap", bootstrap]);
  const json = await runCli(t, ["topics", "list", "--bootstrap", bootstrap, "--json"]);

  assert.deepEqual(plain, {
    ...plain,
    exitCode: 0,
    stderr: "",
    stdout: "adt\t2\t3\nempty\t1\t0\n",
  });
  assert.deepEqual(
    json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
    [
      { topic: "adt", partitions: 2, offsets: 3 },
      { topic: "empty", partitions: 1, offsets: 0 },
    ],
  );
});

test("the log is found by a worker file, of either kind", async (t) => {
  const { bootstrap } = await logInUse(t);
  const properties = temporaryFile(t, "worker.properties", `bootstrap.servers=${bootstrap}\n`);
  const json = temporaryFile(t, "worker.json", JSON.stringify({ "bootstrap.servers": bootstrap }));

  for (const file of [properties, json]) {
    const { stdout, exitCode } = await runCli(t, ["topics", "list", "--worker", file]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^adt\t/);
  }
});

test("a worker file that is not JSON is one clear sentence", async (t) => {
  const file = temporaryFile(t, "worker.json", "{");

  const { exitCode, stderr } = await runCli(t, ["topics", "list", "--worker", file]);

  assert.equal(exitCode, 1);
  assert.equal(stderr, `The worker file ${file} is not valid JSON\n`);
});

test("with --json a record is one line with everything it has; other bytes are base64", async (t) => {
  const { bootstrap, producer } = await logInUse(t);
  const notUtf8 = Uint8Array.of(0xff, 0x00);
  await producer.send([
    record(0, bytes("MSH|^~\\&|é\rPID|1\r"), {
      headers: [
        ["content-type", bytes("application/hl7-v2")],
        ["content-type", null],
        ["raw", notUtf8],
      ],
    }),
    record(0, notUtf8, { key: notUtf8 }),
    record(0, null, { key: null }),
    record(0, bytes("\ufeffbom")),
  ]);

  const { stdout, stderr, exitCode } = await runCli(t, [
    ...["topics", "read", "adt", "--from-beginning", "--json", "--bootstrap", bootstrap],
  ]);

  const place = { topic: "adt", partition: 0, timestamp: 1_700_000_000_000 };
  assert.equal(stderr, "");
  assert.equal(exitCode, 0);
  assert.deepEqual(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
    [
      {
        ...place,
        offset: 0,
        key: "4711",
        headers: [
          { key: "content-type", value: "application/hl7-v2" },
          { key: "content-type", value: null },
          { key: "raw", value: "/wA=", encoding: "base64" },
        ],
        value: "MSH|^~\\&|é\rPID|1\r",
      },
      {
        ...place,
        offset: 1,
        key: "/wA=",
        keyEncoding: "base64",
        headers: [],
        value: "/wA=",
        encoding: "base64",
      },
      { ...place, offset: 2, key: null, headers: [], value: null },
      { ...place, offset: 3, key: "4711", headers: [], value: "\ufeffbom" },
    ],
  );
});

test("without --json a message is shown as lines for a person", async (t) => {
  const { bootstrap, producer } = await logInUse(t);
  await producer.send([record(1, bytes("MSH|1\rPID|1")), record(1, null)]);

  const { stdout } = await runCli(t, [
    ...["topics", "read", "adt", "--from-beginning", "--bootstrap", bootstrap],
  ]);

  assert.equal(stdout, "adt-1@0\t4711\tMSH|1\nPID|1\nadt-1@1\t4711\t(tombstone)\n");
});

test("--max ends the reading of a longer topic", async (t) => {
  const { bootstrap, producer } = await logInUse(t);
  await producer.send(Array.from({ length: 700 }, (_, index) => record(0, bytes(`${index}`))));
  const read = (max: string) =>
    runCli(t, [
      ...["topics", "read", "adt", "--from-beginning", "--json", "--bootstrap", bootstrap],
      ...["--max", max],
    ]);

  for (const max of [0, 1, 600]) {
    const { stdout, exitCode } = await read(String(max));
    assert.equal(exitCode, 0);
    assert.equal(stdout.split("\n").length - 1, max);
  }
});

test("an unknown topic is said to be unknown", async (t) => {
  const { bootstrap } = await logInUse(t);

  const { exitCode, stderr, stdout } = await runCli(t, [
    ...["topics", "read", "oru", "--from-beginning", "--bootstrap", bootstrap],
  ]);

  assert.equal(exitCode, 1);
  assert.equal(stderr, "There is no topic oru\n");
  assert.equal(stdout, "");
});

test("without --from-beginning only what comes from now on is shown, until --max", async (t) => {
  const { bootstrap, producer } = await logInUse(t);
  await producer.send([record(0, bytes("old")), record(1, bytes("old"))]);
  const { child, result } = startCli(t, [
    ...["topics", "read", "adt", "--json", "--max", "2", "--bootstrap", bootstrap],
  ]);
  await once(child.stderr, "data");

  await producer.send([record(1, bytes("new 1"))]);
  await producer.send([record(1, bytes("new 2"))]);
  const { stdout, stderr, exitCode } = await result;

  const values = stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { value: string }).value);
  assert.deepEqual(values, ["new 1", "new 2"]);
  assert.match(stderr, /^Waiting for new records of adt/);
  assert.equal(exitCode, 0);
});

test("Ctrl-C ends the waiting for new records as a success", async (t) => {
  const { bootstrap } = await logInUse(t);
  const { child, result } = startCli(t, ["topics", "read", "empty", "--bootstrap", bootstrap]);
  await once(child.stderr, "data");

  child.kill("SIGINT");
  const { exitCode, stdout } = await result;

  assert.equal(exitCode, 0);
  assert.equal(stdout, "");
});
