import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectError } from "#connect-api";
import { HerderError } from "../herder/herder.ts";
import { FakeHerder } from "./fixtures/fake-herder.ts";
import { ask } from "#test/support/ask";
import { freePort } from "#test/servers/free-port";
import { checkAnswer, serve, startServer, testRows } from "./fixtures/rest-rows.ts";

const notFound = { status: 404, answer: "HTTP 404 Not Found", call: null };
const badRequest = { status: 400, answer: "HTTP 400 Bad Request", call: null };
const notAllowed = { status: 405, answer: "HTTP 405 Method Not Allowed", call: null };

testRows("paths and methods that do not exist", [
  { path: "/nothing", ...notFound },
  { path: "/connectors/adt/nothing", ...notFound },
  { path: "/connectors//config", status: 404 },
  { path: `/connectors/${"x".repeat(3000)}`, ...notFound },
  { path: "/connectors/%", ...badRequest },
  { path: "/connectors/%zz/config", ...badRequest },
  { path: "/admin", ...notFound },
  { path: "/", method: "POST", ...notAllowed },
  { path: "/connectors", method: "DELETE", ...notAllowed },
  { path: "/connectors?expand=info", method: "PUT", ...notAllowed },
  { path: "/connectors/adt", method: "POST", ...notAllowed },
  { path: "/connectors/adt/config/", method: "DELETE", ...notAllowed },
  { path: "/connectors/lab%2Fadt/pause", method: "POST", ...notAllowed },
  { path: "/connectors/adt/tasks/0/restart", method: "GET", ...notAllowed },
  { path: "/metrics", method: "POST", ...notAllowed },
  { path: "/admin/loggers/root", method: "DELETE", ...notAllowed },
]);

testRows(
  "a path or method that does not exist is told before a body or an Accept header is looked at",
  [
    { path: "/nothing", method: "POST", body: "{", ...notFound },
    { path: "/nothing", method: "POST", body: "x", contentType: "text/plain", ...notFound },
    { path: "/nothing", headers: { accept: "text/html" }, ...notFound },
    { path: "/connectors", method: "PATCH", body: "{", ...notAllowed },
    { path: "/connectors", method: "PATCH", headers: { accept: "text/html" }, ...notAllowed },
    { path: "/connectors", method: "OPTIONS", body: "{", status: 200, call: null },
  ],
);

const unsupported = { status: 415, answer: "HTTP 415 Unsupported Media Type", call: null };
const posted = { method: "POST", path: "/connectors", body: { name: "oru", config: {} } };

testRows("only JSON is read", [
  { ...posted, contentType: "text/plain", ...unsupported },
  { ...posted, contentType: "application/x-www-form-urlencoded", ...unsupported },
  { ...posted, contentType: null, ...unsupported },
  { ...posted, contentType: "application/json; charset=utf-8", status: 201 },
]);

testRows("a body that cannot be bound is answered with 500, as Kafka's binder does", [
  { ...posted, body: "{", status: 500, answer: /^Unexpected character/, call: null },
  { ...posted, body: "hello", status: 500, answer: /^Unexpected character/, call: null },
  { ...posted, body: "null", status: 500, answer: /^Cannot deserialize value of type/, call: null },
  { ...posted, body: "[]", status: 500, answer: /^Cannot deserialize value of type/, call: null },
  { ...posted, body: "", status: 500, answer: /^Cannot deserialize value of type/, call: null },
  { ...posted, body: "1.50", status: 500, answer: /^Cannot deserialize value of type/, call: null },
  {
    ...posted,
    body: { foo: 1, name: "oru", config: {} },
    status: 500,
    answer:
      'Unrecognized field "foo", not marked as ignorable (3 known properties: "name", "config", "initial_state")',
    call: null,
  },
  // Names that every JavaScript object has are unknown members, and settings, like any other.
  {
    ...posted,
    body: '{"__proto__":{"name":"x"},"name":"oru","config":{}}',
    status: 500,
    answer: /^Unrecognized field "__proto__"/,
    call: null,
  },
  {
    ...posted,
    body: { name: "oru", config: { constructor: "a", toString: "b" } },
    status: 201,
    call: ["createConnector", "oru", { constructor: "a", toString: "b" }, undefined],
  },
]);

test("a body of more than 1 MiB is refused with 413", async (t) => {
  const { url, herder } = await serve(t);
  const config = { padding: "x".repeat(1024 * 1024) };

  const answer = await ask(url, { ...posted, body: { name: "oru", config } });

  checkAnswer(answer, { ...posted, status: 413, answer: /^HTTP 413 .*1048576 bytes/ });
  assert.deepEqual(herder.calls, []);
});

test("a failure keeps its status and text; of a foreign error only the class is told", async (t) => {
  const { url, herder } = await serve(t);
  const cases = [
    {
      failure: new HerderError(409, "Cannot complete request"),
      status: 409,
      answer: "Cannot complete request",
    },
    {
      failure: new ConnectError("STORE_BUSY", "The store is busy"),
      status: 500,
      answer: "The store is busy",
    },
    { failure: new TypeError("MARKER^PATIENT"), status: 500, answer: "TypeError" },
    { failure: Object.assign(new Error("x"), { statusCode: 418 }), status: 500, answer: "Error" },
  ];

  for (const { failure, status, answer } of cases) {
    herder.failure = failure;
    for (const request of [
      { path: "/connectors" },
      { path: "/connectors/adt/topics" },
      { path: "/connectors/adt/pause", method: "PUT" },
      { path: "/connectors/adt/topics/reset", method: "PUT" },
    ]) {
      const received = await ask(url, request);
      checkAnswer(received, { ...request, status, answer });
      assert.doesNotMatch(received.text, /MARKER|\bat |\.ts\b/);
    }
  }
});

test("answers do not name the server's software", async (t) => {
  const { url } = await serve(t);

  const { headers } = await ask(url, { path: "/" });

  assert.equal(headers["x-powered-by"], undefined);
  assert.equal(headers["server"], undefined);
});

test("an address that is taken is the system's error, and nothing listens then", async (t) => {
  const { url } = await serve(t);
  const port = await freePort();
  const listeners = [`http://127.0.0.1:${port}`, url];

  await assert.rejects(startServer(t, new FakeHerder(), { listeners }), { code: "EADDRINUSE" });

  await assert.rejects(ask(listeners[0] ?? "", { path: "/" }), { code: "ECONNREFUSED" });
});

for (const listener of ["ftp://127.0.0.1:0", "127.0.0.1:8083", "http://a:b", "http://h:70000"]) {
  test(`${listener} is no listener`, async (t) => {
    await assert.rejects(startServer(t, new FakeHerder(), { listeners: [listener] }), {
      name: "ConfigError",
      message: `Invalid value ${listener} for configuration listeners: it has to be http://host:port or https://host:port`,
    });
  });
}
