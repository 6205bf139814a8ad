import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { kafkaForTests } from "#test/servers/kafka-fixture";
import { ask } from "#test/support/ask";
import type { HttpAnswer, HttpRequest } from "#test/support/ask";
import { TestAuthority } from "#test/support/test-certificates";
import { startWorkerProcess, temporaryDirectory, workerProps } from "#test/support/worker-process";
import { internalTopics } from "./internal-topics.ts";

const DEADLINE_MS = 90_000;

test("two workers that take only known clients over https answer for each other", async (t) => {
  const { bootstrapServers } = await kafkaForTests(t);
  const folder = temporaryDirectory(t);
  const authority = new TestAuthority(t);
  const pair = authority.issue("worker");
  const store = join(folder, "store.pem");
  writeFileSync(store, readFileSync(pair.key, "utf8") + readFileSync(pair.certificate, "utf8"));
  const group = `g${randomUUID()}`;
  const props = workerProps(bootstrapServers, {
    ...internalTopics(group),
    listeners: "https://127.0.0.1:0",
    "listeners.https.ssl.keystore.location": store,
    "listeners.https.ssl.keystore.type": "PEM",
    "listeners.https.ssl.truststore.location": authority.certificate,
    "listeners.https.ssl.truststore.type": "PEM",
    "listeners.https.ssl.client.auth": "required",
  });
  const client = authority.issue("client");
  const tls = {
    ca: readFileSync(authority.certificate),
    cert: readFileSync(client.certificate),
    key: readFileSync(client.key),
  };
  const workers = await Promise.all([1, 2].map(() => startWorkerProcess(t, props)));
  const [one, other] = workers as [(typeof workers)[0], (typeof workers)[0]];
  const send = (url: string, request: HttpRequest): Promise<HttpAnswer> =>
    ask(url, { ...request, tls, timeoutMs: DEADLINE_MS });
  /** Asks until the answer is the one that is waited for. */
  const until = async (url: string, path: string, isIt: (answer: HttpAnswer) => boolean) => {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const answer = await send(url, { path });
      if (isIt(answer)) return answer;
      assert.ok(performance.now() < deadline, `${path}: ${answer.text}`);
      await delay(50);
    }
  };
  await assert.rejects(ask(one.url, { path: "/", tls: { ca: tls.ca }, timeoutMs: DEADLINE_MS }));

  // Each of these is for the leader or for whoever has the connector, so one of two workers passes it on.
  const source = { "connector.class": "FileStreamSource", file: `${folder}/in.txt`, topic: group };
  writeFileSync(`${folder}/in.txt`, "line 1\n");
  for (const [name, { url }] of [
    ["a", one],
    ["b", other],
  ] as const) {
    const body = { name, config: source };
    const created = await send(url, { path: "/connectors", method: "POST", body });
    assert.equal(created.status, 201, created.text);
    assert.match(created.headers.location ?? "", new RegExp(`/connectors/${name}$`));
  }
  for (const { url } of workers) {
    for (const name of ["a", "b"]) {
      const path = `/connectors/${name}`;
      const status = await until(url, `${path}/status`, ({ text }) =>
        /"connector":\{"state":"RUNNING".*"tasks":\[\{"id":0,"state":"RUNNING"/s.test(text),
      );
      assert.match(status.text, /"worker_id":"127\.0\.0\.1:\d+"/);
      const restarted = await send(url, { path: `${path}/restart`, method: "POST" });
      assert.equal(restarted.status, 204, restarted.text);
      const task = await send(url, { path: `${path}/tasks/0/restart`, method: "POST" });
      assert.equal(task.status, 204, task.text);
    }
  }

  // A level for the whole cluster reaches the other worker by the config topic.
  const logger = "/admin/loggers/compat.cluster";
  const put = { path: `${logger}?scope=cluster`, method: "PUT", body: { level: "TRACE" } };
  assert.equal((await send(one.url, put)).status, 204);
  for (const { url } of workers) {
    await until(url, logger, ({ status, text }) => status === 200 && text.includes('"TRACE"'));
  }
  const own = { path: logger, method: "PUT", body: { level: "ERROR" } };
  assert.equal((await send(one.url, own)).text, '["compat.cluster"]');
  assert.match((await send(other.url, { path: logger })).text, /"TRACE"/);
});
