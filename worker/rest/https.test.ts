import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Props } from "#connect-api";
import { ask } from "#test/support/ask";
import type { HttpRequest } from "#test/support/ask";
import { TestAuthority } from "#test/support/test-certificates";
import type { Pair } from "#test/support/test-certificates";
import { NotHereError } from "../herder/work-sharing.ts";
import { FakeHerder } from "./fixtures/fake-herder.ts";
import { startServer } from "./fixtures/rest-rows.ts";

const PREFIX = "listeners.https.ssl.";
const SECURE = { listeners: ["https://127.0.0.1:0"] };

/** Settings under the prefix of the listener. */
const ssl = (settings: Readonly<Record<string, string>>): Props =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [PREFIX + key, value]));

/** Key and certificate in one file, as Kafka's PEM key stores are. */
function pemStore(authority: TestAuthority, { certificate, key }: Pair): string {
  const store = join(authority.folder, "store.pem");
  writeFileSync(store, readFileSync(key, "utf8") + readFileSync(certificate, "utf8"));
  return store;
}

const trusting = (authority: TestAuthority, pair?: Pair): Pick<HttpRequest, "tls"> => ({
  tls: {
    ca: readFileSync(authority.certificate),
    ...(pair ? { cert: readFileSync(pair.certificate), key: readFileSync(pair.key) } : {}),
  },
});

/** A worker whose key is in a PEM file, with more settings. */
async function secure(t: TestContext, more: Readonly<Record<string, string>> = {}) {
  const authority = new TestAuthority(t);
  const store = pemStore(authority, authority.issue("worker"));
  const props = ssl({ "keystore.location": store, "keystore.type": "PEM", ...more });
  const server = await startServer(t, new FakeHerder(), { ...SECURE, props });
  return { authority, url: server.url };
}

async function fails(request: Promise<unknown>, code: RegExp): Promise<void> {
  await assert.rejects(request, (error: NodeJS.ErrnoException) => code.test(error.code ?? ""));
}

test("an https listener answers clients that trust its certificate, and no others", async (t) => {
  const { authority, url } = await secure(t);

  const answer = await ask(url, { path: "/connectors", ...trusting(authority) });

  assert.deepEqual([answer.status, answer.text], [200, '["adt"]']);
  assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
  await fails(ask(url, { path: "/" }), /UNABLE_TO_VERIFY|SELF_SIGNED/);
  await fails(ask(url.replace("https:", "http:"), { path: "/" }), /ECONNRESET|HPE_/);
});

for (const [what, settingsOf] of [
  [
    "a PKCS12 store",
    (authority: TestAuthority, pair: Pair) => ({
      "keystore.location": authority.keyStore(pair, "changeit"),
      "keystore.password": "changeit",
    }),
  ],
  [
    "texts in the settings, the key encrypted",
    (authority: TestAuthority, pair: Pair) => ({
      "keystore.type": "PEM",
      "keystore.key": readFileSync(authority.encrypted(pair, "changeit"), "utf8"),
      "keystore.certificate.chain": readFileSync(pair.certificate, "utf8"),
      "key.password": "changeit",
    }),
  ],
  [
    "an encrypted PEM file",
    (authority: TestAuthority, pair: Pair) => ({
      "keystore.location": pemStore(authority, {
        ...pair,
        key: authority.encrypted(pair, "changeit"),
      }),
      "keystore.type": "PEM",
      "key.password": "changeit",
    }),
  ],
] as const) {
  test(`the key may be in ${what}`, async (t) => {
    const authority = new TestAuthority(t);
    const props = ssl(settingsOf(authority, authority.issue("worker")));
    const server = await startServer(t, new FakeHerder(), { ...SECURE, props });

    const { status } = await ask(server.url, { path: "/", ...trusting(authority) });

    assert.equal(status, 200);
  });
}

test("settings of the listener's prefix hold alone; without them, the plain ones", async (t) => {
  const [authority, other] = [new TestAuthority(t), new TestAuthority(t)];
  const plain = {
    "ssl.keystore.location": pemStore(other, other.issue("plain")),
    "ssl.keystore.type": "PEM",
  };
  const own = ssl({
    "keystore.location": pemStore(authority, authority.issue("own")),
    "keystore.type": "PEM",
  });
  const both = await startServer(t, new FakeHerder(), { ...SECURE, props: { ...plain, ...own } });
  const alone = await startServer(t, new FakeHerder(), { ...SECURE, props: plain });

  assert.equal((await ask(both.url, { path: "/", ...trusting(authority) })).status, 200);
  assert.equal((await ask(alone.url, { path: "/", ...trusting(other) })).status, 200);
});

test("admin listeners have a prefix of their own", async (t) => {
  const authority = new TestAuthority(t);
  const store = pemStore(authority, authority.issue("admin"));
  const server = await startServer(t, new FakeHerder(), {
    adminListeners: ["https://127.0.0.1:0"],
    props: {
      "admin.listeners.https.ssl.keystore.location": store,
      "admin.listeners.https.ssl.keystore.type": "PEM",
    },
  });

  const path = "/admin/loggers/root";
  const answer = await ask(server.adminUrls[0] ?? "", { path, ...trusting(authority) });

  assert.equal(answer.status, 200);
  assert.equal((await ask(server.url, { path })).status, 404);
});

test("ssl.client.auth=required lets in who has a certificate of a trusted authority", async (t) => {
  const clients = new TestAuthority(t);
  const { authority, url } = await secure(t, {
    "client.auth": "required",
    "truststore.location": clients.certificate,
    "truststore.type": "PEM",
  });
  const stranger = new TestAuthority(t);

  const known = await ask(url, { path: "/", ...trusting(authority, clients.issue("ann")) });

  assert.equal(known.status, 200);
  const refused = /ECONNRESET|EPIPE|EPROTO|SSL|TLS|ALERT/;
  await fails(ask(url, { path: "/", ...trusting(authority) }), refused);
  await fails(ask(url, { path: "/", ...trusting(authority, stranger.issue("eve")) }), refused);
  const expired = clients.issue("old", { isExpired: true });
  await fails(ask(url, { path: "/", ...trusting(authority, expired) }), refused);
});

test("ssl.client.auth=requested also lets in who has none, or one of a stranger", async (t) => {
  const clients = new TestAuthority(t);
  const { authority, url } = await secure(t, {
    "client.auth": "requested",
    "truststore.certificates": readFileSync(clients.certificate, "utf8"),
  });

  assert.equal((await ask(url, { path: "/", ...trusting(authority) })).status, 200);
  for (const by of [clients, new TestAuthority(t)]) {
    const client = trusting(authority, by.issue("ann"));
    assert.equal((await ask(url, { path: "/", ...client })).status, 200);
  }
});

test("ssl.enabled.protocols refuses clients that speak older ones", async (t) => {
  const { authority, url } = await secure(t, { "enabled.protocols": "TLSv1.3" });
  const { tls } = trusting(authority);

  await fails(
    ask(url, { path: "/", tls: { ...tls, maxVersion: "TLSv1.2" } }),
    /EPROTO|SSL|TLS|ALERT/,
  );
  assert.equal((await ask(url, { path: "/", tls: { ...tls } })).status, 200);
});

test("settings that cannot be followed end the start, with what to do", async (t) => {
  const authority = new TestAuthority(t);
  const pair = authority.issue("worker");
  const store = { "keystore.location": pemStore(authority, pair), "keystore.type": "PEM" };
  const p12 = authority.keyStore(pair, "changeit");
  for (const [settings, message] of [
    [{}, /needs ssl\.keystore\.location, or key and certificate/],
    [{ "keystore.location": "/no/such.pem" }, /\/no\/such\.pem cannot be read/],
    [{ "keystore.location": "worker.jks" }, /PEM or PKCS12; convert a JKS store with keytool/],
    [{ "keystore.location": p12, "keystore.password": "SECRET-1" }, /is its password right\?/],
    [{ "keystore.location": authority.certificate, "keystore.type": "PEM" }, /ssl\.keystore\.\*/],
    [{ ...store, "truststore.location": p12 }, /ssl\.truststore\.type is PEM; export/],
    [{ ...store, "client.auth": "always" }, /one of none, requested, required/],
    [{ ...store, "enabled.protocols": "SSLv3" }, /TLSv1\.2, TLSv1\.3, or both/],
  ] as const) {
    const props = ssl(settings);
    await assert.rejects(startServer(t, new FakeHerder(), { ...SECURE, props }), (error: Error) => {
      assert.equal(error.name, "ConfigError", JSON.stringify(settings));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /SECRET/);
      return true;
    });
  }
});

test("workers that ask each other over https show their certificates", async (t) => {
  const authority = new TestAuthority(t);
  const asked: string[] = [];
  const pair = authority.issue("other");
  const other = createServer(
    {
      key: readFileSync(pair.key),
      cert: readFileSync(pair.certificate),
      ca: readFileSync(authority.certificate),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.statusCode = 202;
      response.end();
    },
  );
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  t.after(() => other.close());
  const address = other.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const herder = Object.assign(new FakeHerder(), {
    failure: new NotHereError(`https://127.0.0.1:${port}`),
  });
  const store = pemStore(authority, authority.issue("worker"));
  const keys = { "keystore.location": store, "keystore.type": "PEM" };
  const trust = { "truststore.location": authority.certificate };
  const trusted = await startServer(t, herder, { ...SECURE, props: ssl({ ...keys, ...trust }) });
  const untrusting = await startServer(t, herder, { ...SECURE, props: ssl(keys) });
  const pause = { path: "/connectors/adt/pause", method: "PUT", ...trusting(authority) };
  // A name that its certificate does not have.
  const renamed = Object.assign(new FakeHerder(), {
    failure: new NotHereError(`https://localhost:${port}`),
  });
  const strict = await startServer(t, renamed, { ...SECURE, props: ssl({ ...keys, ...trust }) });
  const lax = await startServer(t, renamed, {
    ...SECURE,
    props: ssl({ ...keys, ...trust, "endpoint.identification.algorithm": "" }),
  });
  assert.match((await ask(strict.url, pause)).text, /ERR_TLS_CERT_ALTNAME_INVALID/);
  assert.equal((await ask(lax.url, pause)).status, 202);
  asked.splice(0);

  const passed = await ask(trusted.url, pause);
  const failed = await ask(untrusting.url, pause);

  assert.equal(passed.status, 202, passed.text);
  assert.deepEqual(asked, ["PUT /connectors/adt/pause?forward=true"]);
  assert.equal(failed.status, 500);
  assert.match(failed.text, /IO Error trying to forward REST request: .*have to trust each other/);
});

test("rest.advertised.listener chooses where other workers ask", async (t) => {
  const authority = new TestAuthority(t);
  const store = pemStore(authority, authority.issue("worker"));
  const props = ssl({ "keystore.location": store, "keystore.type": "PEM" });
  const listeners = ["https://127.0.0.1:0", "http://127.0.0.1:0"];
  const start = (advertisedListener: string | null) =>
    startServer(t, new FakeHerder(), { listeners, props, advertisedListener });

  assert.match((await start(null)).advertisedUrl, /^http:/);
  assert.match((await start("HTTPS")).advertisedUrl, /^https:/);
  await assert.rejects(
    startServer(t, new FakeHerder(), { advertisedListener: "https" }),
    /rest\.advertised\.listener: listeners has no address of that kind/,
  );
});
