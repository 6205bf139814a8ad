import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { CachingRegistry, ConfluentRegistry } from "./index.ts";
import type { CacheOptions, RegistryHttpOptions } from "./index.ts";

interface Faulty {
  readonly url: string;
  readonly requests: string[];
  close(): Promise<void>;
}

/** A socket that answers as scripted: one handler per request, the last one for ever. */
async function faulty(
  t: TestContext,
  ...script: ((request: IncomingMessage, response: ServerResponse) => void)[]
): Promise<Faulty> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const handler = script[Math.min(requests.length, script.length - 1)];
    requests.push(`${request.method} ${request.url}`);
    handler?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}

const json = (status: number, body: unknown) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { "content-type": "application/vnd.schemaregistry.v1+json" });
  response.end(JSON.stringify(body));
};
const schema = json(200, { schema: '"string"', unknownMember: true });
const missing = json(404, { error_code: 40403, message: "Schema 7 not found" });
const hangUp = (_: IncomingMessage, response: ServerResponse): void => void response.destroy();

function registryAt(
  t: TestContext,
  urls: readonly string[],
  http: Partial<RegistryHttpOptions> = {},
  cache: Partial<CacheOptions> = {},
): CachingRegistry {
  const registry = new CachingRegistry(
    new ConfluentRegistry({
      urls,
      connectTimeoutMs: 2000,
      readTimeoutMs: 2000,
      retriesMax: 3,
      retryWaitMs: 1,
      retryWaitMaxMs: 5,
      ...http,
    }),
    { sizeMax: 10, missingMs: 60_000, latestMs: Infinity, ...cache },
  );
  t.after(() => registry.close());
  return registry;
}
const id = { kind: "id", id: 7 } as const;

for (const status of [408, 429, 500, 502, 503, 504]) {
  test(`S-16: ${status} is tried again`, async (t) => {
    const server = await faulty(t, json(status, { error_code: status }), schema);

    assert.equal((await registryAt(t, [server.url]).read(id)).schema, '"string"');
    assert.equal(server.requests.length, 2);
  });
}

test("S-16: a hang-up is tried again, and a registry that stays away is an outage", async (t) => {
  const server = await faulty(t, hangUp, schema);
  assert.equal((await registryAt(t, [server.url]).read(id)).schemaType, "AVRO");
  const dead = await faulty(t, hangUp);

  await assert.rejects(registryAt(t, [dead.url]).read(id), { code: "REGISTRY_UNAVAILABLE" });
  assert.equal(dead.requests.length, 4);
});

test("S-16: one that does not answer in time is an outage", async (t) => {
  const server = await faulty(t, () => {});

  await assert.rejects(registryAt(t, [server.url], { readTimeoutMs: 50, retriesMax: 0 }).read(id), {
    code: "REGISTRY_UNAVAILABLE",
    message: /no answer in time/,
  });
});

test("S-16: the second address is tried, and the one that answered stays the first", async (t) => {
  const [down, up] = [await faulty(t, hangUp), await faulty(t, schema)];
  const registry = registryAt(t, [down.url, up.url], { retriesMax: 0 });

  await registry.read(id);
  await registry.read({ kind: "id", id: 8 });

  assert.deepEqual([down.requests.length, up.requests.length], [1, 2]);
});

test("S-16: what is known goes on while the registry is down", async (t) => {
  const server = await faulty(t, schema);
  let now = 0;
  const registry = registryAt(
    t,
    [server.url],
    { retriesMax: 0 },
    { latestMs: 1000, now: () => now },
  );
  await registry.read(id);
  await registry.latest("s");
  await server.close();
  now = 5000;

  assert.equal((await registry.read(id)).schema, '"string"');
  // Past its time, but the registry cannot be asked.
  assert.equal((await registry.latest("s")).schema, '"string"');
  await assert.rejects(registry.read({ kind: "id", id: 9 }), { code: "REGISTRY_UNAVAILABLE" });
});

test("S-16: many records with the same unknown id are one request", async (t) => {
  const server = await faulty(t, schema);
  const registry = registryAt(t, [server.url]);

  await Promise.all(Array.from({ length: 50 }, () => registry.read(id)));

  assert.equal(server.requests.length, 1);
});

test("S-16: an id that does not exist is asked for once, and again when its time is over", async (t) => {
  const server = await faulty(t, missing, missing, schema);
  let now = 0;
  const registry = registryAt(t, [server.url], {}, { missingMs: 1000, now: () => now });

  for (let record = 0; record < 20; record += 1) {
    await assert.rejects(registry.read(id), { code: "SCHEMA_NOT_FOUND", errorCode: 40403 });
  }
  assert.equal(server.requests.length, 1);
  now = 2000;
  await assert.rejects(registry.read(id), { code: "SCHEMA_NOT_FOUND" });
  now = 4000;
  await registry.read(id);
});

test("S-16: wrong credentials are neither an outage nor a wrong record", async (t) => {
  const server = await faulty(t, json(401, { error_code: 40101, message: "Unauthorized" }));

  await assert.rejects(registryAt(t, [server.url]).read(id), { code: "REGISTRY_REFUSED" });
  assert.equal(server.requests.length, 1);
});

test("S-16: closing ends the attempts", async (t) => {
  const server = await faulty(t, hangUp);
  const registry = registryAt(t, [server.url], { retryWaitMs: 60_000, retryWaitMaxMs: 60_000 });
  const reading = assert.rejects(registry.read(id), { code: "REGISTRY_UNAVAILABLE" });
  while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  registry.close();

  await reading;
});

test("S-10: the client and the Avro codec need no package but the vendor's own SDK, loaded when it is used", () => {
  for (const area of ["lib/schema-registry", "lib/avro", "lib/json-schema"]) {
    for (const entry of readdirSync(area, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith(".test.ts")) continue;
      const text = readFileSync(`${entry.parentPath}/${entry.name}`, "utf8");
      const packages = [...text.matchAll(/^import(?! type)[^"]*from "([^"]+)"/gm)]
        .map(([, name = ""]) => name)
        .filter((name) => !/^(\.|node:|#lib\/)/.test(name));
      assert.deepEqual(packages, [], entry.name);
    }
  }
});
