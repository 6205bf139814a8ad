import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { encodeFrame } from "#lib/mllp";
import { TestAuthority } from "#test/support/test-certificates";
import { atnaMessage } from "./audit-atna.ts";
import type { AuditEvent } from "./audit.ts";
import {
  admit,
  bytes,
  confirmAll,
  poll,
  sender,
  startTask,
  stored,
} from "./fixtures/task-harness.ts";

const CANARY = "Zyxwvutsrq";
const patient = `PID|1||4711^^^H^MR||${CANARY}\r`;

/** An Audit Record Repository: what came, without the syslog frames. */
async function startRepository(t: TestContext, makeServer = createServer, port = 0) {
  const got: string[] = [];
  const server = makeServer((socket) => {
    let received = "";
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      received += String(chunk);
      for (;;) {
        const end = received.indexOf("</AuditMessage>");
        if (end < 0) return;
        got.push(received.slice(0, end + "</AuditMessage>".length));
        received = received.slice(end + "</AuditMessage>".length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { got, server, port: (server.address() as AddressInfo).port };
}

async function until(isDone: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error("not within 60 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("R31: every outcome is one event of the audit topic, without patient data", async (t) => {
  const task = await startTask(t, { "audit.topic": "audit" });
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1", patient)));
  wire.write(encodeFrame(bytes("not HL7")));

  const events: AuditEvent[] = [];
  while (!events.some(({ reason }) => reason === "NOT_HL7")) {
    for (const record of await poll(task, 1)) {
      if (record.topic === "audit")
        events.push(JSON.parse(Buffer.from(record.value as Uint8Array).toString()));
      else task.commitRecord(record, { ...stored, topic: record.topic, partition: 2, offset: 7 });
    }
  }

  assert.deepEqual(
    events.map(({ action, outcome }) => `${action} ${outcome ?? ""}`.trim()),
    ["listener-started", "connected", "message accepted", "message refused"],
  );
  const accepted = events[2] as AuditEvent;
  assert.equal(accepted["sender"], "LAB|HOSP");
  assert.equal(accepted["type"], "ADT^A01");
  assert.equal(accepted["place"], "healthcare.hl7v2.adt-2@7");
  assert.match(String(accepted["idSha256"]), /^[0-9a-f]{64}$/);
  assert.doesNotMatch(JSON.stringify(events), new RegExp(`${CANARY}|M1|4711`));
});

test("R31: the repository gets the events by syslog over TLS, in the form of ATNA", async (t) => {
  const authority = new TestAuthority(t);
  const [own, listener] = [authority.issue("repository"), authority.issue("listener")];
  const options = {
    cert: readFileSync(own.certificate),
    key: readFileSync(own.key),
    ca: readFileSync(authority.certificate),
    requestCert: true,
    rejectUnauthorized: true,
  };
  const repository = await startRepository(t, ((on: never) =>
    createTlsServer(options, on)) as never);
  const task = await startTask(t, {
    "audit.syslog": `tls://127.0.0.1:${repository.port}`,
    "audit.syslog.ca.file": authority.certificate,
    "audit.syslog.certificate.file": listener.certificate,
    "audit.syslog.key.file": listener.key,
  });
  confirmAll(t, task);
  const wire = await sender(t, task);
  wire.write(encodeFrame(admit("M1", patient)));
  await wire.answers(1);
  wire.write(encodeFrame(bytes(`not HL7 ${CANARY}`)));
  await wire.answers(2);

  await until(() => repository.got.length === 3);
  const [start, accepted, refused] = repository.got;
  assert.match(
    start ?? "",
    /^\d+ <85>1 \S+Z \S+ clinical-connect \d+ IHE\+RFC-3881 - \uFEFF<\?xml version="1.0" encoding="UTF-8"\?><AuditMessage>/,
  );
  assert.match(start ?? "", /csd-code="110100".*csd-code="110120"/);
  assert.match(
    accepted ?? "",
    /EventActionCode="C" [^>]*EventOutcomeIndicator="0"><EventID csd-code="110107"/,
  );
  assert.match(
    accepted ?? "",
    /UserID="LAB\|HOSP" UserIsRequestor="true" NetworkAccessPointID="127\.0\.0\.1"/,
  );
  assert.match(refused ?? "", /<84>1 .*EventOutcomeIndicator="4".*refused NOT_HL7/);
  assert.doesNotMatch(repository.got.join(""), new RegExp(`${CANARY}|4711`));
});

test("R31: a repository that is away costs no message, and is told what was lost when it is back", async (t) => {
  const free = await startRepository(t);
  await new Promise((resolve) => free.server.close(resolve));
  const lines: string[] = [];
  const task = await startTask(
    t,
    { "audit.syslog": `tcp://127.0.0.1:${free.port}`, "audit.syslog.waiting.max": "2" },
    lines,
  );
  confirmAll(t, task);
  const wire = await sender(t, task);

  for (const id of ["M1", "M2", "M3"]) wire.write(encodeFrame(admit(id)));
  assert.equal((await wire.answers(3)).length, 3);
  await until(() => lines.length > 0);
  assert.match(lines.join(), /AUDIT_REPOSITORY_AWAY The audit repository cannot be reached/);
  const { got } = await startRepository(t, undefined, free.port);
  await until(() => got.length === 2);
  wire.write(encodeFrame(admit("M4")));

  await until(() => got.length === 4);
  // Start, M1; then that two were lost, and M4.
  assert.deepEqual(
    got.map((text) => /EventID csd-code="(\d+)"/.exec(text)?.[1]),
    ["110100", "110107", "110113", "110107"],
  );
  assert.match(got[2] ?? "", /csd-code="110133"/);
});

test("an ATNA message is well-formed whatever a sender calls itself", () => {
  const event: AuditEvent = {
    action: "message",
    at: "2026-01-01T00:00:00.000Z",
    listener: "mllp",
    outcome: "refused",
    peer: "192.0.2.1",
    sender: `"><x>&\u0001|'`,
    sha256: "00",
    bytes: 1,
  };

  const text = atnaMessage(event, "mllp") ?? "";

  assert.match(text, /UserID="&quot;&gt;&lt;x&gt;&amp;\?\|'"/);
  const opened = [...text.matchAll(/<(\w+)\b[^>]*(?<![/?])>/g)].map(([, name]) => name).toSorted();
  const closed = [...text.matchAll(/<\/(\w+)>/g)].map(([, name]) => name).toSorted();
  assert.deepEqual(opened, closed);
});
