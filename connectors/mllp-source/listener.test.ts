import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Props, SourceRecord } from "#connect-api";
import { encodeFrame } from "#lib/mllp";
import { MllpSourceConnector } from "./connector.ts";
import { TestAuthority } from "#test/support/test-certificates";
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
import { readProxyHeader } from "./proxy-header.ts";

const valueOf = (record: SourceRecord | undefined, key: string): unknown =>
  record?.headers.last(key)?.value;

test("R21: an address outside of the allow-list gets no connection, one inside does", async (t) => {
  const lines: string[] = [];
  const closed = await startTask(t, { "mllp.allowed.peers": "10.0.0.0/8,2001:db8::/32" }, lines);
  const socket = connect({ host: "127.0.0.1", port: closed.port }).on("error", () => {});
  await once(socket, "close");
  assert.match(lines.join(), /MLLP_PEER_NOT_ALLOWED/);

  const open = await startTask(t, { "mllp.allowed.peers": "10.0.0.0/8,127.0.0.0/8" });
  confirmAll(t, open);
  const wire = await sender(t, open);
  wire.write(encodeFrame(admit("M1")));
  assert.equal((await wire.answers(1))[0]?.code, "AA");
});

/** Version 2, for a sender with that IPv4 address. */
function versionTwo(address: string): Buffer {
  const signature = Buffer.from("0d0a0d0a000d0a515549540a2111000c", "hex");
  const source = Buffer.from(address.split(".").map(Number));
  return Buffer.concat([signature, source, Buffer.from([127, 0, 0, 1, 0x1f, 0x90, 0x0a, 0x0f])]);
}

for (const [what, header, address] of [
  ["1", Buffer.from("PROXY TCP4 10.1.2.3 127.0.0.1 4711 2575\r\n"), "10.1.2.3"],
  ["1 with IPv6", Buffer.from("PROXY TCP6 2001:db8::7 ::1 4711 2575\r\n"), "2001:db8::7"],
  ["2", versionTwo("10.4.5.6"), "10.4.5.6"],
] as const) {
  test(`R21: PROXY protocol ${what}: the sender is who the proxy says, however it is cut`, async (t) => {
    const task = await startTask(t, {
      "mllp.proxy.protocol.peers": "127.0.0.1",
      "mllp.allowed.peers": "10.0.0.0/8,2001:db8::/32",
    });
    const wire = await sender(t, task);
    for (const byte of Buffer.concat([header, encodeFrame(admit("M1"))])) {
      wire.write(Buffer.of(byte));
    }
    const [record] = await poll(task, 1);
    task.commitRecord(record as SourceRecord, stored);

    assert.equal(valueOf(record, "sender-address"), address);
    assert.equal((await wire.answers(1))[0]?.code, "AA");
  });
}

test("R21: only a listed proxy may say who the sender is", async (t) => {
  const header = Buffer.from("PROXY TCP4 10.1.2.3 127.0.0.1 4711 2575\r\n");
  const stranger = await startTask(t, { "mllp.framing": "strict" });
  const wire = await sender(t, stranger);
  wire.write(header);
  await wire.closed();

  const behind = await startTask(t, { "mllp.proxy.protocol.peers": "127.0.0.1" });
  const silent = await sender(t, behind);
  silent.write(encodeFrame(admit("M1")));
  await silent.closed();
});

for (const [what, header, kind] of [
  ["an unknown family", "PROXY UNKNOWN\r\n", "header"],
  ["a line without an end", `PROXY TCP4 ${"1".repeat(200)}`, "invalid"],
  ["another protocol", "GET / HTTP/1.1\r\n", "invalid"],
  ["a name for an address", "PROXY TCP4 localhost 127.0.0.1 1 2\r\n", "invalid"],
  ["the beginning", "PRO", "incomplete"],
] as const) {
  test(`R21: a PROXY header with ${what} is ${kind}`, () => {
    assert.equal(readProxyHeader(Buffer.from(header)).kind, kind);
  });
}

test("R21: messages over the rate of an address wait, and all are answered", async (t) => {
  const task = await startTask(t, {
    "mllp.peer.messages.per.second": "20",
    "mllp.peer.burst.seconds": "1",
    "mllp.connection.in.flight.max": "1",
  });
  confirmAll(t, task);
  const wire = await sender(t, task);
  const startedAt = performance.now();
  for (let nth = 0; nth < 40; nth += 1) wire.write(encodeFrame(admit(`M${nth}`)));

  const answers = await wire.answers(40);
  const tookMs = performance.now() - startedAt;

  assert.equal(answers.length, 40);
  // One read may hold them all: what has arrived is not sent back. The next one waits for its turn.
  wire.write(encodeFrame(admit("LATER")));
  await wire.answers(41);
  const laterMs = performance.now() - startedAt;
  assert.ok(laterMs > 900, `${Math.round(tookMs)} ms, ${Math.round(laterMs)} ms`);
});

test("R19: an address has no more connections than it may have", async (t) => {
  const lines: string[] = [];
  const task = await startTask(t, { "mllp.peer.connections.max": "2" }, lines);
  const [first] = [await sender(t, task), await sender(t, task)];
  const third = await sender(t, task);
  await third.closed();
  assert.match(lines.join(), /MLLP_TOO_MANY_CONNECTIONS/);

  first?.socket.destroy();
  await first?.closed();
  confirmAll(t, task);
  let code: string | undefined;
  for (const deadline = performance.now() + 5000; !code && performance.now() < deadline;) {
    const next = await sender(t, task);
    next.write(encodeFrame(admit("M1")));
    code = await Promise.race([
      next.answers(1).then(([answer]) => answer?.code),
      next.closed().then(() => undefined),
    ]);
  }
  assert.equal(code, "AA");
});

for (const stream of [
  "\nMSH",
  "x\u000bMSH",
  "\u000bMSH|\u001c\n",
  "\u000bMSH|\u000bMSH|",
  "\u000bMSH|\u001cA",
]) {
  test(`R6: strict framing closes the connection of ${JSON.stringify(stream)}`, async (t) => {
    const task = await startTask(t, { "mllp.framing": "strict" });
    const wire = await sender(t, task);
    wire.write(bytes(stream));

    await wire.closed();
    assert.deepEqual(await takenIn(task, 20), []);
  });
}

test("R7: a cut-off frame whose MSH-10 cannot be read is kept, and nobody is told", async (t) => {
  const task = await startTask(t);
  const wire = await sender(t, task);
  wire.write(Buffer.concat([bytes("\u000bMSH|^~\\&|LAB"), encodeFrame(admit("WHOLE"))]));
  const [part, whole] = (await poll(task, 2)) as [SourceRecord, SourceRecord];

  assert.equal(part.topic, "healthcare.hl7v2.quarantine");
  task.commitRecord(part, stored);
  task.commitRecord(whole, stored);

  assert.deepEqual(
    (await wire.answers(1)).map(({ code, controlId }) => `${code} ${controlId}`),
    ["AA WHOLE"],
  );
});

test("R22: before a pause nothing more is taken, what was received is handed over, and then it goes on", async (t) => {
  const task = await startTask(t);
  const { port } = task;
  const wire = await sender(t, task);
  const pause = new AbortController();
  const polling = task.poll(pause.signal);
  wire.write(Buffer.concat([1, 2, 3].map((nth) => Buffer.from(encodeFrame(admit(`M${nth}`))))));
  const records = [...(await polling)];
  pause.abort();
  records.push(...(await task.poll(pause.signal)));

  assert.equal(records.length, 3);
  const refused = connect({ host: "127.0.0.1", port });
  const [error] = (await once(refused, "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNREFUSED");
  for (const record of records) task.commitRecord(record, stored);
  assert.equal((await wire.answers(3)).length, 3);

  confirmAll(t, task);
  wire.write(encodeFrame(admit("M4")));
  assert.equal((await wire.answers(4))[3]?.controlId, "M4");
});

test("F36: a port that another process has is taken as soon as it is free", async (t) => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const address = holder.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const lines: string[] = [];
  const task = await startTask(t, { "mllp.port": String(port) }, lines);
  assert.match(lines.join(), /MLLP_PORT_IN_USE .*another mllp\.port.*trying again/);
  confirmAll(t, task);

  await new Promise((resolve) => holder.close(resolve));
  for (const deadline = performance.now() + 5000; performance.now() < deadline && !task.port;) {
    await once(AbortSignal.timeout(20), "abort");
  }

  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1")));
  assert.equal((await wire.answers(1))[0]?.code, "AA");
});

async function problems(props: Props): Promise<Record<string, string>> {
  const report = await new MllpSourceConnector().validate({ "mllp.port": "0", ...props });
  return Object.fromEntries(
    report
      .filter(({ errors }) => errors.length > 0)
      .map(({ name, errors }) => [name, errors[0] ?? ""]),
  );
}

async function takenPort(t: TestContext): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  return String(typeof address === "object" && address ? address.port : 0);
}

test("R33: validate finds what would go wrong at the start, and names the setting", async (t) => {
  const authority = new TestAuthority(t);
  const [pair, other] = [authority.issue("a.example"), authority.issue("b.example")];
  const readable = authority.issue("c.example");
  chmodSync(readable.key, 0o644);
  const tls = { "mllp.tls.certificate.file": pair.certificate, "mllp.tls.key.file": pair.key };
  const rows: readonly (readonly [props: Props, key: string, text: RegExp])[] = [
    [{ "mllp.port": await takenPort(t) }, "mllp.port", /another process uses it/],
    [
      { "mllp.bind.address": "192.0.2.1", "mllp.port": "2575", "mllp.allow.plaintext": "true" },
      "mllp.port",
      /EADDRNOTAVAIL/,
    ],
    [{ "mllp.bind.address": "0.0.0.0" }, "mllp.bind.address", /without TLS/],
    [{ ...tls, "mllp.tls.key.file": other.key }, "mllp.tls.certificate.file", /do not make a TLS/],
    [{ ...tls, "mllp.tls.key.file": "/nowhere.key" }, "mllp.tls.key.file", /ENOENT/],
    [{ ...tls, "mllp.tls.client.auth": "required" }, "mllp.tls.ca.file", /CAs that sign/],
    [
      { "mllp.tls.certificate.file": readable.certificate, "mllp.tls.key.file": readable.key },
      "mllp.tls.key.file",
      /chmod 600/,
    ],
    [{ "mllp.tls.client.auth": "required" }, "mllp.tls.certificate.file", /need TLS/],
    [{ "topic.creation.default.max.message.bytes": "1000000" }, "mllp.max.frame.bytes", /raise/],
    [{ "mllp.allowed.peers": "10.0.0.0/99" }, "mllp.allowed.peers", /10\.1\.0\.0\/16/],
    [{ "topic.template": "{PID-5}" }, "topic.template", /\{MSH-9\.1\}/],
    [{ "mllp.tls.identities": "lab" }, "mllp.tls.identities", /CN=name/],
    [
      { "transaction.boundary": "interval", "transaction.boundary.interval.ms": "60000" },
      "mllp.ack.deadline.ms",
      /leave transaction\.boundary/,
    ],
  ];

  for (const [props, key, text] of rows) {
    const found = await problems(props);
    assert.match(found[key] ?? "", text, JSON.stringify([props, found]));
  }
  assert.deepEqual(await problems(tls), {});
  assert.deepEqual(await problems({}), {});
});
