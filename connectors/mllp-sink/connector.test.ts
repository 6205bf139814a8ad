import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:tls";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Props } from "#connect-api";
import { TestAuthority } from "#test/support/test-certificates";
import { MllpSinkConnector } from "./connector.ts";
import { message, startReceiver, startSink, until } from "./fixtures/sink-harness.ts";

function errorsOf(props: Props): Record<string, string> {
  const report = new MllpSinkConnector().validate({ "mllp.port": "2575", ...props });
  return Object.fromEntries(
    report.flatMap(({ name, errors }) => (errors[0] === undefined ? [] : [[name, errors[0]]])),
  );
}

test("patient data do not leave the machine unencrypted unless that is said", () => {
  const host = { "mllp.host": "lab.example" };

  assert.match(errorsOf(host)["mllp.host"] ?? "", /travels unencrypted/);
  assert.deepEqual(errorsOf({ ...host, "mllp.tls": "true" }), {});
  assert.deepEqual(errorsOf({ ...host, "mllp.allow.plaintext": "true" }), {});
  assert.deepEqual(errorsOf({ "mllp.host": "127.0.0.1" }), {});
});

test("what is wrong with rules and files is said when the connector is posted", () => {
  const local = { "mllp.host": "localhost", "mllp.tls": "true" };

  assert.match(
    errorsOf({ "mllp.host": "localhost", "mllp.answers": "AE=again" })["mllp.answers"] ?? "",
    /write code=class/,
  );
  assert.match(
    errorsOf({ ...local, "mllp.tls.ca.file": "missing.pem" })["mllp.tls.ca.file"] ?? "",
    /cannot be read \(ENOENT\)/,
  );
  assert.match(
    errorsOf({ ...local, "mllp.tls.key.file": "a" })["mllp.tls.certificate.file"] ?? "",
    /belong together/,
  );
  assert.match(
    errorsOf({ "mllp.host": "localhost", "mllp.tls.ca.file": "a" })["mllp.tls.ca.file"] ?? "",
    /no use without mllp\.tls=true/,
  );
});

function startTlsReceiver(t: TestContext, authority: TestAuthority) {
  const { certificate, key } = authority.issue("receiver");
  return startReceiver(t, undefined, {
    makeServer: ((listener: never) =>
      createTlsServer(
        {
          cert: readFileSync(certificate),
          key: readFileSync(key),
          ca: readFileSync(authority.certificate),
          requestCert: true,
          rejectUnauthorized: true,
        },
        listener,
      )) as never,
  });
}

test("mutual TLS: the receiver sees our certificate, and we check its own", async (t) => {
  const authority = new TestAuthority(t);
  const { port, got } = await startTlsReceiver(t, authority);
  const { certificate, key } = authority.issue("sender");
  const { put, committable } = await startSink(t, port, {
    props: {
      "mllp.tls": "true",
      "mllp.tls.ca.file": authority.certificate,
      "mllp.tls.certificate.file": certificate,
      "mllp.tls.key.file": key,
    },
  });

  await put([message("A"), message("B")]);
  await until(async () => (await committable()) === 2);

  assert.equal(got.length, 2);
});

for (const [what, props] of [
  ["of another CA", { "mllp.tls.ca.file": "other" }],
  ["of another name", { "mllp.tls.server.name": "elsewhere.example" }],
] as const) {
  test(`a receiver with a certificate ${what} gets no message`, async (t) => {
    const authority = new TestAuthority(t);
    const { port, got } = await startTlsReceiver(t, authority);
    const { certificate, key } = authority.issue("sender");
    const { put, committable, lines } = await startSink(t, port, {
      props: {
        "mllp.tls": "true",
        "mllp.tls.certificate.file": certificate,
        "mllp.tls.key.file": key,
        "mllp.tls.ca.file": authority.certificate,
        ...props,
        ...("mllp.tls.ca.file" in props
          ? { "mllp.tls.ca.file": new TestAuthority(t).certificate }
          : {}),
      },
    });

    await put([message("A")]);
    await until(() => lines.length > 0);

    assert.match(lines[0] ?? "", /^MLLP_RECEIVER_AWAY (UNABLE|ERR_TLS|SELF|CERT|DEPTH)/);
    assert.equal(await committable(), 0);
    assert.equal(got.length, 0);
  });
}
