import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { GlueRegistry } from "../index.ts";
import type { NewSchema } from "../index.ts";

// moto's Glue is always available at once and throttles nobody (it is asked in test/registry); so that a check that takes
// its time, fails, or is throttled is tested too, this double of ours speaks the same protocol on a real socket.

type Answer = { readonly status: number; readonly body: object };
type Script = (operation: string, input: Record<string, unknown>) => Answer;

const versionId = "b7b4a7f0-9c96-4e4b-a687-fb5de9ef0c63";
const ok = (body: object): Answer => ({ status: 200, body });
const refusal = (type: string, message: string, status = 400): Answer => ({
  status,
  body: { __type: type, message },
});
const unknownSchema = refusal("EntityNotFoundException", "Schema is not found.");
const unknownVersion = refusal("EntityNotFoundException", "Schema version is not found.");

async function glueWith(t: TestContext, script: Script) {
  const operations: string[] = [];
  let [running, runningMax] = [0, 0];
  const server = createServer((request, response) => {
    running += 1;
    runningMax = Math.max(running, runningMax);
    void text(request).then((body) => {
      const operation = String(request.headers["x-amz-target"]).replace("AWSGlue.", "");
      operations.push(operation);
      const answer = script(operation, JSON.parse(body) as Record<string, unknown>);
      setImmediate(() => {
        running -= 1;
        response.writeHead(answer.status, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify(answer.body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const registry = new GlueRegistry({
    client: {
      region: "us-east-1",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 2,
    },
    registryName: "default-registry",
    compatibility: "BACKWARD",
    description: undefined,
    tags: {},
    pollMs: 1,
    pollsMax: 5,
    concurrency: 2,
  });
  t.after(async () => {
    registry.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { registry, operations, runningMax: () => runningMax };
}

const schema: NewSchema = { schemaType: "AVRO", schema: '"string"' };

test("S-17: an unknown schema is made, and used when Glue has checked it", async (t) => {
  let polls = 0;
  const { registry, operations } = await glueWith(t, (operation, input) => {
    switch (operation) {
      case "GetSchemaByDefinition":
        return unknownSchema;
      case "RegisterSchemaVersion":
        return unknownSchema;
      case "CreateSchema":
        assert.equal(input["Compatibility"], "BACKWARD");
        assert.equal(input["DataFormat"], "AVRO");
        return ok({ SchemaVersionId: versionId, SchemaVersionStatus: "PENDING" });
      default:
        polls += 1;
        return ok({ Status: polls < 3 ? "PENDING" : "AVAILABLE", SchemaVersionId: versionId });
    }
  });

  const made = await registry.register("patients", schema);

  assert.equal(made.versionId, versionId);
  assert.deepEqual(operations, [
    "GetSchemaByDefinition",
    "RegisterSchemaVersion",
    "CreateSchema",
    "GetSchemaVersion",
    "GetSchemaVersion",
    "GetSchemaVersion",
  ]);
});

test("S-17: a version whose check fails is incompatible, and its id is not used", async (t) => {
  const { registry } = await glueWith(t, (operation) => {
    if (operation === "GetSchemaByDefinition") return unknownVersion;
    if (operation === "RegisterSchemaVersion")
      return ok({ SchemaVersionId: versionId, Status: "PENDING" });
    return ok({ Status: "FAILURE", SchemaVersionId: versionId });
  });

  await assert.rejects(registry.register("patients", schema), { code: "SCHEMA_INCOMPATIBLE" });
});

test("S-17: one that failed before is incompatible when it is looked up", async (t) => {
  const { registry } = await glueWith(t, () =>
    ok({ Status: "FAILURE", SchemaVersionId: versionId }),
  );

  await assert.rejects(registry.register("patients", schema), { code: "SCHEMA_INCOMPATIBLE" });
});

test("S-17: a check that takes for ever is tried again later", async (t) => {
  const { registry, operations } = await glueWith(t, (operation) => {
    if (operation === "GetSchemaByDefinition") return unknownVersion;
    return ok({ SchemaVersionId: versionId, Status: "PENDING" });
  });

  await assert.rejects(registry.register("patients", schema), { code: "REGISTRY_UNAVAILABLE" });
  assert.equal(operations.filter((name) => name === "GetSchemaVersion").length, 5);
});

test("S-17: a schema that is too long is refused without a request", async (t) => {
  const { registry, operations } = await glueWith(t, () => ok({}));
  const long = { ...schema, schema: JSON.stringify({ type: "string", doc: "x".repeat(170_001) }) };

  await assert.rejects(registry.register("patients", long), {
    code: "SCHEMA_INVALID",
    message: /170000/,
  });
  assert.deepEqual(operations, []);
});

test("S-17: throttling is an outage, not a wrong record", async (t) => {
  const { registry } = await glueWith(t, () => refusal("ThrottlingException", "Rate exceeded"));

  await assert.rejects(registry.read({ kind: "versionId", uuid: versionId }), {
    code: "REGISTRY_UNAVAILABLE",
  });
});

test("S-17: no more requests run at the same time than was set", async (t) => {
  const { registry, runningMax } = await glueWith(t, () =>
    ok({ SchemaDefinition: '"string"', SchemaVersionId: versionId, DataFormat: "AVRO" }),
  );

  await Promise.all(
    Array.from({ length: 20 }, (_, version) => registry.version("patients", version + 1)),
  );

  assert.ok(runningMax() <= 2, String(runningMax()));
});

test("S-17: an unknown version and wrong credentials are told apart", async (t) => {
  const { registry } = await glueWith(t, (_, input) =>
    input["SchemaVersionId"] === versionId
      ? unknownVersion
      : refusal("AccessDeniedException", "not yours"),
  );

  await assert.rejects(registry.read({ kind: "versionId", uuid: versionId }), {
    code: "SCHEMA_NOT_FOUND",
  });
  await assert.rejects(registry.latest("patients"), { code: "REGISTRY_REFUSED" });
});
