import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { generateMessages } from "#lib/hl7v2/simulator";
import { freePort } from "../servers/free-port.ts";
import { settled, startPipeline, testLog } from "../support/pipeline.ts";
import { connectorConfig, postConnector, rest } from "../support/rest-client.ts";
import { sendAll } from "../support/mllp-sender.ts";
import { headerText } from "../support/topic-contents.ts";
import {
  WorkerStartError,
  startWorkerProcess,
  temporaryDirectory,
  workerProps,
} from "../support/worker-process.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const header = (type: string, id: string): string =>
  `MSH|^~\\&|LAB|HOSP|CC|CC|20261101120000||${type}|${id}|P|2.5.1\r`;

async function embeddedWorker(t: TestContext) {
  const { bootstrapServers } = await testLog(t, "embedded");
  return startWorkerProcess(t, workerProps(bootstrapServers));
}

test("bad messages get a clear answer or a place with the reason, and good ones go on", async (t) => {
  const pipeline = await startPipeline(t, await testLog(t, "embedded"));
  const [good] = [...generateMessages({ seed: 3, count: 1 })] as [Uint8Array];
  const notHl7 = bytes("hello, is this the fax machine?");
  const unknownEvent = bytes(`${header("ZZZ^Z99", "E1")}PID|1||4711^^^HOSP^MR\r`);
  const withoutPid = bytes(`${header("ADT^A01^ADT_A01", "E2")}EVN||20261101\rPV1|1|I\r`);
  const tooLarge = bytes(
    `${header("ORU^R01^ORU_R01", "E3")}OBX|1|ED|1^x||${"A".repeat(20 * 1024 * 1024)}\r`,
  );

  const sent = await sendAll(
    { port: pipeline.port },
    [notHl7, unknownEvent, withoutPid, tooLarge],
    { connections: 1 },
  );
  // The connection of the oversize frame was closed after its NAK; a sender opens another one.
  const [answerGood] = await sendAll({ port: pipeline.port }, [good], { connections: 1 });

  const [answerNotHl7, answerUnknown, answerNoPid, answerTooLarge] = sent;
  assert.match(answerNotHl7?.code ?? "none", /^A[ER]$/);
  assert.match(answerNotHl7?.answer ?? "", /\rERR\|/);
  assert.equal(answerUnknown?.code, "AA");
  assert.equal(answerNoPid?.code, "AA");
  assert.match(answerTooLarge?.code ?? "none", /^A[ER]$/);
  assert.match(answerTooLarge?.answer ?? "", /\|104/);
  assert.equal(answerGood?.code, "AA");

  const contents = await settled(
    pipeline,
    (now) =>
      (now.get("healthcare.hl7v2.dlq")?.length ?? 0) >= 2 &&
      (now.get("healthcare.fhir.provenance")?.length ?? 0) >= 1,
  );
  const reasons = (contents.get("healthcare.hl7v2.dlq") ?? []).map((record) => [
    headerText(record, "message-control-id"),
    headerText(record, "__connect.errors.exception.message"),
  ]);
  assert.deepEqual(reasons.map(([id]) => id).toSorted(), ["E1", "E2"]);
  assert.ok(reasons.every(([, reason]) => (reason ?? "").length > 10));
  const quarantine = contents.get("healthcare.hl7v2.quarantine") ?? [];
  assert.deepEqual(quarantine[0]?.value, notHl7);
  assert.equal(quarantine.length, 2);
});

test("a config with three wrong keys is refused with all three errors", async (t) => {
  const worker = await embeddedWorker(t);
  const { name, config } = connectorConfig("mllp-to-topics", {
    "tasks.max": "many",
    "mllp.port": "70000",
    "errors.tolerance": "some",
  });

  const answer = await rest(worker.url, "POST", "/connectors", { name, config });

  assert.equal(answer.status, 400);
  const { error_code, message } = answer.body as { error_code: number; message: string };
  assert.equal(error_code, 400);
  for (const key of ["tasks.max", "mllp.port", "errors.tolerance"]) {
    assert.ok(message.includes(`configuration ${key}`), `${key} is named: ${message}`);
  }
  assert.deepEqual((await rest(worker.url, "GET", "/connectors")).body, []);
});

test("a port in use is said before anything starts, and the same config runs when it is free", async (t) => {
  const worker = await embeddedWorker(t);
  const port = await freePort();
  const holder = createServer().listen(port, "127.0.0.1");
  t.after(() => holder.close());
  const file = connectorConfig("mllp-to-topics", { "mllp.port": String(port) });

  const refused = await rest(worker.url, "POST", "/connectors", file);

  assert.equal(refused.status, 400);
  const { message } = refused.body as { readonly message: string };
  assert.match(
    message,
    new RegExp(`127\\.0\\.0\\.1:${port} cannot be listened on: another process`),
  );
  assert.equal((await rest(worker.url, "GET", "/health")).status, 200);
  await new Promise((resolve) => holder.close(resolve));
  await postConnector(worker.url, file);
  // Its own port is no other's: the same config can be put again.
  const path = `/connectors/${file.name}/config`;
  assert.equal((await rest(worker.url, "PUT", path, file.config)).status, 200);
});

test("a Kafka that is down is named in one clear sentence", async (t) => {
  const port = await freePort();

  const started = startWorkerProcess(t, {
    ...workerProps(`127.0.0.1:${port}`),
    "request.timeout.ms": "2000",
  });

  await assert.rejects(started, (error) => {
    assert.ok(error instanceof WorkerStartError);
    assert.notEqual(error.exitCode, 0);
    assert.match(error.output, new RegExp(`127\\.0\\.0\\.1:${port}`));
    return true;
  });
});

test("the REST port in use ends the worker with a sentence that names it", async (t) => {
  const first = await embeddedWorker(t);
  const { bootstrapServers } = await testLog(t, "embedded");

  const second = startWorkerProcess(t, workerProps(bootstrapServers, { listeners: first.url }));

  await assert.rejects(second, (error) => {
    assert.ok(error instanceof WorkerStartError);
    assert.equal(error.exitCode, 1);
    assert.match(error.output, new RegExp(new URL(first.url).port));
    assert.doesNotMatch(error.output, /\n\s+at /, "no stack trace for a person's mistake");
    return true;
  });
});

test("a second worker on the same embedded log is refused", async (t) => {
  const directory = temporaryDirectory(t);
  await startWorkerProcess(t, workerProps(`embedded:${directory}`));

  await assert.rejects(startWorkerProcess(t, workerProps(`embedded:${directory}`)), (error) => {
    assert.ok(error instanceof WorkerStartError);
    assert.match(error.output, /in use|LOG_IN_USE/);
    return true;
  });
});
