import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import type { Props, SinkConnector } from "#connect-api";
import { SnowflakeSinkConnector } from "./connector.ts";
import { loginProps, privateKey, startAccount } from "./fixtures/harness.ts";
import { privateKeyPem } from "./private-key.ts";

/* On our own double of Snowflake's protocol; see upsert.test.ts. */

async function errorsOf(props: Props, connector: SinkConnector = new SnowflakeSinkConnector()) {
  const report = await connector.validate(props);
  return Object.fromEntries(
    report
      .filter(({ errors }) => errors.length > 0)
      .map(({ name, errors }) => [name, errors.join("; ")]),
  );
}

test("SF-11 everything right is no error, and nothing is written", async (t) => {
  const double = await startAccount(t);

  assert.deepEqual(await errorsOf(loginProps(double.url)), {});

  assert.deepEqual(
    double.statements.filter(({ sql }) => !/^(SELECT CURRENT|SHOW)/.test(sql)),
    [],
  );
  // The end of a session is not waited for.
  while (double.openSessions > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("SF-11 all wrong keys are reported at once", async () => {
  const errors = await errorsOf({
    "snowflake.url.name": "nonsense",
    "snowflake.user.name": "loader",
    "snowflake.private.key": "nonsense",
    "snowflake.schema.name": "PUBLIC",
    "buffer.flush.time": "1",
    "insert.mode": "replace",
    "snowflake.streaming.iceberg.enabled": "true",
  });

  assert.deepEqual(Object.keys(errors).toSorted(), [
    "buffer.flush.time",
    "insert.mode",
    "snowflake.database.name",
    "snowflake.private.key",
    "snowflake.streaming.iceberg.enabled",
    "snowflake.url.name",
  ]);
  assert.match(errors["snowflake.private.key"] ?? "", /\[hidden\]/);
});

const strangerKey = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey;

const wrongs: readonly { title: string; props: Props; key: string; message: RegExp }[] = [
  {
    title: "a key that is not the user's",
    props: { "snowflake.private.key": strangerKey },
    key: "snowflake.private.key",
    message: /refused the login/,
  },
  {
    title: "a user that does not exist",
    props: { "snowflake.user.name": "nobody" },
    key: "snowflake.private.key",
    message: /refused the login/,
  },
  {
    title: "a role that the user has not",
    props: { "snowflake.role.name": "ADMIN" },
    key: "snowflake.private.key",
    message: /refused the login.*role/,
  },
  {
    title: "a database that does not exist",
    props: { "snowflake.database.name": "GOLD" },
    key: "snowflake.database.name",
    message: /does not exist/,
  },
  {
    title: "a schema that does not exist",
    props: { "snowflake.schema.name": "NOWHERE" },
    key: "snowflake.schema.name",
    message: /does not exist/,
  },
  {
    title: "a warehouse that does not exist",
    props: { "snowflake.warehouse.name": "HUGE" },
    key: "snowflake.warehouse.name",
    message: /does not exist/,
  },
  {
    title: "a role that may not create tables",
    props: { "snowflake.role.name": "READER" },
    key: "snowflake.role.name",
    message: /GRANT CREATE TABLE ON SCHEMA BRONZE\.PUBLIC TO ROLE READER/,
  },
  {
    title: "a map of topics that overlaps",
    props: { "snowflake.topic2table.map": "a.*:one,abc:two" },
    key: "snowflake.topic2table.map",
    message: /overlap/,
  },
];
for (const { title, props, key, message } of wrongs) {
  test(`SF-11 ${title} is told on ${key}`, async (t) => {
    const double = await startAccount(t, {
      roles: {
        INGEST: [["CREATE TABLE", "SCHEMA", "BRONZE.PUBLIC"]],
        READER: [["USAGE", "SCHEMA", "BRONZE.PUBLIC"]],
      },
    });

    const errors = await errorsOf({ ...loginProps(double.url), ...props });

    assert.deepEqual(Object.keys(errors), [key]);
    assert.match(errors[key] ?? "", message);
  });
}

test("SF-11 a user without any warehouse is told, because Java's connector needs none", async (t) => {
  const double = await startAccount(t, {
    users: { LOADER: { password: "invented-password", defaultRole: "INGEST" } },
  });

  const errors = await errorsOf({
    ...loginProps(double.url),
    "snowflake.authenticator": "password",
    "snowflake.password": "invented-password",
  });

  assert.match(errors["snowflake.warehouse.name"] ?? "", /no default warehouse/);
});

test("SF-11 the privilege may come by a role that the role has", async (t) => {
  const double = await startAccount(t, {
    roles: {
      INGEST: [["USAGE", "ROLE", "WRITER"]],
      WRITER: [["CREATE TABLE", "SCHEMA", "BRONZE.PUBLIC"]],
    },
  });

  assert.deepEqual(await errorsOf(loginProps(double.url)), {});
});

test("SF-11 a server that is not there is told on the URL", async () => {
  const errors = await errorsOf({
    ...loginProps("http://127.0.0.1:1"),
    "login.timeout.ms": "2000",
  });

  assert.match(errors["snowflake.url.name"] ?? "", /cannot be reached|no answer/);
});

test("a private key is taken as Java's connector takes it: bare, with header, encrypted", () => {
  const bare = privateKey.replaceAll(/-----[A-Z ]+-----|\n/g, "");
  const { privateKey: encrypted } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open" },
  });

  assert.equal(privateKeyPem(bare, undefined), privateKey);
  assert.equal(privateKeyPem(privateKey, undefined), privateKey);
  assert.match(privateKeyPem(encrypted, "open"), /^-----BEGIN PRIVATE KEY-----/);
  assert.throws(() => privateKeyPem(encrypted, "shut"), { code: "SNOWFLAKE_KEY_INVALID" });
});

const oauth: Props = {
  "snowflake.authenticator": "oauth",
  "snowflake.oauth.client.id": "client",
  "snowflake.oauth.client.secret": "invented-secret",
};

test("OAuth asks the token endpoint for a token, and logs in with it", async (t) => {
  const double = await startAccount(t);
  const requests: string[] = [];
  t.mock.method(globalThis, "fetch", async (url: string, { body }: { body: URLSearchParams }) => {
    requests.push(`${url.replace(double.url, "")} ${body}`);
    return Response.json({ access_token: "invented-token" });
  });

  const errors = await errorsOf({
    ...loginProps(double.url),
    ...oauth,
    "snowflake.oauth.refresh.token": "invented-refresh",
  });

  assert.deepEqual(errors, {});
  assert.deepEqual(requests, [
    "/oauth/token-request grant_type=refresh_token&refresh_token=invented-refresh",
  ]);
});

test("OAuth without its client is told on the keys that are missing", async (t) => {
  const double = await startAccount(t);

  const errors = await errorsOf({ ...loginProps(double.url), "snowflake.authenticator": "oauth" });

  assert.deepEqual(Object.keys(errors).toSorted(), [
    "snowflake.oauth.client.id",
    "snowflake.oauth.client.secret",
  ]);
});
