import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { openRecordLog } from "#broker";
import type { LogRecord, NewRecord } from "#broker";
import { runCli, temporaryDirectory } from "../fixtures/run-cli.ts";
import { replay } from "./replay.ts";

const encoder = new TextEncoder();
const CANARY = "Zyxwvutsrq";
const message = (id: string): Uint8Array =>
  encoder.encode(`MSH|^~\\&|A|B|C|D|1||ADT^A01|${id}|P|2.5.1\rPID|1||${CANARY}\r`);
const headers = (...pairs: readonly (readonly [string, string])[]): NewRecord["headers"] =>
  pairs.map(([name, value]) => [name, encoder.encode(value)]);

/** Four refused records, hour after hour: two in quarantine form, two dead letters. */
async function refusedRecords(t: TestContext): Promise<string> {
  const bootstrap = `embedded:${temporaryDirectory(t)}`;
  const log = await openRecordLog({ "bootstrap.servers": bootstrap });
  await log.admin.createTopics([{ topic: "refused", partitions: 1 }]);
  const producer = await log.producer({ clientId: "test" });
  const trace = `DataError HL7_INVALID: It is wrong\n    at x`;
  const letter = headers(
    ["source-system", "LAB"],
    ["__connect.errors.topic", "adt"],
    ["__connect.errors.exception.message", "It is wrong"],
    ["__connect.errors.exception.stacktrace", trace],
  );
  const quarantined = headers(
    ["quarantine-code", "MESSAGE_INVALID"],
    ["quarantine-reason", "A required segment is missing"],
  );
  const oversize = headers(
    ["quarantine-code", "FRAME_TOO_LARGE"],
    ["quarantine-truncated", "true"],
  );
  const all = [quarantined, oversize, letter, letter].map((own, nth) => ({
    topic: "refused",
    key: encoder.encode(CANARY),
    value: message(`M${nth}`),
    headers: own ?? [],
    timestamp: Date.parse(`2026-01-01T0${nth}:00:00Z`),
  }));
  await producer.send(all);
  await producer.close();
  await log.close();
  return bootstrap;
}

async function contents(bootstrap: string, topic: string): Promise<LogRecord[]> {
  const log = await openRecordLog({ "bootstrap.servers": bootstrap, "embedded.read.only": "true" });
  const reader = await log.reader({ topic });
  const records: LogRecord[] = [];
  while (!(await reader.isAtEnd())) records.push(...(await reader.poll(1000)));
  await reader.close();
  await log.close();
  return records;
}

const linesOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test("a dry run tells places, codes and reasons, and nothing of a patient", async (t) => {
  const bootstrap = await refusedRecords(t);

  const { stdout, stderr, exitCode } = await runCli(t, [
    ...["replay", "refused", "--dry-run", "--bootstrap", bootstrap],
  ]);

  assert.equal(exitCode, 0, stderr);
  const lines = linesOf(stdout);
  assert.deepEqual(
    lines.map(({ place, code, reason }) => [place, code, reason]),
    [
      ["refused-0@0", "MESSAGE_INVALID", "A required segment is missing"],
      ["refused-0@1", "FRAME_TOO_LARGE", ""],
      ["refused-0@2", "HL7_INVALID", "It is wrong"],
      ["refused-0@3", "HL7_INVALID", "It is wrong"],
      [undefined, undefined, undefined],
    ],
  );
  assert.deepEqual(lines.at(-1), { read: 4, matched: 4, outcomes: { found: 4 } });
  assert.doesNotMatch(stdout + stderr, new RegExp(CANARY));
});

test("letters are chosen by code, offset and time", async (t) => {
  const bootstrap = await refusedRecords(t);
  const placesOf = async (...filter: readonly string[]): Promise<unknown[]> => {
    const args = ["replay", "refused", "--dry-run", "--bootstrap", bootstrap, ...filter];
    const { stdout } = await runCli(t, args);
    return linesOf(stdout)
      .slice(0, -1)
      .map(({ place }) => Number(String(place).split("@")[1]));
  };

  const found = await Promise.all([
    placesOf("--code", "HL7_INVALID"),
    placesOf("--code", "HL7_INVALID,MESSAGE_INVALID", "--max", "2"),
    placesOf("--offset", "1-2"),
    placesOf("--offset", "3-", "--partition", "0"),
    placesOf("--since", "2026-01-01T01:00:00Z", "--until", "2026-01-01T03:00:00Z"),
  ]);

  assert.deepEqual(found, [[2, 3], [0, 2], [1, 2], [3], [1, 2]]);
});

test("dead letters go back to the topic they came from, as they were, and say where they have been", async (t) => {
  const bootstrap = await refusedRecords(t);

  const { stdout, exitCode } = await runCli(t, [
    ...["replay", "refused", "--to-topic", "origin", "--offset", "2-"],
    ...["--bootstrap", bootstrap],
  ]);

  assert.equal(exitCode, 0);
  assert.deepEqual(linesOf(stdout).at(-1), { read: 4, matched: 2, outcomes: { sent: 2 } });
  const [first, ...others] = await contents(bootstrap, "adt");
  assert.equal(others.length, 1);
  assert.deepEqual(Uint8Array.from(first?.value ?? []), message("M2"));
  assert.deepEqual(Uint8Array.from(first?.key ?? []), encoder.encode(CANARY));
  assert.equal(first?.timestamp, Date.parse("2026-01-01T02:00:00Z"));
  assert.deepEqual(
    first?.headers.map(([name, value]) => [name, new TextDecoder().decode(value ?? undefined)]),
    [
      ["source-system", "LAB"],
      ["replayed-from", "refused-0@2"],
    ],
  );
});

test("what is only a beginning, and what has no origin, is not sent, and that is told", async (t) => {
  const bootstrap = await refusedRecords(t);

  const { stdout, stderr, exitCode } = await runCli(t, [
    ...["replay", "refused", "--to-topic", "origin", "--bootstrap", bootstrap],
  ]);

  assert.equal(exitCode, 1);
  assert.deepEqual(linesOf(stdout).at(-1)?.["outcomes"], {
    "without-origin": 1,
    truncated: 1,
    sent: 2,
  });
  assert.match(stderr, /2 of 4 were not taken/);
});

test("letters go over MLLP one by one, with the answer of each; the first without one ends it", async (t) => {
  const bootstrap = await refusedRecords(t);
  const answers = ["AA", "AE"];
  const got: string[] = [];
  const server = createServer((socket) => {
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const id = chunk.toString("latin1").split("|")[9] ?? "";
      got.push(id);
      const code = answers.shift();
      if (code === undefined) return socket.destroy();
      socket.write(`\u000bMSH|^~\\&|C|D|A|B|1||ACK|X|P|2.5.1\rMSA|${code}|${id}\r\u001c\r`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;

  const { stdout, stderr, exitCode } = await runCli(t, [
    ...["replay", "refused", "--to-mllp", `127.0.0.1:${port}`, "--bootstrap", bootstrap],
  ]);

  assert.equal(exitCode, 1);
  assert.deepEqual(got, ["M0", "M2", "M3"]);
  assert.deepEqual(linesOf(stdout).at(-1)?.["outcomes"], { AA: 1, truncated: 1, AE: 1 });
  assert.match(stderr, /stopped at refused-0@3, which may have arrived or not/);
  assert.doesNotMatch(stdout + stderr, new RegExp(CANARY));
});

test("what is refused once more, and comes to the same topic, is not sent again", async (t) => {
  const bootstrap = `embedded:${temporaryDirectory(t)}`;
  const log = await openRecordLog({ "bootstrap.servers": bootstrap });
  t.after(() => log.close());
  await log.admin.createTopics([{ topic: "refused", partitions: 2 }]);
  const producer = await log.producer({ clientId: "test" });
  const refuse = (partition: number, value: Uint8Array) =>
    producer.send([{ topic: "refused", partition, key: null, value, headers: [] }]);
  await refuse(0, message("M0"));
  await refuse(1, message("M1"));
  let got = 0;
  const server = createServer((socket) => {
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      got += 1;
      const id = chunk.toString("latin1").split("|")[9] ?? "";
      // Into both partitions, before the answer.
      void Promise.all([refuse(0, message(id)), refuse(1, message(id))]).then(() =>
        socket.write(`\u000bMSH|^~\\&|C|D|A|B|1||ACK|X|P|2.5.1\rMSA|AR|${id}\r\u001c\r`),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;

  const { stdout } = await runCli(t, [
    ...["replay", "refused", "--to-mllp", `127.0.0.1:${port}`, "--bootstrap", bootstrap],
  ]);

  assert.deepEqual(linesOf(stdout).at(-1), { read: 2, matched: 2, outcomes: { AR: 2 } });
  assert.equal(got, 2);
});

test("one target is needed, and it is not the topic itself", async (t) => {
  const bootstrap = await refusedRecords(t);
  for (const [args, text] of [
    [[], /Name one target, or --dry-run/],
    [["--to-topic", "a", "--to-mllp", "b:1"], /Name one target/],
    [["--to-topic", "refused"], /cannot be replayed to itself/],
    [["--dry-run", "--since", "yesterday"], /--since takes a time/],
    [["--dry-run", "--offset", "x"], /--offset takes/],
  ] as const) {
    await assert.rejects(replay.run(["refused", ...args, "--bootstrap", bootstrap]), {
      name: "UsageError",
      message: text,
    });
  }
});
