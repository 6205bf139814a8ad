import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { test } from "node:test";
import type { Props } from "#connect-api";
import { outcomeAnswer } from "#test/servers/fhir/front";
import type { FrontAnswer, FrontRequest } from "#test/servers/fhir/front";
import { listening } from "#test/servers/fhir/medplum";
import { TestAuthority } from "#test/support/test-certificates";
import { FhirStoreSinkConnector } from "./connector.ts";
import { patient, recordOf, startStores, startTask, stateOf } from "./fixtures/harness.ts";

async function errorsOf(props: Props): Promise<Readonly<Record<string, string>>> {
  const report = await new FhirStoreSinkConnector().validate(props);
  return Object.fromEntries(
    report
      .filter(({ errors }) => errors.length > 0)
      .map(({ name, errors }) => [name, errors.join()]),
  );
}

/** A server whose CapabilityStatement is changed. */
const saying = (change: (statement: Record<string, unknown>) => object) => ({
  handle: async (
    request: FrontRequest,
    forward: (request: FrontRequest) => Promise<FrontAnswer>,
  ): Promise<FrontAnswer> => {
    const answer = await forward(request);
    if (request.path !== "/metadata") return answer;
    const statement = JSON.parse(answer.body) as Record<string, unknown>;
    return { ...answer, body: JSON.stringify({ ...statement, ...change(statement) }) };
  },
});

const rest = (interactions: readonly string[], resource: object) => ({
  rest: [
    {
      mode: "server",
      interaction: interactions.map((code) => ({ code })),
      resource: [{ type: "Patient", ...resource }],
    },
  ],
});

test("FR-1 a server that can do what is asked for passes, and nothing is written", async (t) => {
  const { medplum, front } = await startStores(t);

  assert.deepEqual(await errorsOf({ "fhir.server.url": front.url }), {});
  assert.deepEqual(
    medplum.requests.map(({ method, path }) => `${method} ${path}`),
    ["GET /fhir/metadata"],
  );
});

const shortcomings: readonly [string, () => object, Props, string][] = [
  ["another FHIR version", () => ({ fhirVersion: "3.0.2" }), {}, "fhir.server.url"],
  ["no Bundles", () => rest(["search-system"], {}), {}, "fhir.interaction"],
  [
    "no transaction",
    () => rest(["batch"], {}),
    { "fhir.interaction": "transaction" },
    "fhir.interaction",
  ],
  ["no update-create", () => rest(["batch"], { updateCreate: false }), {}, "fhir.update.mode"],
  [
    "no conditional update",
    () => rest(["batch"], { conditionalUpdate: false }),
    { "fhir.update.mode": "identifier" },
    "fhir.update.mode",
  ],
];
for (const [what, change, props, key] of shortcomings) {
  test(`FR-1 ${what} is refused by validate on ${key}, unless the check is off`, async (t) => {
    const { front } = await startStores(t, saying(change));
    const config = { "fhir.server.url": front.url, ...props };

    assert.deepEqual(Object.keys(await errorsOf(config)), [key]);
    assert.deepEqual(await errorsOf({ ...config, "fhir.capability.check": "false" }), {});
  });
}

test("FR-1 a server that is away, or is none, is told on its address, and its text is not repeated", async (t) => {
  const { front } = await startStores(t);
  front.fault = () => ({ kind: "answer", answer: outcomeAnswer(404, "not-found", "MARKER") });

  const none = await errorsOf({ "fhir.server.url": front.url });
  const away = await errorsOf({ "fhir.server.url": "http://127.0.0.1:9/fhir" });

  assert.match(none["fhir.server.url"] ?? "", /no FHIR server.*404/);
  assert.match(away["fhir.server.url"] ?? "", /ECONNREFUSED/);
  assert.doesNotMatch(JSON.stringify(none), /MARKER/);
});

const wrong: readonly [string, Props, string][] = [
  ["no address", { "fhir.server.url": "x" }, "fhir.server.url"],
  [
    "a password in the address",
    { "fhir.server.url": "https://a:b@fhir.example" },
    "fhir.server.url",
  ],
  ["plain HTTP to elsewhere", { "fhir.server.url": "http://fhir.example/fhir" }, "fhir.server.url"],
  [
    "a token endpoint over plain HTTP",
    {
      "fhir.auth.type": "oauth2",
      "fhir.auth.token.url": "http://tokens.example/token",
      "fhir.auth.client.id": "c",
      "fhir.auth.client.secret": "MARKER",
    },
    "fhir.auth.token.url",
  ],
  ["basic without password", { "fhir.auth.type": "basic" }, "fhir.auth.username"],
  ["oauth2 without endpoint", { "fhir.auth.type": "oauth2" }, "fhir.auth.token.url"],
  [
    "smart with a key that is none",
    { "fhir.auth.type": "smart", "fhir.auth.client.id": "c", "fhir.auth.private.key": "MARKER" },
    "fhir.auth.private.key",
  ],
  ["a certificate without key", { "fhir.tls.certificate": "MARKER" }, "fhir.tls.private.key"],
  ["an authority that is none", { "fhir.tls.ca": "-----BEGIN CERTIFICATE-----" }, "fhir.tls.ca"],
  ["a pattern that is none", { "fhir.sensitive.id.pattern": "(" }, "fhir.sensitive.id.pattern"],
  [
    "a hash without secret",
    { "fhir.sensitive.id.pattern": "1", "fhir.sensitive.id.action": "hash" },
    "fhir.sensitive.id.secret",
  ],
];
for (const [what, props, key] of wrong) {
  test(`validate tells on ${key}: ${what}`, async () => {
    const errors = await errorsOf({
      "fhir.server.url": "http://127.0.0.1:9/fhir",
      "fhir.capability.check": "false",
      ...props,
    });

    assert.deepEqual(Object.keys(errors), [key]);
    assert.doesNotMatch(JSON.stringify(errors), /MARKER/);
  });
}

/** A store that wants this header, behind a token endpoint that checks what it is given. */
async function startGuarded(
  t: Parameters<typeof startStores>[0],
  wanted: string,
  isRight: (request: FrontRequest) => boolean = () => false,
) {
  return startStores(t, {
    handle: async (request, forward) => {
      if (request.path === "/.well-known/smart-configuration") {
        const origin = `http://${request.headers.host}`;
        return { status: 200, body: JSON.stringify({ token_endpoint: `${origin}/token` }) };
      }
      if (request.path === "/token") {
        return isRight(request)
          ? {
              status: 200,
              body: JSON.stringify({ access_token: "invented-token", expires_in: 300 }),
            }
          : { status: 401, body: JSON.stringify({ error: "invalid_client" }) };
      }
      return request.headers.authorization === wanted
        ? forward(request)
        : outcomeAnswer(401, "login");
    },
  });
}

const ways: readonly [string, string, Props][] = [
  [
    "basic",
    `Basic ${Buffer.from("loader:invented-password").toString("base64")}`,
    {
      "fhir.auth.type": "basic",
      "fhir.auth.username": "loader",
      "fhir.auth.password": "invented-password",
    },
  ],
  [
    "bearer",
    "Bearer invented-token",
    { "fhir.auth.type": "bearer", "fhir.auth.bearer.token": "invented-token" },
  ],
];
for (const [type, header, props] of ways) {
  test(`FR-2 ${type}`, async (t) => {
    const { medplum, front } = await startGuarded(t, header);
    const sink = await startTask(t, front, { props });

    await sink.put(recordOf(0, patient("a", 1)));
    await sink.settled(1);

    assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
  });
}

for (const place of ["header", "form"]) {
  test(`FR-2 OAuth2 client credentials, in the ${place}`, async (t) => {
    const basic = `Basic ${Buffer.from("client%20id:invented%2Fsecret").toString("base64")}`;
    const { medplum, front } = await startGuarded(t, "Bearer invented-token", (request) => {
      const form = new URLSearchParams(request.body);
      const isInForm =
        form.get("client_secret") === "invented/secret" && form.get("client_id") === "client id";
      return place === "form" ? isInForm : request.headers.authorization === basic;
    });
    const props = {
      "fhir.auth.type": "oauth2",
      "fhir.auth.token.url": `${front.origin}/token`,
      "fhir.auth.client.id": "client id",
      "fhir.auth.client.secret": "invented/secret",
      "fhir.auth.client.secret.in": place,
    };
    const sink = await startTask(t, front, { props });
    await sink.put(recordOf(0, patient("a", 1)));
    await sink.settled(1);
    const refused = await errorsOf({
      ...props,
      "fhir.server.url": front.url,
      "fhir.auth.client.secret": "other",
    });

    assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
    assert.match(JSON.stringify(refused), /401 invalid_client/);
  });
}

test("a token endpoint that refuses the credentials fails the task", async (t) => {
  const { front } = await startGuarded(t, "Bearer invented-token");
  const props = {
    "fhir.auth.type": "oauth2",
    "fhir.auth.token.url": `${front.origin}/token`,
    "fhir.auth.client.id": "c",
    "fhir.auth.client.secret": "wrong",
  };
  const sink = await startTask(t, front, { props });

  await sink.put(recordOf(0, patient("a", 1)));

  await assert.rejects(sink.settled(1), { code: "FHIR_STORE_TOKEN_REFUSED" });
});

const pem = {
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
} as const;
for (const [algorithm, keys] of [
  ["RS384", generateKeyPairSync("rsa", { modulusLength: 2048, ...pem })],
  ["ES384", generateKeyPairSync("ec", { namedCurve: "P-384", ...pem })],
] as const) {
  test(`FR-2 SMART Backend Services with ${algorithm}: the server names its token endpoint, and the assertion is signed`, async (t) => {
    const { medplum, front } = await startGuarded(t, "Bearer invented-token", (request) => {
      const form = new URLSearchParams(request.body);
      const [header = "", claims = "", signature = ""] = (form.get("client_assertion") ?? "").split(
        ".",
      );
      const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string };
      return (
        kid === "key-1" &&
        form.get("scope") === "system/*.cruds" &&
        verify(
          "sha384",
          Buffer.from(`${header}.${claims}`),
          { key: String(keys.publicKey), dsaEncoding: "ieee-p1363" },
          Buffer.from(signature, "base64url"),
        )
      );
    });
    const sink = await startTask(t, front, {
      props: {
        "fhir.auth.type": "smart",
        "fhir.auth.client.id": "invented-client",
        "fhir.auth.private.key": String(keys.privateKey),
        "fhir.auth.key.id": "key-1",
        "fhir.auth.key.algorithm": algorithm,
      },
    });

    await sink.put(recordOf(0, patient("a", 1)));
    await sink.settled(1);

    assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
  });
}

test("FR-2 mTLS: the server sees the client's certificate, and a task without one is not let in", async (t) => {
  const { medplum, front } = await startStores(t);
  const authority = new TestAuthority(t);
  const [own, client] = [authority.issue("localhost"), authority.issue("sink")];
  const read = (file: string): string => readFileSync(file, "utf8");
  const server = createServer(
    {
      cert: read(own.certificate),
      key: read(own.key),
      ca: read(authority.certificate),
      requestCert: true,
      rejectUnauthorized: true,
    },
    async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await fetch(`${front.origin}${request.url}`, {
        method: request.method ?? "GET",
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
        headers: { "content-type": "application/fhir+json" },
      });
      response.writeHead(answer.status);
      response.end(await answer.text());
    },
  );
  const port = await listening(server);
  t.after(() => (server.closeAllConnections(), server.close()));
  const tls = {
    "fhir.server.url": `https://127.0.0.1:${port}`,
    "fhir.tls.ca": read(authority.certificate),
  };
  const sink = await startTask(t, front, {
    props: {
      ...tls,
      "fhir.tls.certificate": read(client.certificate),
      "fhir.tls.private.key": read(client.key),
    },
  });

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);
  const without = await errorsOf(tls);

  assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
  assert.match(without["fhir.server.url"] ?? "", /no whole answer/);
});
