import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { constants, verify } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Props } from "#connect-api";
import { tokenCache } from "#lib/oauth";
import { startAzure } from "#test/servers/fhir/azure";
import type { AzureFacade } from "#test/servers/fhir/azure";
import { entriesOf } from "#test/servers/fhir/entries";
import { outcomeAnswer } from "#test/servers/fhir/front";
import { temporaryDirectory } from "#test/support/worker-process";
import { patient, recordOf, startTask, stateOf } from "../fixtures/harness.ts";
import { AzureFhirSinkConnector } from "./connector.ts";

/* A facade of what Microsoft documents (ours), before Medplum's router (not ours). */

async function startService(t: TestContext): Promise<AzureFacade> {
  const azure = await startAzure();
  t.after(() => azure.stop());
  return azure;
}

const startSink = (t: TestContext, azure: AzureFacade, props: Props = {}) =>
  startTask(t, azure.front, {
    connector: new AzureFhirSinkConnector(),
    props: {
      "azure.tenant.id": "invented-tenant",
      "azure.client.id": "invented-client",
      "azure.client.secret": "invented-secret",
      "azure.authority.host": azure.front.origin,
      ...props,
    },
  });

const bundlesOf = ({ front }: AzureFacade) =>
  front.requests.map((request) => entriesOf(request) ?? []).filter((entries) => entries.length > 0);

test("AZ-1 a Bundle has 500 entries at most, whatever is set", async (t) => {
  const azure = await startService(t);
  const sink = await startSink(t, azure, {
    "fhir.bundle.max.entries": "500",
    "fhir.ordering.guard": "none",
  });

  await sink.put(...Array.from({ length: 501 }, (_, at) => recordOf(at, patient(`p${at}`, 1))));
  await sink.settled(501);

  assert.deepEqual(
    bundlesOf(azure).map((entries) => entries.length),
    [500, 1],
  );
  const report = new AzureFhirSinkConnector()
    .config()
    .validate({ "fhir.bundle.max.entries": "501" });
  assert.match(
    report.find(({ name }) => name === "fhir.bundle.max.entries")?.errors.join() ?? "",
    /no more than 500/,
  );
});

test("AZ-3 one 429 within a batch pauses the client, and only what is unfinished is sent again", async (t) => {
  const azure = await startService(t);
  const sink = await startSink(t, azure, { "fhir.ordering.guard": "none" });
  let seen = 0;
  azure.throttleFrom = () => {
    seen += 1;
    return seen === 1 ? 3 : undefined;
  };

  await sink.put(...Array.from({ length: 6 }, (_, at) => recordOf(at, patient(`p${at}`, 1))));
  await sink.settled(6);

  assert.deepEqual(
    bundlesOf(azure).map((entries) => entries.map(({ request: { url } }) => url.slice(-2))),
    [
      ["p0", "p1", "p2", "p3", "p4", "p5"],
      ["p3", "p4", "p5"],
    ],
  );
  assert.equal(sink.reports.length, 0);
});

test("AZ-4 a token is asked for once however many wait, and once more when the service refuses it", async (t) => {
  const azure = await startService(t);
  const sink = await startSink(t, azure);
  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);
  const first = azure.tokenRequests.length;
  azure.withdrawTokens();

  await sink.put(recordOf(1, patient("a", 2)));
  await sink.settled(2);

  assert.equal(first, 1);
  assert.equal(azure.tokenRequests.length, 2);
  assert.equal(stateOf(await azure.medplum.read("Patient", "a")), 2);
  assert.equal(azure.tokenRequests[0]?.form["scope"], `${azure.front.origin}/.default`);
});

test("AZ-4 a token is renewed ahead of its end, in one request, and the old one serves when that fails", async () => {
  let now = 0;
  let asked = 0;
  let isDown = false;
  const source = tokenCache(
    async () => {
      asked += 1;
      if (isDown) throw new Error("down");
      return { value: `token-${asked}`, expiresInSeconds: 3600 };
    },
    () => now,
  );
  const [one, two] = await Promise.all([source.token(), source.token()]);
  now = 3_310_000;
  isDown = true;
  const old = await source.token();
  isDown = false;
  const renewed = await source.token();

  assert.deepEqual([one, two, old, renewed], ["token-1", "token-1", "token-1", "token-3"]);
});

for (const [mode, expectHard] of [
  ["soft", []],
  ["hard", ["Patient/a"]],
] as const) {
  test(`AZ-5 delete mode ${mode}`, async (t) => {
    const azure = await startService(t);
    const sink = await startSink(t, azure, { "fhir.delete.mode": mode });

    await sink.put(recordOf(0, patient("a", 1)), recordOf(1, null, { key: "Patient/a" }));
    await sink.settled(2);

    assert.equal(await azure.medplum.read("Patient", "a"), undefined);
    assert.deepEqual(azure.hardDeleted, expectHard);
  });
}

test("AZ-5 a replay of what was deleted softly does not bring it back: its history tells how new it was", async (t) => {
  const azure = await startService(t);
  const records = [1, 2].map((state) => recordOf(state, patient("a", state)));
  const deletion = recordOf(3, null, { key: "Patient/a" });
  const first = await startSink(t, azure);
  await first.put(...records, deletion);
  await first.settled(4);
  await first.stop();
  const before = azure.front.requests.length;
  const replay = await startSink(t, azure);

  await replay.put(...records);
  await replay.settled(3);

  assert.equal(await azure.medplum.read("Patient", "a"), undefined);
  const sent = azure.front.requests.slice(before).flatMap((request) => entriesOf(request) ?? []);
  assert.ok(sent.every(({ request: { method } }) => method === "GET"));
  await replay.put(recordOf(4, patient("a", 4)));
  await replay.settled(5);
  assert.equal(stateOf(await azure.medplum.read("Patient", "a")), 4);
});

test("AZ-6 conditional updates of one identifier are never under way at once", async (t) => {
  const azure = await startService(t);
  const underWay: string[] = [];
  let most = 0;
  const sink = await startSink(t, azure, {
    "fhir.update.mode": "identifier",
    "fhir.bundle.max.entries": "1",
  });
  azure.front.fault = (request) => {
    const isWrite = (entriesOf(request) ?? []).some(({ request: { method } }) => method === "PUT");
    if (!isWrite) return undefined;
    underWay.push(request.body);
    most = Math.max(most, underWay.length);
    // It stays under way until its answer goes, a little later.
    setTimeout(() => underWay.shift(), 10);
    return { kind: "delay", ms: 20 };
  };
  const identified = (state: number) => ({
    resourceType: "Patient",
    identifier: [{ system: "urn:invented", value: "1" }],
    name: [{ family: `State${state}` }],
  });

  await sink.put(...[1, 2, 3, 4].map((state) => recordOf(state, identified(state))));
  await sink.settled(5);

  assert.equal(most, 1);
  const found = await azure.medplum.repository.searchResources({
    resourceType: "Patient",
  } as never);
  assert.deepEqual(
    found.map((each) => stateOf(each as never)),
    [4],
  );
});

test("AZ-7 the same resource sent again makes no new version", async (t) => {
  const azure = await startService(t);
  for (const guard of ["none", "source-version"]) {
    const record = recordOf(0, patient(guard, 1));
    for (let time = 0; time < 2; time += 1) {
      const sink = await startSink(t, azure, { "fhir.ordering.guard": guard });
      await sink.put(record);
      await sink.settled(1);
    }
    assert.equal((await azure.medplum.history("Patient", guard)).length, 1, guard);
  }
});

test("AZ-8 the number of requests at once grows from one", async (t) => {
  const azure = await startService(t);
  const sink = await startSink(t, azure, {
    "fhir.bundle.max.entries": "1",
    "fhir.ordering.guard": "none",
  });
  const levels: number[] = [];
  let underWay = 0;
  azure.front.fault = () => {
    underWay += 1;
    levels.push(underWay);
    setTimeout(() => (underWay -= 1), 15);
    return { kind: "delay", ms: 20 };
  };

  await sink.put(...Array.from({ length: 40 }, (_, at) => recordOf(at, patient(`p${at}`, 1))));
  await sink.settled(40);

  // The token comes first, then one request, then more.
  assert.deepEqual(levels.slice(0, 2), [1, 1]);
  assert.ok(Math.max(...levels) > 1);
});

test("every Bundle says how it may be worked through", async (t) => {
  const azure = await startService(t);
  const sink = await startSink(t, azure);

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  const bundles = azure.front.requests.filter((request) => entriesOf(request));
  assert.ok(bundles.every(({ headers }) => headers["x-bundle-processing-logic"] === "parallel"));
});

/** A certificate with its key, signed by itself. */
function certificatePair(t: TestContext): { readonly certificate: string; readonly key: string } {
  const folder = temporaryDirectory(t);
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-nodes",
      "-newkey",
      "rsa:2048",
      "-keyout",
      key,
      "-out",
      certificate,
      "-days",
      "2",
      "-subj",
      "/CN=sink",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
}

test("AZ-9 a client certificate signs the assertion, which names it by its thumbprint", async (t) => {
  const azure = await startService(t);
  const { certificate, key } = certificatePair(t);
  const sink = await startSink(t, azure, {
    "azure.auth.type": "client_certificate",
    "azure.client.certificate": certificate,
    "azure.client.certificate.private.key": key,
  });

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  const { client_assertion: assertion = "", client_id: id } = azure.tokenRequests[0]?.form ?? {};
  const [header = "", claims = "", signature = ""] = assertion.split(".");
  const isRight = verify(
    "sha256",
    Buffer.from(`${header}.${claims}`),
    { key: certificate, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
    Buffer.from(signature, "base64url"),
  );
  const parsed = [header, claims].map(
    (part) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>,
  );
  assert.ok(isRight);
  assert.equal(id, "invented-client");
  assert.equal(parsed[0]?.["alg"], "PS256");
  assert.match(String(parsed[0]?.["x5t#S256"]), /^[\w-]{43}$/);
  assert.match(String(parsed[1]?.["aud"]), /invented-tenant\/oauth2\/v2\.0\/token$/);
});

test("AZ-9 workload identity: the pod's token, read anew each time, is the assertion", async (t) => {
  const azure = await startService(t);
  const file = join(temporaryDirectory(t), "token");
  writeFileSync(file, "invented-pod-token\n");
  const sink = await startSink(t, azure, {
    "azure.auth.type": "workload_identity",
    "azure.federated.token.file": file,
  });

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  assert.equal(azure.tokenRequests[0]?.form["client_assertion"], "invented-pod-token");
});

test("AZ-9 managed identity: the instance metadata service gives the token", async (t) => {
  const azure = await startService(t);
  const name = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
  const before = process.env[name];
  process.env[name] = azure.front.origin;
  t.after(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
  const sink = await startSink(t, azure, { "azure.auth.type": "managed_identity" });

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  const [asked] = azure.tokenRequests;
  assert.equal(asked?.headers["metadata"], "true");
  const query = new URL(asked?.path ?? "", azure.front.origin).searchParams;
  assert.equal(query.get("resource"), azure.front.origin);
  assert.equal(query.get("client_id"), "invented-client");
});

test("AZ-9 a static token is sent as it is", async (t) => {
  const azure = await startService(t);
  const sink = await startSink(t, azure, {
    "azure.auth.type": "static",
    "azure.access.token": "invented-static-token",
  });

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  assert.equal(azure.tokenRequests.length, 0);
});

test("AZ-9 a certificate that cannot be read, or what is missing, is told on its key", async (t) => {
  const pair = certificatePair(t);
  const other = certificatePair(t);
  const base = { "fhir.server.url": "http://127.0.0.1:1", "azure.auth.type": "client_certificate" };
  const ids = { "azure.tenant.id": "t", "azure.client.id": "c" };
  const certificate = {
    "azure.client.certificate": "MARKER",
    "azure.client.certificate.private.key": pair.key,
  };
  const mixed = { ...certificate, "azure.client.certificate": other.certificate };
  const keyOf = async (props: Props): Promise<readonly string[]> =>
    (await new AzureFhirSinkConnector().validate(props))
      .filter(({ errors }) => errors.length > 0)
      .map(({ name, errors }) => {
        assert.doesNotMatch(errors.join(), /MARKER|BEGIN/);
        return name;
      });

  assert.deepEqual(await keyOf(base), ["azure.tenant.id"]);
  assert.deepEqual(await keyOf({ ...base, ...ids, ...certificate }), ["azure.client.certificate"]);
  assert.deepEqual(await keyOf({ ...base, ...ids, ...mixed }), [
    "azure.client.certificate.private.key",
  ]);
});

test("a 429 for the whole Bundle is obeyed by the larger of both headers", async (t) => {
  const azure = await startService(t);
  const sink = await startSink(t, azure, { "fhir.ordering.guard": "none" });
  const headers = { "retry-after": "0", "x-ms-retry-after-ms": "300" };
  const times: number[] = [];
  azure.front.fault = (request) => {
    if (!entriesOf(request)) return undefined;
    times.push(request.at);
    return times.length === 1
      ? { kind: "answer", answer: outcomeAnswer(429, "throttled", "MARKER", headers) }
      : undefined;
  };

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  const [first = 0, second = 0] = times;
  assert.ok(second - first >= 299, `${second - first} ms`);
});
