import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { ask } from "#test/support/ask";
import { NotHereError } from "../herder/work-sharing.ts";
import { serve } from "./fixtures/rest-rows.ts";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Another worker, which gives its answers in turn, the last one for ever. */
async function otherWorker(
  t: TestContext,
  ...answers: readonly {
    readonly status: number;
    readonly body?: object;
    readonly location?: string;
  }[]
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
    });
    request.on("end", () => {
      const { method, url, headers } = request;
      const answer = answers[Math.min(received.length, answers.length - 1)];
      received.push({ method, url, headers, body });
      if (answer?.location !== undefined) response.setHeader("location", answer.location);
      response.statusCode = answer?.status ?? 500;
      response.end(answer?.body ? JSON.stringify(answer.body) : "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, received };
}

const CONFLICT = {
  error_code: 409,
  message: "Cannot complete request because of a conflicting operation (e.g. worker rebalance)",
};

test("a request of another worker goes there with its query, body and authorization, and its answer comes back", async (t) => {
  const info = { name: "adt", config: {}, tasks: [], type: "sink" };
  const other = await otherWorker(t, { status: 201, body: info, location: "/connectors/adt" });
  const { url, herder } = await serve(t);
  herder.failure = new NotHereError(other.url);

  const response = await fetch(`${url}/connectors/adt/config?x=1`, {
    method: "PUT",
    headers: { "content-type": "application/json", authorization: "Basic abc", "x-own": "1" },
    body: JSON.stringify({ "tasks.max": 1 }),
  });

  assert.equal(response.status, 201);
  assert.equal(response.headers.get("location"), "/connectors/adt");
  assert.deepEqual(await response.json(), info);
  const [request] = other.received;
  assert.equal(request?.method, "PUT");
  assert.equal(request?.url, "/connectors/adt/config?x=1&forward=true");
  assert.equal(request?.headers.authorization, "Basic abc");
  assert.equal(request?.headers["x-own"], undefined);
  assert.deepEqual(JSON.parse(request?.body ?? ""), { "tasks.max": 1 });
});

test("an error of the other worker is passed through as it is", async (t) => {
  const body = { error_code: 409, message: "Connector adt already exists" };
  const other = await otherWorker(t, { status: 409, body });
  const { url, herder } = await serve(t);
  herder.failure = new NotHereError(other.url);

  const answer = await ask(url, { path: "/connectors/adt/pause", method: "PUT" });

  assert.equal(answer.status, 409);
  assert.deepEqual(JSON.parse(answer.text), body);
  assert.equal(other.received.length, 1);
});

test("a conflict that passes is waited for by the worker that was asked first", async (t) => {
  const other = await otherWorker(t, { status: 409, body: CONFLICT }, { status: 202 });
  const { url, herder } = await serve(t);
  herder.failure = new NotHereError(other.url);

  const answer = await ask(url, { path: "/connectors/adt/pause", method: "PUT" });

  assert.equal(answer.status, 202);
  assert.equal(other.received.length, 2);
});

test("a request is passed on twice at most", async (t) => {
  const other = await otherWorker(t, { status: 202 });
  const { url, herder } = await serve(t);
  herder.failure = new NotHereError(other.url);

  const second = await ask(url, { path: "/connectors/adt/pause?forward=true", method: "PUT" });
  const third = await ask(url, { path: "/connectors/adt/pause?forward=false", method: "PUT" });

  assert.equal(second.status, 202);
  assert.equal(other.received[0]?.url, "/connectors/adt/pause?forward=false");
  assert.equal(third.status, 409);
  assert.deepEqual(JSON.parse(third.text), CONFLICT);
  assert.equal(other.received.length, 1);
});

test("without a leader there is nobody to pass it on to", async (t) => {
  const { url, herder } = await serve(t);
  herder.failure = new NotHereError(undefined);

  const answer = await ask(url, { path: "/connectors/adt/pause", method: "PUT" });

  assert.equal(answer.status, 409);
  assert.match(answer.text, /momentarily due to no known leader URL/);
});

test("a worker that does not answer is a 500 that says so", async (t) => {
  const { url, herder } = await serve(t);
  herder.failure = new NotHereError("http://127.0.0.1:1");

  const answer = await ask(url, { path: "/connectors/adt/pause", method: "PUT" });

  assert.equal(answer.status, 500);
  assert.match(answer.text, /IO Error trying to forward REST request/);
});
