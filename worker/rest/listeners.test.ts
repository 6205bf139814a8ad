import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { ask } from "#test/support/ask";
import { FakeHerder } from "./fixtures/fake-herder.ts";
import { serve, startServer } from "./fixtures/rest-rows.ts";

const LOCAL = "http://127.0.0.1:0";

test("each listener serves the same, and the first one gives the worker its name", async (t) => {
  const server = await startServer(t, new FakeHerder(), { listeners: [LOCAL, LOCAL] });

  assert.equal(server.urls.length, 2);
  assert.equal(server.url, server.urls[0]);
  for (const url of server.urls) {
    assert.equal((await ask(url, { path: "/connectors" })).text, '["adt"]');
    assert.equal((await ask(url, { path: "/admin/loggers/root" })).status, 200);
  }
});

test("a listener without a host listens on all addresses of the machine", async (t) => {
  const server = await startServer(t, new FakeHerder(), { listeners: ["http://:0"] });

  const { port } = new URL(server.url);
  for (const host of ["127.0.0.1", "localhost"]) {
    assert.equal((await ask(`http://${host}:${port}`, { path: "/" })).status, 200);
  }
});

test("admin.listeners has the loggers there and nowhere else", async (t) => {
  const server = await startServer(t, new FakeHerder(), { adminListeners: [LOCAL] });
  const admin = server.adminUrls[0] ?? "";

  assert.equal((await ask(admin, { path: "/admin/loggers" })).status, 200);
  assert.equal((await ask(admin, { path: "/connectors" })).status, 404);
  assert.equal((await ask(server.url, { path: "/admin/loggers" })).status, 404);
  assert.equal((await ask(server.url, { path: "/connectors" })).status, 200);
});

test("admin.listeners that is empty has the loggers nowhere", async (t) => {
  const server = await startServer(t, new FakeHerder(), { adminListeners: [] });

  assert.deepEqual(server.adminUrls, []);
  assert.equal((await ask(server.url, { path: "/admin/loggers" })).status, 404);
});

test("what is no HTTP is answered like any other error, and the connection ends", async (t) => {
  const { url } = await serve(t);
  for (const [sent, status] of [
    ["hello\r\n\r\n", 400],
    ["GET /conn\u00e9ctors HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    [`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(100_000)}\r\n\r\n`, 431],
    [
      "POST /connectors HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      400,
    ],
    ["PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400],
  ] as const) {
    const received = await sendRaw(url, sent);

    const [head = "", body = ""] = received.split("\r\n\r\n");
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), sent.slice(0, 60));
    const answer = JSON.parse(body) as { error_code: number; message: string };
    assert.equal(answer.error_code, status);
    assert.match(answer.message, new RegExp(`^HTTP ${status} `));
  }
});

test("a client that sends its request for ever is told so, and holds no connection", async (t) => {
  const { url } = await startServer(t, new FakeHerder(), { receiveTimeoutMs: 200 });
  for (const begun of [
    "GET / HTTP/1.1\r\nHost: a\r\n",
    "PUT /connectors/adt/config HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
  ]) {
    const received = await sendRaw(url, begun);

    assert.match(received, /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert.match(received, /\{"error_code":408,"message":"HTTP 408 Request Timeout"\}$/);
  }
});

test("a client that goes away in the middle of its request leaves the worker as it was", async (t) => {
  const { url, herder } = await serve(t);
  const { hostname, port } = new URL(url);
  for (let time = 0; time < 20; time += 1) {
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    socket.write(
      'PUT /connectors/adt/config HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":',
    );
    socket.destroy();
  }

  assert.equal((await ask(url, { path: "/connectors" })).status, 200);
  assert.deepEqual(herder.calls, []);
});

/** What comes back until the server ends the connection. */
async function sendRaw(url: string, sent: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  const received = text(socket);
  socket.write(Buffer.from(sent, "latin1"));
  const answer = await received;
  socket.destroy();
  return answer;
}
