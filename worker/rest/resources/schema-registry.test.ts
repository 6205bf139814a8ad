import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openEmbeddedRegistry } from "#lib/schema-registry";
import type { Herder } from "../../herder/herder.ts";
import { startServer } from "../fixtures/rest-rows.ts";

const herder = {
  connectors: () => ["warehouse"],
  connectorInfo: () => ({ config: { topics: "patients", columns: "birthDate" } }),
} as unknown as Herder;

test("the embedded registry is served, and a refused schema names path and readers", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "registry-"));
  const rest = await startServer(t, herder, { schemaRegistryUrl: `embedded:${folder}` });
  t.after(async () => {
    await rest.close();
    openEmbeddedRegistry(folder).dispose();
    rmSync(folder, { recursive: true });
  });
  const register = (fields: readonly string[]) =>
    fetch(`${rest.url}/schema-registry/subjects/patients-value/versions`, {
      method: "POST",
      headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
      body: JSON.stringify({
        schema: JSON.stringify({
          type: "record",
          name: "P",
          fields: fields.map((name) => ({ name, type: "string" })),
        }),
      }),
    });

  const first = await register(["id", "birthDate"]);
  const second = await register(["id"]);

  assert.equal(first.status, 200);
  assert.equal(((await first.json()) as { id: number }).id, 1);
  assert.equal(second.status, 409);
  const refusal = (await second.json()) as { error_code: number; message: string };
  assert.equal(refusal.error_code, 40901);
  assert.match(refusal.message, /birthDate: the field was removed; read by warehouse \(columns\)/);
  const types = await fetch(`${rest.url}/schema-registry/schemas/types`);
  assert.deepEqual(await types.json(), ["JSON", "AVRO"]);
  assert.equal(types.headers.get("content-type"), "application/vnd.schemaregistry.v1+json");
});
