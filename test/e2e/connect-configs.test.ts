import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { testLog } from "../support/pipeline.ts";
import { connectorRunning, rest } from "../support/rest-client.ts";
import type { ConnectorFile } from "../support/rest-client.ts";
import { startWorkerProcess, workerProps } from "../support/worker-process.ts";

/** Files that name somebody's account are posted in the suite of their sink, with the address of a server of ours. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "fhir-to-snowflake.json",
  "fhir-to-fhir-store.json",
  "fhir-to-google-healthcare.json",
  "fhir-to-azure-fhir.json",
  "hl7v2-to-google-healthcare.json",
]);
const files = readdirSync("connect-configs", { recursive: true, encoding: "utf8" });
const ownFiles = files.filter((name) => name.endsWith(".json") && !ELSEWHERE.has(name));
for (const file of ownFiles.toSorted()) {
  test(`connect-configs/${file} can be posted as it is, and runs`, async (t) => {
    const { bootstrapServers } = await testLog(t, "embedded");
    const worker = await startWorkerProcess(t, workerProps(bootstrapServers));
    const body = JSON.parse(readFileSync(join("connect-configs", file), "utf8")) as ConnectorFile;
    assert.equal(body.name, basename(file, ".json"));

    const validated = await rest(
      worker.url,
      "PUT",
      `/connector-plugins/${body.config["connector.class"]}/config/validate`,
      { name: body.name, ...body.config },
    );
    assert.equal(validated.status, 200);
    assert.equal((validated.body as { error_count: number }).error_count, 0);
    const posted = await rest(worker.url, "POST", "/connectors", body);

    assert.equal(posted.status, 201);
    await connectorRunning(worker.url, body.name);
  });
}
