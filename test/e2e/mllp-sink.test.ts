import assert from "node:assert/strict";
import { test } from "node:test";
import { startHapiReceiver } from "../servers/hapi-mllp.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { freePort } from "../servers/free-port.ts";
import { testLog } from "../support/pipeline.ts";
import { connectorConfig, eventually, postConnector } from "../support/rest-client.ts";
import { headerText, openBeside, topicContents } from "../support/topic-contents.ts";
import { startWorkerProcess, workerProps } from "../support/worker-process.ts";

const message = (id: string, patient: string): Uint8Array =>
  Buffer.from(
    `MSH|^~\\&|LAB|HOSP|CC|CX|20260101||ADT^A01^ADT_A01|${id}|P|2.5.1\rEVN|A01|20260101\rPID|1||${patient}^^^H^MR\rPV1|1|I\r`,
  );

test("MLLP source → topic → MLLP sink → HAPI: all that was acknowledged arrives, refusals are dead letters", async (t) => {
  const receiver = await startHapiReceiver(t);
  const { bootstrapServers } = await testLog(t, "embedded");
  const props = workerProps(bootstrapServers, { "exactly.once.source.support": "enabled" });
  const worker = await startWorkerProcess(t, props);
  const port = await freePort();
  await postConnector(worker.url, connectorConfig("mllp-to-topics", { "mllp.port": String(port) }));
  const sink = connectorConfig("topics-to-mllp", {
    "mllp.port": String(receiver.port),
    "mllp.retry.backoff.ms": "50",
    "consumer.override.metadata.max.age.ms": "300",
  });
  await postConnector(worker.url, sink);
  const ids = Array.from(
    { length: 30 },
    (_, nth) => `${["OK", "AE", "AR"][nth % 10] ?? "OK"}${nth}`,
  );

  const half = ids.map((id, nth) => message(id, `P${nth % 4}`));
  const sent = await sendAll({ port }, half.slice(0, 15), { connections: 3 });
  await eventually("some have arrived", () => receiver.received.length >= 5);
  // A clean stop in the middle: the next worker goes on, and sends nothing again that was answered.
  await worker.end("SIGTERM");
  const next = await startWorkerProcess(t, props);
  await eventually("it listens", async () => {
    sent.push(...(await sendAll({ port }, half.slice(sent.length), { connections: 3 })));
    return sent.length === half.length;
  });
  const log = await openBeside(bootstrapServers);
  t.after(() => log.close());
  const arrived = (): Set<string> => new Set(receiver.received.map(([id]) => id));
  await eventually("all have arrived", () => arrived().size === ids.length);
  await eventually("all refusals are dead letters", async () => {
    const letters = await topicContents(log, "healthcare.hl7v2.mllp-dlq");
    return letters.length === 3;
  });

  assert.deepEqual(new Set(sent.map(({ code }) => code)), new Set(["AA"]));
  // Those that were answered AE came twice, all others once, and each patient's in order.
  const counts = Map.groupBy(receiver.received, ([id]) => id);
  for (const [id, copies] of counts) assert.equal(copies.length, id.startsWith("AE") ? 2 : 1, id);
  const topic = await topicContents(log, "healthcare.hl7v2.adt");
  for (const patient of ["P0", "P1", "P2", "P3"]) {
    const stored = topic
      .filter(({ key }) => Buffer.from(key ?? []).toString() === patient)
      .map((record) => headerText(record, "message-control-id"));
    const own = receiver.received.filter(([, each]) => each === patient).map(([id]) => id);
    assert.deepEqual([...new Set(own)], stored);
  }
  const [letter] = await topicContents(log, "healthcare.hl7v2.mllp-dlq");
  assert.match(
    (letter && headerText(letter, "__connect.errors.exception.message")) ?? "",
    /^The receiver answered AR/,
  );
  assert.doesNotMatch(worker.output() + next.output(), /P[0-3]\^/);
});
