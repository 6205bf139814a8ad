import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { ask } from "#test/support/ask";
import { FakeHerder } from "./fixtures/fake-herder.ts";
import { startServer } from "./fixtures/rest-rows.ts";

const CONSOLE = "https://console.example";

const corsServer = (t: TestContext, allowedOrigins: string, allowedMethods = "") =>
  startServer(t, new FakeHerder(), { allowedOrigins, allowedMethods });

const preflight = (origin: string, method = "PUT") => ({
  path: "/connectors/adt/config",
  method: "OPTIONS",
  headers: { origin, "access-control-request-method": method },
});

test("without access.control.allow.origin no page of another origin may read an answer", async (t) => {
  const { url } = await corsServer(t, "");

  const { headers } = await ask(url, { path: "/connectors", headers: { origin: CONSOLE } });

  assert.equal(headers["access-control-allow-origin"], undefined);
  assert.equal(headers["vary"], undefined);
});

for (const [origins, origin, isAllowed] of [
  [CONSOLE, CONSOLE, true],
  [`http://a.example, ${CONSOLE}`, CONSOLE, true],
  ["*", CONSOLE, true],
  ["https://*.example", CONSOLE, true],
  ["https://*.example", "https://console.example.evil", false],
  [CONSOLE, "https://consoleXexample", false],
  [CONSOLE, "http://console.example", false],
] as const) {
  test(`${origins} ${isAllowed ? "lets in" : "keeps out"} ${origin}`, async (t) => {
    const { url } = await corsServer(t, origins);

    const { status, headers } = await ask(url, { path: "/connectors", headers: { origin } });

    // Kafka answers everybody; it is the browser that keeps the answer from the page.
    assert.equal(status, 200);
    assert.equal(headers["access-control-allow-origin"], isAllowed ? origin : undefined);
    assert.equal(headers["vary"], "Origin");
  });
}

test("a preflight tells the methods of access.control.allow.methods", async (t) => {
  const chosen = await corsServer(t, CONSOLE, "GET,PUT");
  const byDefault = await corsServer(t, CONSOLE);

  const answer = await ask(chosen.url, preflight(CONSOLE));

  assert.deepEqual([answer.status, answer.text], [200, ""]);
  assert.equal(answer.headers["access-control-allow-origin"], CONSOLE);
  assert.equal(answer.headers["access-control-allow-methods"], "GET,PUT");
  assert.equal(answer.headers["access-control-allow-headers"], "Content-Type");
  const { headers } = await ask(byDefault.url, preflight(CONSOLE));
  assert.equal(headers["access-control-allow-methods"], "GET,POST,HEAD");
});

test("a preflight of another origin is told nothing", async (t) => {
  const { url } = await corsServer(t, CONSOLE, "GET,PUT");

  const { headers } = await ask(url, preflight("https://evil.example"));

  assert.equal(headers["access-control-allow-origin"], undefined);
  assert.equal(headers["access-control-allow-methods"], undefined);
});

test("an error is told to an allowed page too", async (t) => {
  const { url } = await corsServer(t, CONSOLE);

  const { status, headers } = await ask(url, { path: "/nothing", headers: { origin: CONSOLE } });

  assert.equal(status, 404);
  assert.equal(headers["access-control-allow-origin"], CONSOLE);
});
