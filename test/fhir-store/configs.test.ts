import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openRecordLog } from "#broker";
import { startAzure } from "../servers/fhir/azure.ts";
import { serviceAccountKey, startGoogle } from "../servers/fhir/google.ts";
import { startMedplum } from "../servers/fhir/medplum.ts";
import { testLog } from "../support/pipeline.ts";
import { connectorConfig, eventually, postConnector, rest } from "../support/rest-client.ts";
import { openBeside, topicContents } from "../support/topic-contents.ts";
import { startWorkerProcess, workerProps } from "../support/worker-process.ts";

/* The files of `connect-configs/` for FHIR stores, with the addresses of servers of ours in the place of somebody's account. */

test("FR-6 the configs for FHIR stores can be posted and check before they send, and a wrong one is refused on its keys", async (t) => {
  const [medplum, google, azure] = await Promise.all([startMedplum(), startGoogle(), startAzure()]);
  t.after(() => Promise.all([medplum, google, azure].map((server) => server.stop())));
  const { bootstrapServers } = await testLog(t, "embedded");
  await writeResources(bootstrapServers, [
    { resourceType: "Patient", id: "valid", gender: "female" },
    { resourceType: "Patient", id: "invalid", gender: "MARKER" },
  ]);
  const worker = await startWorkerProcess(t, workerProps(bootstrapServers));
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const names = {
    "google.project": "invented",
    "google.location": "here",
    "google.dataset": "data",
  };
  const account = {
    ...names,
    "google.api.endpoint": google.front.origin,
    "google.credentials": serviceAccountKey,
  };
  const configs = [
    connectorConfig("fhir-to-fhir-store", {
      "fhir.server.url": medplum.url,
      "fhir.auth.type": "none",
      "fhir.auth.private.key": privateKey,
      // FR-6: a check before sending is a transformation in the sink's own chain.
      transforms: "validate",
      "transforms.validate.type": "ValidateFhir",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
    }),
    connectorConfig("fhir-to-google-healthcare", { ...account, "google.fhir.store": "store" }),
    connectorConfig("hl7v2-to-google-healthcare", { ...account, "google.hl7v2.store": "store" }),
    connectorConfig("fhir-to-azure-fhir", {
      "fhir.server.url": azure.front.url,
      "azure.auth.type": "static",
      "azure.access.token": "invented-static-token",
    }),
  ];
  for (const config of configs) await postConnector(worker.url, config);

  const wrong = connectorConfig("fhir-to-google-healthcare", {
    ...account,
    "google.fhir.store": "store",
    "fhir.interaction": "single",
    "fhir.bundle.max.entries": "0",
  });
  const refused = await rest(worker.url, "POST", "/connectors", { ...wrong, name: "wrong" });

  await eventually("the valid resource is stored", async () =>
    Boolean(await medplum.read("Patient", "valid")),
  );
  await eventually("the invalid one is a dead letter", async () => {
    const log = await openBeside(bootstrapServers);
    try {
      return (await topicContents(log, "healthcare.fhir-store.dlq")).length === 1;
    } finally {
      await log.close();
    }
  });
  assert.equal(await medplum.read("Patient", "invalid"), undefined);
  assert.equal(refused.status, 400);
  const { message } = refused.body as { message: string };
  for (const key of ["fhir.interaction", "fhir.bundle.max.entries"]) {
    assert.match(message, new RegExp(key.replaceAll(".", "\\.")));
  }
  assert.doesNotMatch(message, /PRIVATE KEY/);
  for (const { name } of configs) {
    const file = JSON.parse(readFileSync(`connect-configs/${name}.json`, "utf8")) as object;
    assert.equal((file as { name: string }).name, name);
  }
});

/** Writes resources into the topic of patients before the worker opens the log. */
async function writeResources(
  bootstrapServers: string,
  resources: readonly object[],
): Promise<void> {
  const topic = "healthcare.fhir.patient";
  const log = await openRecordLog({ "bootstrap.servers": bootstrapServers });
  await log.admin.createTopics([{ topic, partitions: 1 }]);
  const producer = await log.producer({ clientId: "test" });
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  await producer.send(
    resources.map((resource) => ({
      topic,
      partition: 0,
      key: bytes("k"),
      value: bytes(JSON.stringify(resource)),
      headers: [],
    })),
  );
  await producer.close();
  await log.close();
}
