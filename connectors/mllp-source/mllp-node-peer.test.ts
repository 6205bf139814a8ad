import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { encodeFrame } from "#lib/mllp";

// Evidence for docs/adr/20261124-own-mllp-and-hl7v2.md: what the npm package mllp-node 2.0.0 does with traffic that
// every hospital has. If this fails because the package was mended, the decision can be looked at again.

/** It has no way to be closed, so it runs in a process that can be ended. */
const SERVER = `
const { MLLPServer } = require("mllp-node");
const server = new MLLPServer("127.0.0.1", Number(process.argv[1]), () => {});
server.on("hl7", (text) => process.stdout.write(JSON.stringify(String(text)) + "\\n"));
`;

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const message = (id: string, patient: string): Uint8Array =>
  bytes(`MSH|^~\\&|A|B|C|D|1||ADT^A01|${id}|P|2.5\rPID|1||${patient}\r`);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

/** What mllp-node's listener handed to its user, and what it answered to these bytes on one connection. */
async function receivedOf(t: TestContext, script: string, sent: Uint8Array) {
  const port = await freePort();
  const server = spawn(process.execPath, ["-e", script, String(port)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.after(() => server.kill("SIGKILL"));
  let handed = "";
  server.stdout.on("data", (chunk: Buffer) => (handed += chunk.toString("utf8")));
  const socket = await connected(port);
  t.after(() => socket.destroy());
  let answers = "";
  socket.on("data", (chunk: Buffer) => (answers += chunk.toString("latin1")));
  socket.write(sent);
  await once(socket, "data");
  // Long enough for another answer, if there were one.
  await delay(200);
  return {
    handed: handed.split("\n").slice(0, -1),
    acknowledged: [...answers.matchAll(/MSA\|AA\|(\w+)/g)].map(([, id]) => id),
  };
}

test("mllp-node fuses two messages of one packet and answers one of them", async (t) => {
  const pipelined = Buffer.concat([
    encodeFrame(message("ONE", "p1")),
    encodeFrame(message("TWO", "p2")),
  ]);

  const { handed, acknowledged } = await receivedOf(t, SERVER, pipelined);

  assert.equal(handed.length, 1);
  assert.ok(handed[0]?.includes("|ONE|") && handed[0].includes("|TWO|"));
  assert.deepEqual(acknowledged, ["ONE"]);
});

test("mllp-node acknowledges what nobody has taken: AA goes out without a handler", async (t) => {
  const script = `new (require("mllp-node").MLLPServer)("127.0.0.1", Number(process.argv[1]), () => {});`;

  const { handed, acknowledged } = await receivedOf(t, script, encodeFrame(message("ONE", "p1")));

  assert.deepEqual(handed, []);
  assert.deepEqual(acknowledged, ["ONE"]);
});

/** Connects as soon as the server listens. */
async function connected(port: number) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    if (isOpen) return socket;
    await delay(50);
  }
  throw new Error("mllp-node does not listen");
}

test("mllp-node mixes the messages of two connections", async (t) => {
  const port = await freePort();
  const server = spawn(process.execPath, ["-e", SERVER, String(port)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.after(() => server.kill("SIGKILL"));
  let output = "";
  server.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const sockets = [await connected(port), await connected(port)] as const;
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const [one, two] = [encodeFrame(message("ONE", "p1")), encodeFrame(message("TWO", "p2"))];

  // The pauses make four packets of it, as two hospitals on one port would.
  for (const [socket, part] of [
    [sockets[0], one.subarray(0, 40)],
    [sockets[1], two.subarray(0, 40)],
    [sockets[0], one.subarray(40)],
    [sockets[1], two.subarray(40)],
  ] as const) {
    socket.write(part);
    await delay(60);
  }
  await delay(200);

  const received = output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as string);
  assert.ok(received.length > 0);
  const holds = (text: string, ...parts: readonly string[]): boolean =>
    parts.every((part) => text.includes(part));
  assert.ok(
    received.some((text) => holds(text, "|ONE|", "||p2") || holds(text, "|TWO|", "||p1")),
    "one sender's header stands over the other's patient",
  );
});
