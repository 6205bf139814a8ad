import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:tls";
import type { TLSSocket } from "node:tls";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { TestAuthority } from "#test/support/test-certificates";
import { kafkaClient } from "./client-settings.ts";

/** A server that asks for certificates as a broker does, notes whose came, and says nothing more. */
async function broker(t: TestContext, authority: TestAuthority) {
  const pair = authority.issue("broker");
  const seen: string[] = [];
  const server = createServer(
    {
      key: readFileSync(pair.key),
      cert: readFileSync(pair.certificate),
      ca: readFileSync(authority.certificate),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (socket: TLSSocket) => {
      seen.push(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    },
  );
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { servers: `127.0.0.1:${port}`, seen };
}

/** Tries to reach it; what becomes of that is told by the server. */
async function connect(settings: Readonly<Record<string, string>>): Promise<void> {
  const admin = kafkaClient({ "security.protocol": "SSL", ...settings }, "test").admin({
    retry: { retries: 0 },
  });
  await admin.connect().catch(() => undefined);
  await admin.disconnect();
}

for (const [what, keyOf] of [
  [
    "a PKCS12 store",
    (authority: TestAuthority) => ({
      "ssl.keystore.location": authority.keyStore(authority.issue("worker"), "changeit"),
      "ssl.keystore.password": "changeit",
    }),
  ],
  [
    "texts, the key encrypted",
    (authority: TestAuthority) => {
      const pair = authority.issue("worker");
      return {
        "ssl.keystore.key": readFileSync(authority.encrypted(pair, "changeit"), "utf8"),
        "ssl.keystore.certificate.chain": readFileSync(pair.certificate, "utf8"),
        "ssl.key.password": "changeit",
      };
    },
  ],
] as const) {
  test(`Kafka sees the certificate that is in ${what}`, async (t) => {
    const authority = new TestAuthority(t);
    const { servers, seen } = await broker(t, authority);

    await connect({
      "bootstrap.servers": servers,
      "ssl.truststore.certificates": readFileSync(authority.certificate, "utf8"),
      ...keyOf(authority),
    });

    assert.deepEqual([...new Set(seen)], ["worker"]);
  });
}

test("a broker of another authority is not spoken to", async (t) => {
  const [authority, other] = [new TestAuthority(t), new TestAuthority(t)];
  const { servers, seen } = await broker(t, authority);
  const pair = authority.issue("worker");

  await connect({
    "bootstrap.servers": servers,
    "ssl.truststore.location": other.certificate,
    "ssl.keystore.key": readFileSync(pair.key, "utf8"),
    "ssl.keystore.certificate.chain": readFileSync(pair.certificate, "utf8"),
  });

  assert.deepEqual(seen, []);
});

test("a wrong password is an error before anything is connected, and is not told", async (t) => {
  const authority = new TestAuthority(t);
  const settings = {
    "security.protocol": "SSL",
    "bootstrap.servers": "127.0.0.1:1",
    "ssl.keystore.location": authority.keyStore(authority.issue("worker"), "changeit"),
    "ssl.keystore.password": "SECRET",
  };

  assert.throws(
    () => kafkaClient(settings, "test"),
    (error: Error) => {
      assert.equal(error.name, "RecordLogError");
      assert.match(error.message, /ssl\.keystore\.\* cannot be used/);
      assert.doesNotMatch(error.message, /SECRET/);
      return true;
    },
  );
});
