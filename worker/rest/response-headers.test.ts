import assert from "node:assert/strict";
import { test } from "node:test";
import { ask } from "#test/support/ask";
import { FakeHerder } from "./fixtures/fake-herder.ts";
import { startServer } from "./fixtures/rest-rows.ts";
import { headersRule } from "./response-headers.ts";

test("every answer has the headers of response.http.headers.config, errors too", async (t) => {
  const { url } = await startServer(t, new FakeHerder(), {
    responseHeaders:
      'set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store", ADD X-Two:1, add X-Two:2',
  });

  for (const path of ["/connectors", "/nothing"]) {
    const { headers } = await ask(url, { path });
    assert.equal(headers["x-frame-options"], "DENY", path);
    assert.equal(headers["cache-control"], "no-cache, no-store");
    assert.equal(headers["x-two"], "1, 2");
  }
});

test("dates are so many milliseconds from now", async (t) => {
  const { url } = await startServer(t, new FakeHerder(), {
    responseHeaders: "setDate Expires: 86400000",
  });
  const before = Date.now();

  const { headers } = await ask(url, { path: "/" });

  const expires = Date.parse(headers["expires"] ?? "");
  // Header dates have whole seconds.
  assert.ok(expires >= before + 86_400_000 - 1000, headers["expires"]);
  assert.ok(expires <= Date.now() + 86_400_000);
});

for (const [config, message] of [
  ["X-Frame-Options: DENY", /^Invalid header config action: 'X-Frame-Options:'/],
  ["set", /^Invalid format of header config 'set'/],
  [
    "put X: 1",
    /^Invalid header config action: 'put'\. Expected one of \[set, add, setDate, addDate\]/,
  ],
  ["set X", /^Invalid format of header name and header value pair 'X'/],
  ["set X: a:b", /^Invalid format of header name and header value pair/],
  ["set A B: 1", /cannot contain whitespace/],
  ["setDate Expires: soon", /takes milliseconds/],
] as const) {
  test(`'${config}' is refused at the start`, () => {
    assert.throws(() => headersRule(config), { name: "ConfigError", message });
  });
}
