import assert from "node:assert/strict";
import { test } from "node:test";
import { RetriableError } from "#connect-api";
import { entriesOf, withoutSome } from "#test/servers/fhir/entries";
import type { BundleEntry } from "#test/servers/fhir/entries";
import { outcomeAnswer } from "#test/servers/fhir/front";
import type { FrontFault } from "#test/servers/fhir/front";
import {
  TOPIC,
  patient,
  recordOf,
  seeded,
  startStores,
  startTask,
  stateOf,
} from "./fixtures/harness.ts";

/* On Medplum's router (not ours); every fault is of our front. */

const writesOf = (requests: Parameters<typeof entriesOf>[0][]): string[][] =>
  requests
    .map((request) => entriesOf(request) ?? [])
    .map((entries) =>
      entries.filter(({ request }) => request.method !== "GET").map(({ request }) => request.url),
    )
    .filter((urls) => urls.length > 0);

const unknownOutcomes: readonly FrontFault[] = [
  { kind: "reset-before" },
  { kind: "reset-after" },
  { kind: "truncate-after" },
  { kind: "hang-after" },
  { kind: "answer", answer: { status: 502, body: "<html>bad gateway</html>" } },
  { kind: "answer", answer: { status: 500, body: "" } },
];
for (const fault of unknownOutcomes) {
  const name = fault.kind === "answer" ? `${fault.answer.status}` : fault.kind;
  test(`${name}: what the store has is read before anything is sent again, so there is one version of each state`, async (t) => {
    const { medplum, front } = await startStores(t);
    const sink = await startTask(t, front, { props: { "request.timeout.ms": "1000" } });
    let seen = 0;
    front.fault = (request) => {
      if (!(entriesOf(request) ?? []).some(({ request: { method } }) => method === "PUT")) {
        return undefined;
      }
      seen += 1;
      return seen === 1 ? fault : undefined;
    };

    await sink.put(
      recordOf(0, patient("a", 1)),
      recordOf(1, patient("a", 2)),
      recordOf(2, patient("b", 1)),
    );
    await sink.settled(3);

    assert.deepEqual((await medplum.history("Patient", "a")).map(stateOf), [1, 2]);
    assert.deepEqual((await medplum.history("Patient", "b")).map(stateOf), [1]);
    assert.equal(sink.reports.length, 0);
  });
}

test("GH-6 of a mixed batch only what may pass is sent again, the refused goes to the dead letter queue, and order per resource is kept", async (t) => {
  const failures = new Map([
    ["Patient/p409", { status: "409 Conflict", code: "conflict" }],
    ["Patient/p429", { status: "429 Too Many Requests", code: "throttled" }],
    ["Patient/p500", { status: "500 Internal Server Error", code: "exception" }],
    ["Patient/p400", { status: "400 Bad Request", code: "invalid", text: "MARKER-VALUE" }],
  ]);
  const failed = new Set<string>();
  const { medplum, front } = await startStores(t, {
    handle: (request, forward) =>
      withoutSome(request, forward, ({ request: { method, url } }: BundleEntry) => {
        const failure = method === "PUT" ? failures.get(url) : undefined;
        if (!failure || (failed.has(url) && url !== "Patient/p400")) return undefined;
        failed.add(url);
        return failure;
      }),
  });
  const sink = await startTask(t, front);
  const ids = ["p200", "p400", "p409", "p429", "p500"];

  await sink.put(
    ...ids.map((id, offset) => recordOf(offset, patient(id, 1))),
    ...ids.map((id, offset) => recordOf(5 + offset, patient(id, 2))),
  );
  await sink.settled(10);

  for (const id of ["p200", "p409", "p429", "p500"]) {
    assert.deepEqual((await medplum.history("Patient", id)).map(stateOf), [1, 2], id);
  }
  const sent = writesOf([...front.requests]).flat();
  const times = (id: string) => sent.filter((url) => url === `Patient/${id}`).length;
  assert.deepEqual(ids.map(times), [2, 2, 3, 3, 3]);
  assert.deepEqual(
    sink.reports.map(({ record, error }) => [record.originalOffset, error.code]),
    [
      [1, "FHIR_STORE_REFUSED"],
      [6, "FHIR_STORE_REFUSED"],
    ],
  );
  assert.match(sink.reports[0]?.error.message ?? "", /400 invalid/);
});

test("without a dead letter queue a refused resource fails the task", async (t) => {
  const { front } = await startStores(t, {
    handle: (request, forward) =>
      withoutSome(request, forward, ({ request: { method } }) =>
        method === "PUT" ? { status: "422", code: "structure" } : undefined,
      ),
  });
  const sink = await startTask(t, front, { hasReporter: false });

  await sink.put(recordOf(0, patient("a", 1)));

  await assert.rejects(sink.settled(1), { name: "DataError", code: "FHIR_STORE_REFUSED" });
});

for (const status of [403, 405, 501]) {
  test(`${status} is for a person: the task fails and says what to check`, async (t) => {
    const { front } = await startStores(t);
    const sink = await startTask(t, front);
    front.fault = () => ({ kind: "answer", answer: outcomeAnswer(status, "forbidden", "MARKER") });

    await sink.put(recordOf(0, patient("a", 1)));

    await assert.rejects(sink.settled(1), (error: Error & { code?: string }) => {
      assert.equal(error.code, "FHIR_STORE_NOT_ALLOWED");
      assert.match(error.message, new RegExp(`${status}.*check`));
      assert.doesNotMatch(error.message, /MARKER/);
      return true;
    });
  });
}

test("a resource that the store keeps failing on goes to the dead letter queue, because it takes others", async (t) => {
  const { medplum, front } = await startStores(t, {
    handle: (request, forward) =>
      withoutSome(request, forward, ({ request: { method, url } }) =>
        method === "PUT" && url === "Patient/poison"
          ? { status: "500", code: "exception" }
          : undefined,
      ),
  });
  const sink = await startTask(t, front, { props: { "fhir.resource.retries.max": "3" } });
  await sink.put(recordOf(0, patient("poison", 1)));

  for (let offset = 1; sink.reports.length === 0 && offset < 2000; offset += 1) {
    await sink.put(recordOf(offset, patient(`p${offset % 7}`, offset)));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  assert.deepEqual(
    sink.reports.map(({ record, error }) => [record.originalOffset, error.code]),
    [[0, "FHIR_STORE_KEEPS_FAILING"]],
  );
  assert.ok(await medplum.read("Patient", "p1"));
});

test("a store that is away counts for nobody: it is waited for", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, { props: { "fhir.resource.retries.max": "2" } });
  front.fault = () => ({ kind: "answer", answer: { status: 500, body: "" } });
  await sink.put(recordOf(0, patient("a", 1)));
  while (front.requests.length < 10) await new Promise((resolve) => setTimeout(resolve, 5));

  front.fault = () => undefined;
  await sink.settled(1);

  assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
  assert.equal(sink.reports.length, 0);
});

test("when the store is away the buffer stays bounded and put hands its records back", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, { props: { "buffer.count.records": "10" } });
  front.fault = () => ({ kind: "reset-before" });
  await sink.put(...Array.from({ length: 10 }, (_, at) => recordOf(at, patient(`p${at}`, 1))));

  const more = [recordOf(10, patient("p10", 1))];
  await assert.rejects(sink.put(...more), (error: Error & { code?: string }) => {
    assert.ok(error instanceof RetriableError);
    assert.equal(error.code, "FHIR_STORE_SLOW");
    return true;
  });

  assert.equal(await sink.committable(), 0);
  front.fault = () => undefined;
  await sink.settled(10);
  await sink.put(...more);
  await sink.settled(11);
  assert.equal(stateOf(await medplum.read("Patient", "p10")), 1);
});

test("a transaction that fails is cut in two until the culprit is found, and the others land", async (t) => {
  const { medplum, front } = await startStores(t, {
    // Medplum's router does not take a transaction back, so all or nothing is of our front.
    handle: async (request, forward) => {
      const isPoisoned = (entriesOf(request) ?? []).some(
        ({ request: { method, url } }) => method === "PUT" && url === "Patient/p13",
      );
      return isPoisoned ? outcomeAnswer(422, "value", "Patient/p13 MARKER") : forward(request);
    },
  });
  const sink = await startTask(t, front, { props: { "fhir.interaction": "transaction" } });

  await sink.put(...Array.from({ length: 32 }, (_, at) => recordOf(at, patient(`p${at}`, 1))));
  await sink.settled(32);

  assert.deepEqual(
    sink.reports.map(({ record, error }) => [record.originalOffset, error.code]),
    [[13, "FHIR_STORE_REFUSED"]],
  );
  for (let at = 0; at < 32; at += 1) {
    assert.equal(stateOf(await medplum.read("Patient", `p${at}`)), at === 13 ? undefined : 1);
  }
  // 32 → 16 → … → 1: each level costs two requests, not one for each resource.
  assert.ok(writesOf([...front.requests]).length <= 11);
});

test("a Bundle that is too large is cut in two, and a resource too large for itself goes to the dead letter queue", async (t) => {
  const { medplum, front } = await startStores(t, {
    handle: async (request, forward) =>
      request.body.length > 3000 ? outcomeAnswer(413, "too-long") : forward(request),
  });
  const sink = await startTask(t, front);
  const large = (id: string, size: number) => patient(id, 1, { language: "x".repeat(size) });

  await sink.put(
    ...Array.from({ length: 8 }, (_, at) => recordOf(at, large(`p${at}`, 600))),
    recordOf(8, large("huge", 5000)),
  );
  await sink.settled(9);

  for (let at = 0; at < 8; at += 1) assert.ok(await medplum.read("Patient", `p${at}`));
  assert.deepEqual(
    sink.reports.map(({ record, error }) => [record.originalOffset, error.code]),
    [[8, "FHIR_STORE_TOO_LARGE"]],
  );
});

test("single interaction: one request for each resource, for servers without Bundles", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, { props: { "fhir.interaction": "single" } });

  await sink.put(
    recordOf(0, patient("a", 1)),
    recordOf(1, patient("a", 2)),
    recordOf(2, patient("b", 1)),
  );
  await sink.settled(3);
  await sink.put(recordOf(3, null, { key: "Patient/b" }));
  await sink.settled(4);

  assert.deepEqual((await medplum.history("Patient", "a")).map(stateOf), [1, 2]);
  assert.equal(await medplum.read("Patient", "b"), undefined);
  assert.ok(front.requests.every(({ method }) => method !== "POST"));
});

test("FR-4 answers without outcome, with absolute locations or without any version are understood", async (t) => {
  const { medplum, front } = await startStores(t, {
    handle: async (request, forward) => {
      const answer = await forward(request);
      if (!entriesOf(request)) return answer;
      const bundle = JSON.parse(answer.body) as {
        entry: { resource?: { meta?: object }; response: Record<string, unknown> }[];
      };
      for (const [index, entry] of bundle.entry.entries()) {
        delete entry.response["outcome"];
        entry.response["status"] = `${String(entry.response["status"])} Whatever`;
        if (index % 2 === 0) delete entry.resource?.meta;
        else entry.response["location"] = `https://elsewhere.example/fhir/Patient/x/_history/7`;
      }
      return { ...answer, body: JSON.stringify(bundle) };
    },
  });
  const sink = await startTask(t, front, { props: { "fhir.ordering.guard": "none" } });

  await sink.put(recordOf(0, patient("a", 1)), recordOf(1, patient("b", 1)));
  await sink.settled(2);

  assert.equal(stateOf(await medplum.read("Patient", "a")), 1);
  assert.equal(sink.reports.length, 0);
});

test("what waits for a partition that is taken away is not written", async (t) => {
  const { medplum, front } = await startStores(t);
  const partitions = [0, 1].map((partition) => ({ topic: TOPIC, partition }));
  const sink = await startTask(t, front, { partitions });
  front.fault = () => ({ kind: "answer", answer: outcomeAnswer(503, "transient") });
  await sink.put(recordOf(0, patient("a", 1)), recordOf(0, patient("b", 1), { partition: 1 }));

  await sink.task.close(partitions.slice(0, 1));
  front.fault = () => undefined;
  await sink.settled(1, 1);

  assert.equal(await medplum.read("Patient", "a"), undefined);
  assert.equal(stateOf(await medplum.read("Patient", "b")), 1);
});

test("FR-7 a redirect is not followed, and the task says that the address is another", async (t) => {
  const { medplum, front } = await startStores(t);
  const sink = await startTask(t, front, {
    props: {
      "fhir.auth.type": "basic",
      "fhir.auth.username": "loader",
      "fhir.auth.password": "invented-password",
    },
  });
  front.fault = () => ({
    kind: "answer",
    answer: { status: 307, headers: { location: `${medplum.url}/` }, body: "" },
  });

  await sink.put(recordOf(0, patient("a", 1)));

  await assert.rejects(sink.settled(1), { code: "FHIR_STORE_REDIRECTS" });
  assert.equal(medplum.requests.length, 0);
});

test("no secret and nothing of a record is in any line, error or report, whatever the server says", async (t) => {
  const { front } = await startStores(t);
  const sink = await startTask(t, front, {
    props: { "fhir.auth.type": "bearer", "fhir.auth.bearer.token": "invented-token" },
  });
  const texts = ["MARKER-ID is wrong", "invented-token"];
  let seen = 0;
  front.fault = (request) => {
    seen += 1;
    if (seen < 4) return { kind: "reset-before" };
    const isWrite = (entriesOf(request) ?? []).some(({ request: { method } }) => method === "PUT");
    return isWrite
      ? { kind: "answer", answer: outcomeAnswer(400, "invalid", texts.join(" ")) }
      : undefined;
  };

  await sink.put(
    recordOf(0, patient("MARKER-ID", 1), { key: "MARKER-KEY" }),
    recordOf(1, "MARKER not json"),
  );
  await sink.settled(2);

  const told = [
    ...sink.log,
    ...sink.reports.map(({ error }) => `${error.message} ${String(error.cause)}`),
  ];
  assert.equal(sink.reports.length, 2);
  for (const line of told) assert.doesNotMatch(line, /MARKER|invented-token/);
});

/** `npm run test:fhir-store` kills more often. */
const KILLS = Number(process.env["FHIR_STORE_KILLS"] ?? 10);

test(`GH-2 a task killed at ${KILLS} points loses nothing, and the last event of each resource wins`, async (t) => {
  const { medplum, front } = await startStores(t);
  const random = seeded(20260101);
  const total = KILLS * 20;
  const isDeletion = (offset: number): boolean => offset % 17 === 16 && offset % 23 < 5;
  const records = Array.from({ length: total }, (_, offset) =>
    isDeletion(offset)
      ? recordOf(offset, null, { key: `Patient/p${offset % 23}` })
      : recordOf(offset, patient(`p${offset % 23}`, offset)),
  );
  let committed = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const at = 1 + Math.floor(random() * 8);
    const isAfter = random() < 0.5;
    let seen = 0;
    const life = { isOver: false };
    front.fault = () => {
      seen += 1;
      if (seen < at) return undefined;
      life.isOver = true;
      return { kind: isAfter ? "reset-after" : "reset-before" };
    };
    const sink = await startTask(t, front, { props: { "fhir.bundle.max.entries": "5" } });
    for (let offset = committed; offset < total && !life.isOver; offset += 10) {
      await sink.put(...records.slice(offset, offset + 10));
      committed = Math.max(committed, (await sink.committable()) ?? 0);
    }
    while (!life.isOver && (await sink.committable()) !== total) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await sink.stop();
  }
  front.fault = () => undefined;
  const last = await startTask(t, front);
  await last.put(...records.slice(committed));
  await last.settled(total);

  const expected = new Map<string, number | undefined>();
  for (const [offset] of records.entries()) {
    expected.set(`p${offset % 23}`, isDeletion(offset) ? undefined : offset);
  }
  for (const [id, state] of expected) {
    assert.equal(stateOf(await medplum.read("Patient", id)), state, id);
    // This server forgets what it deleted, so there a replay shows earlier states for a moment.
    if (Number(id.slice(1)) < 5) continue;
    const shown = (await medplum.history("Patient", id)).map((each) => stateOf(each) ?? -1);
    for (const [at, each] of shown.entries()) {
      assert.ok(at === 0 || each > (shown[at - 1] as number), `${id} never steps back`);
    }
  }
});
