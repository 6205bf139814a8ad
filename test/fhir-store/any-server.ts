import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { Props, SinkRecord } from "#connect-api";
import { FhirStoreSinkConnector } from "../../connectors/fhir-store-sink/connector.ts";
import { startFront } from "../servers/fhir/front.ts";
import { eventually } from "../support/rest-client.ts";
import { recordOf as sinkRecord, sinkContext } from "../support/sink-context.ts";

/** A FHIR server that is not ours, over HTTP alone. */
export interface AnyServer {
  readonly url: string;
  /** Whether it refuses references that lead nowhere. */
  readonly checksReferences: boolean;
  /** Whether it knows what it has deleted (410 and a history). */
  readonly remembersDeletions: boolean;
  /** A resource that it refuses; undefined: it takes everything. */
  readonly refused?: (id: string) => object;
  /** Settings that a connector needs for it. */
  readonly props?: Props;
}

const TOPIC = "healthcare.fhir.any";
let tests = 0;

async function startSink(t: TestContext, url: string, own: Props = {}) {
  const task = new (new FhirStoreSinkConnector().taskClass())();
  const props = {
    "fhir.server.url": url,
    "retry.backoff.ms": "20",
    "retry.backoff.max.ms": "500",
    ...own,
  };
  const reports: { readonly offset: number; readonly code: string; readonly text: string }[] = [];
  task.initialize(
    sinkContext(props, {
      errantRecordReporter: {
        report: async (record, error) => {
          const { code, message } = error as Error & { readonly code: string };
          reports.push({ offset: record.originalOffset, code, text: message });
        },
      },
    }),
  );
  await task.start(props);
  t.after(() => task.stop());
  await task.open([{ topic: TOPIC, partition: 0 }]);
  const never = new AbortController().signal;
  const committable = async (): Promise<number> =>
    (await task.preCommit([{ topic: TOPIC, partition: 0, offset: 1e9 }]))[0]?.offset ?? 0;
  return {
    reports,
    committable,
    stop: async () => task.stop(),
    put: async (...records: readonly SinkRecord[]) => task.put(records, never),
    settled: (offset: number) =>
      eventually(
        "it is settled",
        async () => {
          await task.put([], never);
          return (await committable()) >= offset;
        },
        180_000,
        20,
      ),
  };
}

const recordOf = (offset: number, value: object | string | null, key = "k"): SinkRecord =>
  sinkRecord(offset, value, { topic: TOPIC, key, timestamp: 1_790_000_000_000 + offset });

const patient = (id: string, state: number) => ({
  resourceType: "Patient",
  id,
  name: [{ family: `State${state}` }],
});

const stateOf = (resource: unknown): number | undefined => {
  const { name } = (resource ?? {}) as { readonly name?: readonly { readonly family: string }[] };
  return name?.[0] ? Number(name[0].family.slice(5)) : undefined;
};

async function read(url: string, path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${url}/${path}`, { headers: { accept: "application/fhir+json" } });
  return { status: answer.status, body: await answer.json().catch(() => undefined) };
}

/** The states of a resource, oldest first. */
async function statesOf(url: string, key: string): Promise<(number | undefined)[]> {
  const { body } = await read(url, `${key}/_history?_count=100`);
  const { entry = [] } = (body ?? {}) as {
    entry?: { readonly resource?: { readonly meta?: { readonly lastUpdated?: string } } }[];
  };
  return entry
    .filter(({ resource }) => resource)
    .toSorted((a, b) =>
      (a.resource?.meta?.lastUpdated ?? "") < (b.resource?.meta?.lastUpdated ?? "") ? -1 : 1,
    )
    .map(({ resource }) => stateOf(resource));
}

/**
 * FR-3: what the sink promises, on whatever server it is given. Servers differ, and what they cannot show is not asked of
 * them (`AnyServer`).
 */
export function claimsOn(name: string, serverOf: (t: TestContext) => Promise<AnyServer>): void {
  /** Ids of one test, so that tests on one server do not meet. */
  const prefix = (): string => `t${process.pid}-${++tests}`;

  test(`FR-3 ${name}: what it says it can do is enough for validate`, async (t) => {
    const { url } = await serverOf(t);

    const report = await new FhirStoreSinkConnector().validate({ "fhir.server.url": url });

    assert.deepEqual(
      report.flatMap(({ errors }) => errors),
      [],
    );
  });

  for (const interaction of ["batch", "transaction", "single"]) {
    test(`FR-3 ${name}, ${interaction}: states in order, a replay adds none and never steps back, a deletion deletes`, async (t) => {
      const { url, props = {}, remembersDeletions } = await serverOf(t);
      const [a, b] = [`${prefix()}-a`, `${prefix()}-b`];
      const records = [
        recordOf(0, patient(a, 1)),
        recordOf(1, patient(b, 1)),
        recordOf(2, patient(a, 2)),
        recordOf(3, patient(a, 3)),
      ];
      const settings = { ...props, "fhir.interaction": interaction };
      const first = await startSink(t, url, settings);
      await first.put(...records);
      await first.settled(4);
      await first.stop();
      const replay = await startSink(t, url, settings);
      await replay.put(...records);
      await replay.settled(4);
      const states = await statesOf(url, `Patient/${a}`);
      await replay.put(recordOf(4, null, `Patient/${b}`));
      await replay.settled(5);
      const after = await startSink(t, url, settings);
      await after.put(...records, recordOf(4, null, `Patient/${b}`));
      await after.settled(5);

      assert.deepEqual(states, [1, 2, 3]);
      assert.notEqual((await read(url, `Patient/${b}`)).status, 200);
      if (remembersDeletions) assert.deepEqual(await statesOf(url, `Patient/${b}`), [1]);
      assert.deepEqual([...first.reports, ...replay.reports, ...after.reports], []);
    });
  }

  test(`FR-3 ${name}: somebody else's write in between is seen, and the newer state of the source lands`, async (t) => {
    const { url, props = {} } = await serverOf(t);
    const id = prefix();
    const sink = await startSink(t, url, props);
    await sink.put(recordOf(0, patient(id, 1)));
    await sink.settled(1);
    await fetch(`${url}/Patient/${id}`, {
      method: "PUT",
      headers: { "content-type": "application/fhir+json" },
      body: JSON.stringify(patient(id, 77)),
    });

    await sink.put(recordOf(1, patient(id, 2)));
    await sink.settled(2);

    assert.deepEqual(await statesOf(url, `Patient/${id}`), [1, 77, 2]);
    assert.deepEqual(sink.reports, []);
  });

  test(`FR-3 ${name}: an Observation before its Patient, in one poll and out of order, ends with both`, async (t) => {
    const { url, props = {} } = await serverOf(t);
    const id = prefix();
    const observation = {
      resourceType: "Observation",
      id,
      status: "final",
      code: { text: "invented" },
      subject: { reference: `Patient/${id}` },
    };
    const sink = await startSink(t, url, props);

    await sink.put(recordOf(0, observation));
    await delay(50);
    await sink.put(recordOf(1, patient(id, 1)));
    await sink.settled(2);

    assert.equal((await read(url, `Observation/${id}`)).status, 200);
    assert.deepEqual(sink.reports, []);
  });

  test(`FR-3 ${name}: a reference that never leads anywhere, and a resource that it refuses, are dead letters; the others land`, async (t) => {
    const { url, props = {}, checksReferences, refused } = await serverOf(t);
    const id = prefix();
    const dangling = {
      resourceType: "Observation",
      id: `${id}-o`,
      status: "final",
      code: { text: "invented" },
      subject: { reference: `Patient/${id}-nobody` },
    };
    const sink = await startSink(t, url, { ...props, "fhir.reference.retry.ms": "1000" });
    const others = Array.from({ length: 20 }, (_, at) => recordOf(at, patient(`${id}-${at}`, 1)));

    await sink.put(
      ...others,
      recordOf(20, dangling),
      recordOf(21, refused?.(`${id}-r`) ?? patient(`${id}-r`, 1)),
    );
    await sink.settled(22);

    const expected = [
      ...(checksReferences ? [[20, "FHIR_STORE_REFERENCE_MISSING"]] : []),
      ...(refused ? [[21, "FHIR_STORE_REFUSED"]] : []),
    ];
    assert.deepEqual(sink.reports.map(({ offset, code }) => [offset, code]).toSorted(), expected);
    for (const { text } of sink.reports) assert.doesNotMatch(text, new RegExp(id));
    for (let at = 0; at < 20; at += 1) {
      assert.equal((await read(url, `Patient/${id}-${at}`)).status, 200);
    }
  });

  test(`FR-3 ${name}: numbers keep their digits`, async (t) => {
    const { url, props = {} } = await serverOf(t);
    const id = prefix();
    const sink = await startSink(t, url, props);
    const text = `{"resourceType":"Observation","id":"${id}","status":"final","code":{"text":"x"},"valueQuantity":{"value":7.125,"unit":"g"}}`;

    await sink.put(recordOf(0, text));
    await sink.settled(1);

    const answer = await fetch(`${url}/Observation/${id}`);
    assert.match(await answer.text(), /"value":\s*7\.125/);
  });

  const kills = Number(process.env["FHIR_STORE_KILLS"] ?? 5);
  test(
    `FR-3 ${name}: killed ${kills} times, with answers lost and cut, every resource shows its last state, and none steps back`,
    { timeout: 60_000 + kills * 20_000 },
    async (t) => {
      const { url, props = {} } = await serverOf(t);
      const front = await startFront({ backend: url });
      t.after(() => front.stop());
      const id = prefix();
      const total = kills * 30;
      const records = Array.from({ length: total }, (_, at) =>
        recordOf(at, patient(`${id}-${at % 11}`, at)),
      );
      let committed = 0;
      for (let kill = 0; kill < kills; kill += 1) {
        const life = { requests: 0, isOver: false };
        front.fault = () => {
          life.requests += 1;
          if (life.requests < 2 + ((kill * 7) % 9)) return undefined;
          life.isOver = true;
          const kinds = ["reset-before", "reset-after", "truncate-after"] as const;
          return { kind: kinds[kill % 3] as (typeof kinds)[number] };
        };
        const sink = await startSink(t, front.url, { ...props, "fhir.bundle.max.entries": "4" });
        for (let at = committed; at < total && !life.isOver; at += 20) {
          await sink.put(...records.slice(at, at + 20));
          committed = Math.max(committed, await sink.committable());
        }
        await eventually(
          "the task has met its end",
          async () => life.isOver || (await sink.committable()) >= total,
          120_000,
          5,
        );
        await sink.stop();
      }
      front.fault = () => undefined;
      const last = await startSink(t, front.url, props);
      await last.put(...records.slice(committed));
      await last.settled(total);

      for (let at = 0; at < 11; at += 1) {
        const states = await statesOf(url, `Patient/${id}-${at}`);
        const newest = records.length - 1 - ((records.length - 1 - at) % 11);
        assert.equal(states.at(-1), newest);
        assert.deepEqual(
          states,
          states.toSorted((x, y) => Number(x) - Number(y)),
        );
        assert.equal(new Set(states).size, states.length);
      }
      assert.deepEqual(last.reports, []);
    },
  );
}
