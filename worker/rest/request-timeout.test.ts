import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { ask } from "#test/support/ask";
import { scriptedPlugins, script, startTestWorker } from "../fixtures/herder-harness.ts";
import { startServer } from "./fixtures/rest-rows.ts";

const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

/** A worker with REST whose connectors start when they are told. */
async function serveWorker(t: TestContext, requestTimeoutMs: number) {
  const plan = script();
  const worker = await startTestWorker(t, scriptedPlugins(plan));
  const { url } = await startServer(t, worker.herder, { requestTimeoutMs });
  return { url, worker, plan };
}

const sink = { "connector.class": "FakeSink", topics: "t", "tasks.max": "1" };

test("a request that takes too long is answered with what the worker is doing; that goes on", async (t) => {
  const { url, worker, plan } = await serveWorker(t, 300);
  const created = { path: "/connectors", method: "POST", body: { name: "adt", config: sink } };
  assert.equal((await ask(url, created)).status, 201);
  await worker.reached("adt", "RUNNING", "RUNNING");
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  plan.onConnectorStart = () => {
    begun.resolve();
    return held.promise;
  };

  const late = await ask(url, { path: "/connectors/adt/restart", method: "POST" });

  await begun.promise;
  assert.equal(late.status, 500);
  const { message } = JSON.parse(late.text) as { message: string };
  assert.match(
    message,
    new RegExp(
      `^Request timed out\\. The worker is currently restarting connector adt, which began at ${ISO}\\.$`,
    ),
  );
  held.resolve();
  await worker.reached("adt", "RUNNING", "RUNNING");
  // Everybody else is answered meanwhile and afterwards.
  assert.equal((await ask(url, { path: "/connectors/adt/status" })).status, 200);
});

test("what was done last is known when nothing is being done", async (t) => {
  const { url, worker } = await serveWorker(t, 60_000);
  const body = { ...sink, topics: "" };

  await ask(url, { path: "/connector-plugins/FakeSink/config/validate", method: "PUT", body });

  assert.equal(
    worker.herder.stage?.description,
    "performing multi-property validation for the connector",
  );
  assert.ok(worker.herder.stage.completedAt !== undefined);
});
