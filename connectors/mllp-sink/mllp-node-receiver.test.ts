import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { message, startSink, until } from "./fixtures/sink-harness.ts";

// A receiver that somebody else wrote: the npm package mllp-node 2.0.0. It answers AA to whatever comes, and has one
// buffer for all its connections; one message on its way at a time is what it can bear.

/** It has no way to be closed, so it runs in a process that can be ended. */
const RECEIVER = `
const { MLLPServer } = require("mllp-node");
const server = new MLLPServer("127.0.0.1", Number(process.argv[1]), () => {});
server.on("hl7", (text) => process.stdout.write(JSON.stringify(String(text)) + "\\n"));
`;

test("messages for mllp-node arrive whole and in order", async (t) => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const receiver = spawn(process.execPath, ["-e", RECEIVER, String(port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => receiver.kill("SIGKILL"));
  const got: string[] = [];
  createInterface({ input: receiver.stdout }).on("line", (line) => got.push(JSON.parse(line)));
  await until(async () => {
    const probe = connect({ host: "127.0.0.1", port });
    const isOpen = await Promise.race([
      once(probe, "connect").then(() => true),
      once(probe, "error").then(() => false),
    ]).catch(() => false);
    probe.destroy();
    return isOpen;
  });
  const { put, committable } = await startSink(t, port, { props: { "mllp.connections.max": "1" } });
  const ids = Array.from({ length: 50 }, (_, nth) => `M${nth}`);

  await put(ids.map((id, nth) => message(id, `NTE|1||${"x".repeat(nth)}\r`)));
  await until(async () => (await committable()) === ids.length);

  await until(() => got.length === ids.length);
  assert.deepEqual(
    got.map((text) => text.split("|")[9]),
    ids,
  );
});
