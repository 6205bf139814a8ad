import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startAzure } from "../servers/fhir/azure.ts";
import { serviceAccountKey, startGoogle } from "../servers/fhir/google.ts";
import { startMedplum } from "../servers/fhir/medplum.ts";
import { testLog } from "../support/pipeline.ts";
import { connectorConfig, postConnector, rest } from "../support/rest-client.ts";
import { startWorkerProcess, workerProps } from "../support/worker-process.ts";

/* The files of `connect-configs/` for FHIR stores, with the addresses of servers of ours in the place of somebody's account. */

test("the configs for FHIR stores can be posted, and a wrong one is refused on its keys", async (t) => {
  const [medplum, google, azure] = await Promise.all([startMedplum(), startGoogle(), startAzure()]);
  t.after(() => Promise.all([medplum, google, azure].map((server) => server.stop())));
  const { bootstrapServers } = await testLog(t, "embedded");
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
