import assert from "node:assert/strict";
import { test } from "node:test";
import { SOURCE_VERSION_URL } from "#lib/fhir-store";
import { patient, recordOf, startStores, startTask, stateOf } from "./fixtures/harness.ts";
import type { RecordOptions } from "./fixtures/harness.ts";

/*
 * On Medplum's router (not ours) behind a front of ours that counts and fails; what is whose: `test/servers/fhir/`.
 */

test("resources of different types with one id are two resources, and numbers keep their digits", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front);
  const observation = `{"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"},"valueQuantity":{"value":7.10,"unit":"g"}}`;

  await sink.put(recordOf(0, patient("1", 1)), recordOf(1, observation));
  await sink.settled(2);

  assert.equal(stateOf(await medplum.read("Patient", "1")), 1);
  assert.ok(await medplum.read("Observation", "1"));
  assert.ok(front.requests.some(({ body }) => body.includes('"value":7.10,')));
});

test("GH-10 two updates of one resource in one poll are two ordered versions, never one Bundle", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front);

  await sink.put(
    recordOf(0, patient("a", 1)),
    recordOf(1, patient("a", 2)),
    recordOf(2, patient("b", 1)),
  );
  await sink.settled(3);

  const states = await medplum.history("Patient", "a");
  assert.deepEqual(states.map(stateOf), [1, 2]);
  for (const { body } of front.requests) {
    assert.ok((body.match(/"method":"PUT","url":"Patient\/a"/g) ?? []).length <= 1);
  }
});

const deletions: readonly [string, RecordOptions & { readonly value: unknown }][] = [
  ["a tombstone", { value: null, key: "Patient/a" }],
  ["a delete event", { value: patient("a", 1), headers: { "fhir-interaction": "delete" } }],
];
for (const [how, { value, ...options }] of deletions) {
  test(`${how} deletes, and a replay of it too`, async (t) => {
    const { medplum, front } = await startStores(t);
    const sink = await startTask(t, front);
    const records = [recordOf(0, patient("a", 1)), recordOf(1, value, options)];
    await sink.put(...records);
    await sink.settled(2);
    const afterwards = await medplum.read("Patient", "a");
    const again = await startTask(t, front);

    await again.put(...records);
    await again.settled(2);

    assert.equal(afterwards, undefined);
    assert.equal(await medplum.read("Patient", "a"), undefined);
  });
}

test("delete mode ignore leaves the resource", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, { props: { "fhir.delete.mode": "ignore" } });

  await sink.put(recordOf(0, patient("a", 1)), recordOf(1, null, { key: "Patient/a" }));
  await sink.settled(2);

  assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
});

test("FR-8 a replay of A, B, C never makes the store step back, and adds no version", async (t) => {
  const { medplum, front } = await startStores(t);
  const records = [1, 2, 3].map((state) => recordOf(state, patient("a", state)));
  const first = await startTask(t, front);
  await first.put(...records);
  await first.settled(4);
  await first.stop();
  const replay = await startTask(t, front);

  await replay.put(...records);
  await replay.settled(4);

  assert.deepEqual((await medplum.history("Patient", "a")).map(stateOf), [1, 2, 3]);
});

test("FR-8 an event that comes late does not replace a newer one, by the time of the source", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front);
  const at = (time: string) => ({ headers: { "event-time": time } });

  await sink.put(recordOf(0, patient("a", 2), at("2026-01-02T00:00:00Z")));
  await sink.put(recordOf(1, patient("a", 1), at("2026-01-01T00:00:00Z")));
  await sink.settled(2);

  assert.deepEqual((await medplum.history("Patient", "a")).map(stateOf), [2]);
});

test("FR-8 a version of the source counts before its time, and its deletion comes after both", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front);
  const version = (number: number, state: number) =>
    patient("a", state, { meta: { versionId: String(number) } });

  await sink.put(recordOf(0, version(10, 1)), recordOf(1, version(9, 2)));
  await sink.settled(2);
  const kept = stateOf(await medplum.read("Patient", "a"));
  await sink.put(recordOf(2, null, { key: "Patient/a" }));
  await sink.settled(3);

  assert.equal(kept, 1);
  assert.equal(await medplum.read("Patient", "a"), undefined);
});

test("without the guard the resource goes as it is, and nothing is read", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, { props: { "fhir.ordering.guard": "none" } });

  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);

  assert.equal(front.requests.length, 1);
  const stored = await medplum.read("Patient", "a");
  assert.doesNotMatch(JSON.stringify(stored), new RegExp(SOURCE_VERSION_URL));
});

test("GH-3 version ids are echoed in If-Match as they are, and never read", async (t) => {
  const { front } = await startStores(t);
  const sink = await startTask(t, front);

  await sink.put(recordOf(0, patient("a", 1)), recordOf(1, patient("a", 2)));
  await sink.settled(2);

  const tags = front.requests.flatMap(
    ({ body }) => /"ifMatch":"W\/\\"([^"\\]+)\\""/.exec(body)?.[1] ?? [],
  );
  assert.equal(tags.length, 1);
  // Medplum's are UUIDs: nothing that could be counted.
  assert.match(tags[0] ?? "", /^[0-9a-f]{8}-/);
});

test("somebody else's write in between is looked at again, and the newer state of the source lands", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front);
  await sink.put(recordOf(0, patient("a", 1)));
  await sink.settled(1);
  await medplum.repository.updateResource(patient("a", 77) as never);

  await sink.put(recordOf(1, patient("a", 2)));
  await sink.settled(2);

  assert.deepEqual((await medplum.history("Patient", "a")).map(stateOf), [1, 77, 2]);
});

for (const policy of ["dlq", "fail"] as const) {
  test(`somebody else's write in between with fhir.conflict.policy=${policy}`, async (t) => {
    const { medplum, front } = await startStores(t);
    const sink = await startTask(t, front, { props: { "fhir.conflict.policy": policy } });
    await sink.put(recordOf(0, patient("a", 1)));
    await sink.settled(1);
    await medplum.repository.updateResource(patient("a", 77) as never);

    await sink.put(recordOf(1, patient("a", 2)));

    if (policy === "fail") {
      await assert.rejects(sink.settled(2), { name: "ConnectError", code: "FHIR_STORE_CONFLICT" });
    } else {
      await sink.settled(2);
      assert.deepEqual(
        sink.reports.map(({ error }) => error.code),
        ["FHIR_STORE_CONFLICT"],
      );
    }
    assert.equal(stateOf(await medplum.read("Patient", "a")), 77);
  });
}

test("a Bundle of the record is taken apart; entries that are not safe to repeat are refused", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front);
  const bundle = (method: string) => ({
    resourceType: "Bundle",
    type: "transaction",
    entry: [
      { resource: patient("a", 1), request: { method: "PUT", url: "Patient/a" } },
      { resource: patient("b", 1), request: { method, url: "Patient" } },
    ],
  });

  await sink.put(recordOf(0, bundle("PUT")), recordOf(1, bundle("POST")));
  await sink.settled(2);

  assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
  assert.equal(stateOf(await medplum.read("Patient", "b")), 1);
  assert.deepEqual(
    sink.reports.map(({ error }) => error.code),
    ["FHIR_VERB_UNSAFE"],
  );
});

test("FR-5 only the resource types that are asked for are written", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, { props: { "fhir.resource.types": "Patient" } });

  await sink.put(
    recordOf(0, { resourceType: "Observation", id: "o", status: "final", code: { text: "x" } }),
    recordOf(1, patient("a", 1)),
  );
  await sink.settled(2);

  assert.equal(await medplum.read("Observation", "o"), undefined);
  assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
});

const identified = (value: string, state: number) => ({
  resourceType: "Patient",
  identifier: [{ system: "urn:invented", value }],
  name: [{ family: `State${state}` }],
});

test("a resource without id becomes a conditional update by its identifier, one at a time for each", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, { props: { "fhir.update.mode": "identifier" } });

  await sink.put(
    recordOf(0, identified("1", 1)),
    recordOf(1, identified("1", 2)),
    recordOf(2, { ...identified("2", 1), id: "own" }),
  );
  await sink.settled(3);

  const found = await medplum.repository.searchResources({ resourceType: "Patient" } as never);
  const states = found.map((each) => stateOf(each as never));
  assert.deepEqual(states.toSorted(), [1, 2]);
});

test("a resource without id gets one made of its identifier, when that is asked for", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, { props: { "fhir.missing.id.policy": "derive" } });

  await sink.put(recordOf(0, identified("1", 1)), recordOf(1, identified("1", 2)));
  await sink.settled(2);

  const found = await medplum.repository.searchResources({ resourceType: "Patient" } as never);
  assert.deepEqual(
    found.map((each) => stateOf(each as never)),
    [2],
  );
});

test("GH-9 ids that match the pattern go to the dead letter queue, or are hashed with all references to them", async (t) => {
  const { medplum, front } = await startStores(t);
  const pattern = { "fhir.sensitive.id.pattern": "[0-9]{3}-[0-9]{2}-[0-9]{4}" };
  const observation = {
    resourceType: "Observation",
    id: "o",
    status: "final",
    code: { text: "x" },
    subject: { reference: "Patient/999-00-0001" },
  };
  const refusing = await startTask(t, front, { props: pattern });
  await refusing.put(recordOf(0, patient("999-00-0001", 1)));
  await refusing.settled(1);
  const hashing = await startTask(t, front, {
    props: {
      ...pattern,
      "fhir.sensitive.id.action": "hash",
      "fhir.sensitive.id.secret": "an invented secret",
    },
  });

  await hashing.put(recordOf(1, patient("999-00-0001", 1)), recordOf(2, observation));
  await hashing.settled(3);

  assert.deepEqual(
    refusing.reports.map(({ error }) => error.code),
    ["FHIR_ID_SENSITIVE"],
  );
  const stored = (await medplum.read("Observation", "o")) as { subject: { reference: string } };
  const [, id = ""] = stored.subject.reference.split("/");
  assert.match(id, /^[0-9a-f]{40}$/);
  assert.equal(stateOf(await medplum.read("Patient", id)), 1);
  for (const { body, path } of front.requests) assert.doesNotMatch(body + path, /999-00-0001/);
});
