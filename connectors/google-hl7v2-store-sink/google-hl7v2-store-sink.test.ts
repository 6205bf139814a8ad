import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { NO_METRICS, SinkRecord } from "#connect-api";
import type { LogFields, Props } from "#connect-api";
import {
  googleError,
  googleNames,
  serviceAccountKey,
  startGoogle,
} from "#test/servers/fhir/google";
import type { GoogleFacade } from "#test/servers/fhir/google";
import { eventually } from "#test/support/rest-client";
import { GoogleHl7v2StoreSinkConnector } from "./connector.ts";

/*
 * Google's own client against a double of the HL7v2 store that is ours, after Google's documentation: no independent one exists.
 */

const TOPIC = "healthcare.hl7v2.adt";

async function startStore(t: TestContext): Promise<GoogleFacade> {
  const google = await startGoogle();
  t.after(() => google.stop());
  return google;
}

const propsOf = (google: GoogleFacade, props: Props = {}): Props => ({
  ...googleNames,
  "google.hl7v2.store": "store",
  "google.api.endpoint": google.front.origin,
  "google.credentials": serviceAccountKey,
  "retry.backoff.ms": "5",
  "retry.backoff.max.ms": "20",
  ...props,
});

async function startSink(t: TestContext, google: GoogleFacade, own: Props = {}) {
  const task = new (new GoogleHl7v2StoreSinkConnector().taskClass())();
  const props = propsOf(google, own);
  const told: string[] = [];
  const reports: { readonly offset: number; readonly code: string; readonly text: string }[] = [];
  const note = (fields: LogFields, message: string): void =>
    void told.push(JSON.stringify({ ...fields, message }));
  task.initialize({
    connectorName: "hl7v2",
    taskId: 0,
    log: { debug: note, info: note, warn: note, error: note },
    metrics: NO_METRICS,
    configs: () => props,
    offset: () => {},
    timeout: () => {},
    assignment: () => [],
    pause: () => {},
    resume: () => {},
    requestCommit: () => {},
    errantRecordReporter: {
      report: async (record, error) => {
        const { code, message } = error as Error & { readonly code: string };
        reports.push({ offset: record.originalOffset, code, text: `${message} ${String(error)}` });
      },
    },
  });
  await task.start(props);
  t.after(() => task.stop());
  await task.open([{ topic: TOPIC, partition: 0 }]);
  const never = new AbortController().signal;
  const committable = async () =>
    (await task.preCommit([{ topic: TOPIC, partition: 0, offset: 1e9 }]))[0]?.offset ?? 0;
  return {
    reports,
    told,
    committable,
    put: async (...records: readonly SinkRecord[]) => task.put(records, never),
    settled: (offset: number) =>
      eventually("it is settled", async () => {
        await task.put([], never);
        return (await committable()) >= offset;
      }),
  };
}

const recordOf = (offset: number, value: unknown, key = "k"): SinkRecord =>
  new SinkRecord({
    topic: TOPIC,
    partition: 0,
    offset,
    key,
    value,
    timestamp: 1,
    timestampType: "CREATE_TIME",
  });

const message = (id: string, more = ""): Buffer =>
  Buffer.from(`MSH|^~\\&|APP|FAC|||20260101||ADT^A01|${id}|P|2.5.1\rPID|1||${more}\r`, "latin1");

test("HL-1 messages arrive byte by byte: other charsets, binary OBX, every kind of line end", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google);
  const latin = message("1", "M\u00fcller");
  const every = Buffer.concat([
    message("2"),
    Buffer.from(Array.from({ length: 256 }, (_, at) => at)),
  ]);

  await sink.put(recordOf(0, latin), recordOf(1, every));
  await sink.settled(2);

  assert.deepEqual(google.messages, [latin, every]);
});

test("HL-1 a text is no message: it was decoded on its way, so the task says which converter to set", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google);

  await assert.rejects(sink.put(recordOf(0, "MSH|")), {
    code: "HL7V2_VALUE_NOT_BYTES",
    message: /ByteArrayConverter/,
  });
});

for (const code of ["AE", "AR"] as const) {
  test(`HL-2 ${code} goes to the dead letter queue with codes, and without what the answer says`, async (t) => {
    const google = await startStore(t);
    google.nack = (text) => (text.includes("BAD") ? code : undefined);
    const sink = await startSink(t, google);

    await sink.put(recordOf(0, message("BAD")), recordOf(1, message("2")));
    await sink.settled(2);

    assert.deepEqual(
      sink.reports.map(({ offset, code: each }) => [offset, each]),
      [[0, "HL7V2_STORE_NACK"]],
    );
    assert.match(sink.reports[0]?.text ?? "", new RegExp(`400, ${code}`));
    assert.doesNotMatch(sink.reports[0]?.text ?? "", /MARKER/);
    assert.equal(google.messages.length, 1);
  });
}

test("HL-2 what passes is tried again, and the message is there once", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google);
  let seen = 0;
  google.front.fault = () => {
    seen += 1;
    const faults = [
      { kind: "reset-after" } as const,
      { kind: "answer", answer: googleError(429, "RESOURCE_EXHAUSTED") } as const,
      { kind: "answer", answer: googleError(500, "INTERNAL") } as const,
      { kind: "truncate-after" } as const,
    ];
    return faults[seen - 1];
  };

  await sink.put(recordOf(0, message("1")));
  await sink.settled(1);

  assert.deepEqual(google.messages, [message("1")]);
  assert.equal(sink.reports.length, 0);
});

test("HL-3 a store that refuses duplicates has the message: it counts as done", async (t) => {
  const google = await startStore(t);
  google.rejectDuplicates = true;
  const sink = await startSink(t, google);

  await sink.put(recordOf(0, message("1")));
  await sink.settled(1);
  await sink.put(recordOf(1, message("1")));
  await sink.settled(2);

  assert.equal(google.messages.length, 1);
  assert.equal(sink.reports.length, 0);
});

test("HL-4 no control id and nothing else of a message is in a line of the log or a report", async (t) => {
  const google = await startStore(t);
  google.nack = () => "AE";
  const sink = await startSink(t, google);

  await sink.put(recordOf(0, message("CONTROL-ID-9", "MARKER"), "MARKER-KEY"));
  await sink.settled(1);

  for (const line of [...sink.told, ...sink.reports.map(({ text }) => text)]) {
    assert.doesNotMatch(line, /CONTROL-ID-9|MARKER/);
  }
});

const orders: readonly [string, (at: number) => { key: string; facility: string }, boolean][] = [
  ["key", (at) => ({ key: `k${at % 2}`, facility: "F" }), false],
  ["sending-facility", (at) => ({ key: "k", facility: `F${at % 2}` }), false],
  ["partition", (at) => ({ key: `k${at}`, facility: `F${at}` }), true],
];
for (const [by, place, isAll] of orders) {
  test(`HL-5 order by ${by}: what belongs together arrives in order, others side by side`, async (t) => {
    const google = await startStore(t);
    const sink = await startSink(t, google, { "hl7v2.order.by": by });
    const records = Array.from({ length: 20 }, (_, at) => {
      const { key, facility } = place(at);
      const text = message(String(at)).toString("latin1").replace("|FAC|", `|${facility}|`);
      return recordOf(at, Buffer.from(text, "latin1"), key);
    });
    let seen = 0;
    // The first ones are slow, so whatever may overtake them does.
    google.front.fault = () => {
      seen += 1;
      return seen % 3 === 0 ? { kind: "delay", ms: 15 } : undefined;
    };

    await sink.put(...records);
    await sink.settled(20);

    const ids = google.messages.map((each) => Number(each.toString("latin1").split("|")[9]));
    const groups = isAll ? [ids] : [0, 1].map((group) => ids.filter((id) => id % 2 === group));
    for (const group of groups)
      assert.deepEqual(
        group,
        group.toSorted((a, b) => a - b),
      );
  });
}

test("validate looks at the store, and tells what is wrong on its key", async (t) => {
  const google = await startStore(t);
  const errorsOf = async (own: Props) =>
    (await new GoogleHl7v2StoreSinkConnector().validate(propsOf(google, own)))
      .filter(({ errors }) => errors.length > 0)
      .map(({ name }) => name);

  assert.deepEqual(await errorsOf({}), []);
  assert.deepEqual(await errorsOf({ "google.hl7v2.store": "other" }), ["google.hl7v2.store"]);
  assert.deepEqual(await errorsOf({ "google.credentials": "x" }), ["google.credentials"]);
});

test("a store that is not allowed fails the task with what to check", async (t) => {
  const google = await startStore(t);
  const sink = await startSink(t, google);
  google.front.fault = () => ({ kind: "answer", answer: googleError(403, "PERMISSION_DENIED") });

  await sink.put(recordOf(0, message("1")));

  await assert.rejects(sink.settled(1), { code: "HL7V2_STORE_NOT_ALLOWED" });
});
