import assert from "node:assert/strict";
import { test } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { ownKafkaForTests } from "../servers/kafka-fixture.ts";
import { settled, startPipeline } from "../support/pipeline.ts";
import { rest } from "../support/rest-client.ts";
import type { ConnectorStatus } from "../support/rest-client.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { headerText } from "../support/topic-contents.ts";

test("while Kafka is down nobody gets AA; when it is back everything goes on, and no AA was a lie", async (t) => {
  const kafka = await ownKafkaForTests(t);
  const pipeline = await startPipeline(
    t,
    { bootstrapServers: kafka.bootstrapServers, prefix: "" },
    {
      worker: { "request.timeout.ms": "2000" },
      mllp: { "mllp.ack.deadline.ms": "3000", "mllp.unavailable.reply": "AE" },
    },
  );
  const messages = [...generateMessages({ seed: 17, count: 60 })];
  const send = (from: number, to: number) =>
    sendAll({ port: pipeline.port }, messages.slice(from, to), { connections: 2 });

  const before = await send(0, 20);
  await kafka.kill();
  const during = await send(20, 24);
  const { status } = await rest(pipeline.worker.url, "GET", "/health");
  await kafka.restart();
  const after = await send(24, 60);

  assert.ok(before.every(({ code }) => code === "AA"));
  assert.ok(
    during.every(({ code }) => code === "AE"),
    during.map(({ code }) => code ?? "none").join(),
  );
  assert.equal(status, 200);
  // The first messages after the restart may still find the client reconnecting.
  const acknowledged = [...before, ...after].filter(({ code }) => code === "AA");
  assert.ok(acknowledged.length >= 50, `${acknowledged.length} of 56`);
  const contents = await settled(pipeline, (now) => {
    const ids = new Set(
      (now.get("healthcare.fhir.provenance") ?? []).map((record) =>
        headerText(record, "message-control-id"),
      ),
    );
    return acknowledged.every(({ controlId }) => ids.has(controlId));
  });
  const raw = new Set(
    ["adt", "oru", "orm"]
      .flatMap((type) => contents.get(`healthcare.hl7v2.${type}`) ?? [])
      .map((record) => headerText(record, "message-control-id")),
  );
  assert.ok(acknowledged.every(({ controlId }) => raw.has(controlId)));
  for (const name of Object.values(pipeline.connectors)) {
    const { body } = await rest(pipeline.worker.url, "GET", `/connectors/${name}/status`);
    for (const task of (body as ConnectorStatus).tasks) assert.equal(task.state, "RUNNING", name);
  }
});
