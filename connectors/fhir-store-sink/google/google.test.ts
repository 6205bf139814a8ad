import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Props } from "#connect-api";
import { entriesOf } from "#test/servers/fhir/entries";
import {
  googleError,
  googleNames,
  serviceAccountKey,
  startGoogle,
} from "#test/servers/fhir/google";
import type { GoogleFacade } from "#test/servers/fhir/google";
import { temporaryDirectory } from "#test/support/worker-process";
import { patient, recordOf, startTask, stateOf } from "../fixtures/harness.ts";
import { GoogleFhirStoreSinkConnector } from "./connector.ts";

/*
 * Google's own client against a facade of what Google documents (ours), before Medplum's router (not ours).
 */

async function startStore(t: TestContext): Promise<GoogleFacade> {
  const google = await startGoogle();
  t.after(() => google.stop());
  return google;
}

const propsOf = (google: GoogleFacade, props: Props = {}): Props => ({
  ...googleNames,
  "google.fhir.store": "store",
  "google.api.endpoint": google.front.origin,
  "google.credentials": serviceAccountKey,
  ...props,
});

const startSink = (t: TestContext, google: GoogleFacade, props: Props = {}) =>
  startTask(t, google.front, {
    connector: new GoogleFhirStoreSinkConnector(),
    props: propsOf(google, props),
  });

async function errorsOf(props: Props): Promise<Readonly<Record<string, readonly string[]>>> {
  const report = await new GoogleFhirStoreSinkConnector().validate(props);
  return Object.fromEntries(
    report.filter(({ errors }) => errors.length > 0).map(({ name, errors }) => [name, errors]),
  );
}

const bundlesOf = ({ front }: GoogleFacade) =>
  front.requests.map((request) => entriesOf(request) ?? []).filter((entries) => entries.length > 0);

test("GH-1 validate refuses a store that does not create resources under given ids", async (t) => {
  const google = await startStore(t);
  const right = await errorsOf(propsOf(google));
  google.store.enableUpdateCreate = false;

  const wrong = await errorsOf(propsOf(google));
  const conditional = await errorsOf(propsOf(google, { "fhir.update.mode": "identifier" }));

  assert.deepEqual(right, {});
  assert.deepEqual(Object.keys(wrong), ["fhir.update.mode"]);
  assert.match(wrong["fhir.update.mode"]?.join() ?? "", /enableUpdateCreate/);
  assert.deepEqual(conditional, {});
});

test("GH-1 a store that is not there, and credentials that are none, are told on their keys", async (t) => {
  const google = await startStore(t);

  const store = await errorsOf(propsOf(google, { "google.fhir.store": "other" }));
  const credentials = await errorsOf(propsOf(google, { "google.credentials": "MARKER" }));

  assert.deepEqual(Object.keys(store), ["google.fhir.store"]);
  assert.deepEqual(Object.keys(credentials), ["google.credentials"]);
  assert.doesNotMatch(JSON.stringify({ store, credentials }), /MARKER/);
});

test("a store whose update-create is switched off while the task runs fails it with what to do", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google);
  google.store.enableUpdateCreate = false;

  await sink.put(recordOf(0, patient("a", 1)));

  await assert.rejects(sink.settled(1), { code: "FHIR_STORE_NO_UPDATE_CREATE" });
});

test("GH-3 opaque version ids are echoed, numbers keep their digits, and the last event wins", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google);
  const observation = `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":{"value":7.10}}`;

  await sink.put(
    recordOf(0, patient("a", 1)),
    recordOf(1, patient("a", 2)),
    recordOf(2, observation),
  );
  await sink.settled(3);

  assert.deepEqual((await google.medplum.history("Patient", "a")).map(stateOf), [1, 2]);
  assert.ok(google.front.requests.some(({ body }) => body.includes('"value":7.10}')));
});

const limits: readonly (readonly [string, number, number, readonly number[]])[] = [
  ["4,501 entries", 4501, 0, [4500, 1]],
];
/** Megabytes through the memory repository take seconds: only in `npm run test:fhir-store`. */
const largeLimits: typeof limits = process.env["FHIR_STORE_LONG"]
  ? [["more than 48 MB", 6, 9_500_000, [5, 1]]]
  : [];
for (const [what, count, size, expected] of [...limits, ...largeLimits]) {
  test(`GH-4 ${what} are split before they are sent`, async (t) => {
    const google = await startStore(t);
    const sink = await startSink(t, google, {
      "fhir.interaction": "transaction",
      "fhir.ordering.guard": "none",
      "fhir.bundle.max.entries": "4500",
      "fhir.bundle.max.bytes": "100000000",
      "buffer.size.bytes": "1000000000",
    });
    const language = "x".repeat(size);

    await sink.put(
      ...Array.from({ length: count }, (_, at) => recordOf(at, patient(`p${at}`, 1, { language }))),
    );
    await sink.settled(count);

    assert.deepEqual(
      bundlesOf(google).map((entries) => entries.length),
      expected,
    );
  });
}

test("GH-4 a limit that the store itself tells of splits, too", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google, { "fhir.ordering.guard": "none" });
  google.front.fault = (request) =>
    (entriesOf(request)?.length ?? 0) > 10
      ? { kind: "answer", answer: googleError(400, "INVALID_ARGUMENT") }
      : undefined;

  await sink.put(...Array.from({ length: 40 }, (_, at) => recordOf(at, patient(`p${at}`, 1))));
  await sink.settled(40);

  assert.equal(sink.reports.length, 0);
  for (let at = 0; at < 40; at += 1) assert.ok(await google.medplum.read("Patient", `p${at}`));
});

test("GH-7 an Observation that comes before its Patient is written when the Patient is there", async (t) => {
  const google = await startStore(t);
  google.store.disableReferentialIntegrity = false;
  const sink = await startSink(t, google);
  const observation = {
    resourceType: "Observation",
    id: "o",
    status: "final",
    code: { text: "x" },
    subject: { reference: "Patient/a" },
  };
  await sink.put(recordOf(0, observation));
  while (bundlesOf(google).length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  const before = await google.medplum.read("Observation", "o");

  await sink.put(recordOf(1, patient("a", 1)));
  await sink.settled(2);

  assert.equal(before, undefined);
  assert.ok(await google.medplum.read("Observation", "o"));
  assert.equal(sink.reports.length, 0);
});

const reference = (key: string) => ({ reference: key });
const encounter = (id: string, condition: string) => ({
  resourceType: "Encounter",
  id,
  status: "finished",
  class: { code: "AMB" },
  diagnosis: [{ condition: reference(condition) }],
});
const condition = (id: string, encounterKey: string) => ({
  resourceType: "Condition",
  id,
  subject: reference("Patient/a"),
  encounter: reference(encounterKey),
});

for (const interaction of ["batch", "transaction"]) {
  test(`GH-7 ${interaction}: resources that refer to each other in a circle are written together, and what hangs on them after`, async (t) => {
    const google = await startStore(t);
    google.store.disableReferentialIntegrity = false;
    const sink = await startSink(t, google, {
      "fhir.interaction": interaction,
      "fhir.bundle.max.entries": "2",
    });
    const observation = {
      resourceType: "Observation",
      id: "o",
      status: "final",
      code: { text: "x" },
      encounter: reference("Encounter/e"),
    };

    await sink.put(
      recordOf(0, observation),
      recordOf(1, encounter("e", "Condition/c")),
      recordOf(2, patient("a", 1)),
      recordOf(3, condition("c", "Encounter/e")),
    );
    await sink.settled(4);

    for (const [type, id] of [
      ["Observation", "o"],
      ["Encounter", "e"],
      ["Condition", "c"],
    ] as const) {
      assert.ok(await google.medplum.read(type, id), type);
    }
    assert.deepEqual(sink.reports, []);
  });
}

test("GH-7 a circle with one that is refused: it goes to the dead letter queue by itself, the other as missing it", async (t) => {
  const google = await startStore(t);
  google.store.disableReferentialIntegrity = false;
  const sink = await startSink(t, google, { "fhir.reference.retry.ms": "300" });
  google.front.fault = (request) => {
    const entries = entriesOf(request) ?? [];
    return entries.some(({ request: { method, url } }) => method === "PUT" && url === "Condition/c")
      ? { kind: "answer", answer: googleError(400, "INVALID_ARGUMENT") }
      : undefined;
  };

  await sink.put(
    recordOf(0, patient("a", 1)),
    recordOf(1, encounter("e", "Condition/c")),
    recordOf(2, condition("c", "Encounter/e")),
  );
  await sink.settled(3);

  assert.deepEqual(
    sink.reports.map(({ record, error }) => [record.originalOffset, error.code]).toSorted(),
    [
      [1, "FHIR_STORE_REFERENCE_MISSING"],
      [2, "FHIR_STORE_REFUSED"],
    ],
  );
  assert.ok(await google.medplum.read("Patient", "a"));
});

for (const [what, props] of [
  ["within its bounds", { "fhir.reference.retry.ms": "50" }],
  ["at once, when that is asked for", { "fhir.reference.policy": "dlq" }],
] as const) {
  test(`GH-7 a reference that never leads anywhere ends in the dead letter queue ${what}`, async (t) => {
    const google = await startStore(t);
    google.store.disableReferentialIntegrity = false;
    const sink = await startSink(t, google, props);
    const subject = { reference: "Patient/MARKER" };

    await sink.put(
      recordOf(0, {
        resourceType: "Observation",
        id: "o",
        status: "final",
        code: { text: "x" },
        subject,
      }),
    );
    await sink.settled(1);

    assert.deepEqual(
      sink.reports.map(({ error }) => error.code),
      ["FHIR_STORE_REFERENCE_MISSING"],
    );
    assert.doesNotMatch(String(sink.reports[0]?.error), /MARKER/);
  });
}

test("GH-8 the client library makes exactly one request for each attempt, whatever the answer", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google, {
    "fhir.ordering.guard": "none",
    "retry.backoff.ms": "300000",
    "retry.backoff.max.ms": "300000",
  });
  t.mock.method(Math, "random", () => 1);
  google.front.fault = () => ({ kind: "answer", answer: googleError(503, "UNAVAILABLE") });

  await sink.put(recordOf(0, patient("a", 1)));
  while (google.front.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  // The library's own retries would come within this time: its first pause is 100 ms.
  await new Promise((resolve) => setTimeout(resolve, 400));

  assert.equal(google.front.requests.length, 1);
});

test("a token that was withdrawn is renewed once", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google);
  let seen = 0;
  google.front.fault = () => {
    seen += 1;
    return seen === 1 ? { kind: "answer", answer: googleError(401, "UNAUTHENTICATED") } : undefined;
  };

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  assert.equal(stateOf(await google.medplum.read("Patient", "a")), 1);
});

test("a server that keeps refusing the token fails the task", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google);
  google.front.fault = () => ({ kind: "answer", answer: googleError(401, "UNAUTHENTICATED") });

  await sink.put(recordOf(0, patient("a", 1)));

  await assert.rejects(sink.settled(1), { code: "FHIR_STORE_UNAUTHORIZED" });
});

test("workload identity federation: the platform's token is exchanged for Google's", async (t) => {
  const google = await startStore(t);
  const file = join(temporaryDirectory(t), "token");
  writeFileSync(file, "invented-token-of-the-platform");
  const credentials = {
    type: "external_account",
    audience:
      "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${google.front.origin}/sts`,
    credential_source: { file },
  };
  const sink = await startSink(t, google, { "google.credentials": JSON.stringify(credentials) });

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  const exchange = google.front.requests.find(({ path }) => path === "/sts");
  assert.match(exchange?.body ?? "", /invented-token-of-the-platform/);
  assert.equal(stateOf(await google.medplum.read("Patient", "a")), 1);
});
