import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { ask } from "#test/support/ask";
import { FakeHerder } from "./fixtures/fake-herder.ts";
import { startServer } from "./fixtures/rest-rows.ts";

const EXTENSION =
  "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";
const JAAS_KEY = "java.security.auth.login.config";

const basic = (credentials: string) => ({
  authorization: `Basic ${Buffer.from(credentials).toString("base64")}`,
});

/** A JAAS file with a section KafkaConnect and its file of users. */
function jaasFile(t: TestContext, users: string, section = "KafkaConnect"): string {
  const folder = mkdtempSync(join(tmpdir(), "basic-auth-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "users.properties"), users);
  const module = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
  const jaas = join(folder, "jaas.conf");
  writeFileSync(
    jaas,
    `// users of the API\nOther { no.Such required; };\n${section} {\n  ${module} required\n  file="${folder}/users.properties";\n};\n`,
  );
  return jaas;
}

const authServer = (t: TestContext, file: string, extension = EXTENSION, more = {}) =>
  startServer(t, new FakeHerder(), {
    extensions: [extension],
    props: { [JAAS_KEY]: file },
    ...more,
  });

test("only users with their password are let in, on every listener and path", async (t) => {
  const file = jaasFile(t, "ann=se:cret\nben=b\u00fccher\n");
  const server = await authServer(t, file, EXTENSION, { adminListeners: ["http://127.0.0.1:0"] });

  for (const credentials of ["ann:se:cret", "ben:b\u00fccher"]) {
    const headers = basic(credentials);
    assert.equal((await ask(server.url, { path: "/connectors", headers })).status, 200);
  }
  for (const headers of [
    {},
    basic("ann:wrong"),
    basic("ann:"),
    basic("ann"),
    basic(":se:cret"),
    basic("eve:se:cret"),
    basic("__proto__:x"),
    { authorization: "Basic" },
    { authorization: "Basic %%%" },
    { authorization: "Bearer abc" },
  ]) {
    const answer = await ask(server.url, { path: "/connectors", headers });
    assert.deepEqual([answer.status, answer.text], [401, "User cannot access the resource."]);
    assert.equal(answer.headers["www-authenticate"], 'Basic realm="KafkaConnect"');
    assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
  }
  for (const path of ["/", "/health", "/metrics", "/nothing"]) {
    assert.equal((await ask(server.url, { path })).status, 401, path);
  }
  const admin = server.adminUrls[0] ?? "";
  assert.equal((await ask(admin, { path: "/admin/loggers" })).status, 401);
  const known = { path: "/admin/loggers", headers: basic("ann:se:cret") };
  assert.equal((await ask(admin, known)).status, 200);
});

test("a request that is not let in reaches nothing, its body neither", async (t) => {
  const herder = new FakeHerder();
  const { url } = await startServer(t, herder, {
    extensions: ["BasicAuthSecurityRestExtension"],
    props: { [JAAS_KEY]: jaasFile(t, "ann=secret\n") },
  });

  for (const body of [{ name: "a", config: {} }, "{", "x".repeat(2_000_000)]) {
    const { status } = await ask(url, { path: "/connectors", method: "POST", body }).catch(() => ({
      // The connection may end before all of a long body was sent.
      status: 401,
    }));
    assert.equal(status, 401);
  }

  assert.deepEqual(herder.calls, []);
});

test("a preflight of a browser needs no credentials, because it has none", async (t) => {
  const { url } = await authServer(t, jaasFile(t, "ann=secret\n"), EXTENSION, {
    allowedOrigins: "https://a.example",
  });
  const headers = { origin: "https://a.example", "access-control-request-method": "PUT" };

  const path = "/connectors";
  assert.equal((await ask(url, { path, method: "OPTIONS", headers })).status, 200);
  assert.equal((await ask(url, { path, headers: { origin: headers.origin } })).status, 401);
});

test("a file without users lets everybody in, as in Kafka", async (t) => {
  const { url } = await authServer(t, jaasFile(t, ""));

  assert.equal((await ask(url, { path: "/connectors" })).status, 200);
});

test("a worker that was to be protected and cannot be does not start", async (t) => {
  const users = "ann=secret\n";
  for (const [extensions, file, message] of [
    [
      ["com.acme.MyExtension"],
      jaasFile(t, users),
      /Class com\.acme\.MyExtension could not be found/,
    ],
    [[EXTENSION], undefined, /needs java\.security\.auth\.login\.config/],
    [[EXTENSION], "/no/such.conf", /\/no\/such\.conf of the authentication cannot be read/],
    [[EXTENSION], jaasFile(t, users, "KafkaClient"), /has no section KafkaConnect/],
  ] as const) {
    const props = file === undefined ? {} : { [JAAS_KEY]: file };
    await assert.rejects(startServer(t, new FakeHerder(), { extensions, props }), {
      name: "ConfigError",
      message,
    });
  }
});
