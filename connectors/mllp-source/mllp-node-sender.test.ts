import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { confirmAll, startTask } from "./fixtures/task-harness.ts";

// A sender that somebody else wrote: the npm package mllp-node 2.0.0. Its sending side keeps to the plain case, one
// connection per message, which is what many real senders do.

/** It also listens, and cannot be closed: on a free port, in a process that ends. */
const SENDER = `
const { MLLPServer } = require("mllp-node");
const peer = new MLLPServer("127.0.0.1", "0", () => {});
const ids = ["M1", "M2", "M3"];
const next = () => {
  const id = ids.shift();
  if (id === undefined) process.exit(0);
  const message = "MSH|^~\\\\&|A|B|C|D|20260101||ADT^A01|" + id + "|P|2.5.1\\rPID|1||4711^^^H^MR";
  peer.send("127.0.0.1", Number(process.argv[1]), message, (error, msa) => {
    process.stdout.write((error ? "failed" : msa) + "\\n", next);
  });
};
next();
`;

test("messages sent by mllp-node are acknowledged, each with its own id", async (t) => {
  const task = await startTask(t);
  confirmAll(t, task);

  const sender = spawn(process.execPath, ["-e", SENDER, String(task.port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => sender.kill("SIGKILL"));

  assert.equal(await text(sender.stdout), "MSA|AA|M1\nMSA|AA|M2\nMSA|AA|M3\n");
});
