import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ask } from "#test/support/ask";
import type { HttpAnswer, HttpRequest } from "#test/support/ask";
import { scriptedPlugins, script, startTestWorker } from "./fixtures/herder-harness.ts";
import { temporaryDirectory, workerProps } from "./fixtures/task-harness.ts";
import { startWorker } from "./worker.ts";

test("statuses show the address under which the worker says that it is known", async (t) => {
  const worker = await startWorker({
    ...workerProps(),
    "bootstrap.servers": `embedded:${join(temporaryDirectory(t), "log")}`,
    listeners: "http://127.0.0.1:0",
    "rest.advertised.host.name": "connect.example",
    "rest.advertised.port": "9443",
  });
  t.after(() => worker.stop());
  const send = (request: HttpRequest): Promise<HttpAnswer> => ask(worker.url, request);
  const config = { "connector.class": "FileStreamSource", topic: "t", file: "/no/such/file" };
  const body = { name: "c", config, initial_state: "STOPPED" };
  assert.equal((await send({ path: "/connectors", method: "POST", body })).status, 201);

  let status = await send({ path: "/connectors/c/status" });
  while (status.status === 404) status = await send({ path: "/connectors/c/status" });

  assert.match(status.text, /"connector":\{"state":"STOPPED","worker_id":"connect\.example:9443"/);
});

for (const [setting, tracked, reset] of [
  ["topic.tracking.enable", "Topic tracking is disabled.", "Topic tracking is disabled."],
  ["topic.tracking.allow.reset", undefined, "Topic tracking reset is disabled."],
] as const) {
  test(`${setting}=false is told to who asks for it`, async (t) => {
    const worker = await startTestWorker(t, scriptedPlugins(script()), {
      workerProps: { [setting]: "false" },
    });
    const forbidden = (message: string) => ({ name: "HerderError", status: 403, message });

    if (tracked === undefined) assert.deepEqual(worker.herder.activeTopics("c"), []);
    else assert.throws(() => worker.herder.activeTopics("c"), forbidden(tracked));
    await assert.rejects(worker.herder.resetActiveTopics("c"), forbidden(reset));
  });
}
