import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { Props } from "#connect-api";
import { encodeFrame } from "#lib/mllp";
import { TestAuthority } from "#test/support/test-certificates";
import type { Pair } from "#test/support/test-certificates";
import { admit, confirmAll, startTask } from "./fixtures/task-harness.ts";
import type { MllpSourceTask } from "./task.ts";

const files = (authority: TestAuthority, pair: Pair, more: Props = {}): Props => ({
  "mllp.tls.certificate.file": pair.certificate,
  "mllp.tls.key.file": pair.key,
  "mllp.tls.ca.file": authority.certificate,
  "mllp.tls.client.auth": "required",
  ...more,
});

interface Attempt {
  /** MSA-1, or why there was none. */
  readonly outcome: string;
  readonly server: string | undefined;
  readonly socket: TLSSocket;
}

/** Connects, sends one message, and waits for the answer or the end. */
async function attempt(
  t: TestContext,
  task: MllpSourceTask,
  authority: TestAuthority,
  pair?: Pair,
  options: ConnectionOptions = {},
): Promise<Attempt> {
  const socket = connect({
    host: "127.0.0.1",
    port: task.port,
    ca: readFileSync(authority.certificate),
    servername: "mllp.example",
    ...(pair ? { cert: readFileSync(pair.certificate), key: readFileSync(pair.key) } : {}),
    ...options,
  });
  t.after(() => socket.destroy());
  let text = "";
  const outcome = await new Promise<string>((resolve) => {
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.once("close", () => resolve("closed"));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const code = /\rMSA\|(\w\w)/.exec(text)?.[1];
      if (code && text.endsWith("\u001c\r")) resolve(code);
    });
    socket.once("secureConnect", () => socket.write(encodeFrame(admit(`M${++ids}`))));
  });
  const { subject } = socket.getPeerCertificate?.() ?? {};
  return { outcome, server: subject?.CN as string | undefined, socket };
}
let ids = 0;

test("R20: a sender with a certificate of the CA is answered over TLS 1.3, and over 1.2", async (t) => {
  const authority = new TestAuthority(t);
  const task = await startTask(t, files(authority, authority.issue("mllp.example")));
  confirmAll(t, task);
  const sender = authority.issue("lab.example");

  const newest = await attempt(t, task, authority, sender);
  const older = await attempt(t, task, authority, sender, { maxVersion: "TLSv1.2" });

  assert.deepEqual([newest.outcome, newest.socket.getProtocol()], ["AA", "TLSv1.3"]);
  assert.deepEqual([older.outcome, older.socket.getProtocol()], ["AA", "TLSv1.2"]);
});

test("F25: no certificate, one of a stranger, an expired and a revoked one do not get in", async (t) => {
  const [authority, stranger] = [new TestAuthority(t), new TestAuthority(t)];
  const revoked = authority.issue("revoked.example");
  const task = await startTask(
    t,
    files(authority, authority.issue("mllp.example"), {
      "mllp.tls.crl.file": authority.revoke(revoked),
    }),
  );
  confirmAll(t, task);

  for (const [what, pair] of [
    ["none", undefined],
    ["a stranger's", stranger.issue("lab.example")],
    ["an expired one", authority.issue("old.example", { isExpired: true })],
    ["a revoked one", revoked],
  ] as const) {
    const { outcome } = await attempt(t, task, authority, pair);
    assert.ok(outcome !== "AA", `${what}: ${outcome}`);
  }
  const good = await attempt(t, task, authority, authority.issue("lab.example"));
  assert.equal(good.outcome, "AA", "and the others go on");
});

for (const [what, options] of [
  ["TLS 1.1", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }],
  ["a cipher without encryption", { maxVersion: "TLSv1.2", ciphers: "NULL:@SECLEVEL=0" }],
  ["a cipher without forward secrecy", { maxVersion: "TLSv1.2", ciphers: "AES128-SHA" }],
] as const satisfies readonly (readonly [string, ConnectionOptions])[]) {
  test(`F25: ${what} is refused`, async (t) => {
    const authority = new TestAuthority(t);
    const task = await startTask(t, files(authority, authority.issue("mllp.example")));
    confirmAll(t, task);

    const { outcome } = await attempt(t, task, authority, authority.issue("lab.example"), options);

    assert.match(outcome, /^ERR_|ECONNRESET|closed/);
  });
}

test("F25: a handshake that stalls is cut, and plain text on the TLS port too", async (t) => {
  const authority = new TestAuthority(t);
  const lines: string[] = [];
  const task = await startTask(
    t,
    files(authority, authority.issue("mllp.example"), { "mllp.tls.timeout.ms": "200" }),
    lines,
  );
  const [silent, plain] = [0, 1].map(() => connectTcp({ host: "127.0.0.1", port: task.port }));
  for (const socket of [silent, plain]) socket?.on("error", () => {}).resume();
  plain?.write(encodeFrame(admit("PLAIN")));

  await Promise.all([silent, plain].map((socket) => socket && once(socket, "close")));

  assert.match(lines.join("\n"), /MLLP_TLS_TIMEOUT /);
  assert.match(lines.join("\n"), /MLLP_TLS_FAILED /);
});

test("F26: a new certificate is in use within two seconds, and open connections go on", async (t) => {
  const authority = new TestAuthority(t);
  const first = authority.issue("first.example");
  const used: Pair = {
    certificate: join(authority.folder, "used.pem"),
    key: join(authority.folder, "used.key"),
  };
  const use = ({ certificate, key }: Pair): void => {
    copyFileSync(key, used.key);
    copyFileSync(certificate, used.certificate);
  };
  use(first);
  const task = await startTask(t, files(authority, used));
  confirmAll(t, task);
  const sender = authority.issue("lab.example");
  const anyName: ConnectionOptions = { checkServerIdentity: () => undefined };
  const open = await attempt(t, task, authority, sender, anyName);
  assert.equal(open.server, "first.example");

  use(authority.issue("second.example"));
  const startedAt = performance.now();
  let server = "";
  while (server !== "second.example" && performance.now() - startedAt < 5000) {
    const next = await attempt(t, task, authority, sender, anyName);
    assert.equal(next.outcome, "AA");
    next.socket.destroy();
    server = next.server ?? "";
  }

  assert.equal(server, "second.example");
  const answered = once(open.socket, "data");
  open.socket.write(encodeFrame(admit("STILL-OPEN")));
  assert.match(String((await answered)[0]), /MSA\|AA\|STILL-OPEN/);
});

test("R20: a certificate may speak for its own MSH-3 and MSH-4 alone", async (t) => {
  const authority = new TestAuthority(t);
  const task = await startTask(
    t,
    files(authority, authority.issue("mllp.example"), {
      "mllp.tls.identities": "CN=lab.example=LAB|HOSP,SAN=ris.example=RIS|*",
    }),
  );
  confirmAll(t, task);

  const own = await attempt(t, task, authority, authority.issue("lab.example"));
  const foreign = await attempt(t, task, authority, authority.issue("ris.example"));
  const unknown = await attempt(t, task, authority, authority.issue("other.example"));

  assert.deepEqual([own.outcome, foreign.outcome, unknown.outcome], ["AA", "AR", "AR"]);
});
