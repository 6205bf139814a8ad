import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, Headers, SinkRecord } from "#connect-api";
import { Hl7v2ToFhir } from "./transform.ts";

const text = "MSH|^~\\&|LAB|HOSP|||20260101||ADT^A31|M1|P|2.5\rPID|1||4711^^^HOSP^MR||Doe^Jane\r";
const record = (value: unknown): SinkRecord =>
  new SinkRecord({
    topic: "healthcare.hl7v2.adt",
    partition: 3,
    offset: 7,
    timestamp: 1000,
    key: "4711",
    value,
    headers: new Headers([
      { key: "source-system", schema: null, value: "LAB|HOSP" },
      { key: "hl7-version", schema: null, value: "2.5" },
      { key: "message-control-id", schema: null, value: "M1" },
    ]),
  });

function transform(props: Readonly<Record<string, string>> = {}): Hl7v2ToFhir {
  const made = new Hl7v2ToFhir();
  made.configure(props);
  return made;
}

test("each resource is a record of its type's topic, under the message's key, with FHIR's headers", () => {
  const made = transform({ "topic.prefix": "f." }).apply(record(new TextEncoder().encode(text)));
  assert.ok(Array.isArray(made));
  const patient = (made as SinkRecord[]).find(({ topic }) => topic === "f.patient");

  assert.equal(patient?.topic, "f.patient");
  assert.equal(patient.key, "4711");
  assert.equal(patient.partition, null);
  assert.equal(patient.originalOffset, 7);
  assert.deepEqual(
    [...patient.headers].map(({ key, value }) => `${key}=${String(value)}`),
    [
      "content-type=application/fhir+json",
      "fhir-version=R4",
      "hl7.unmapped-fields=0",
      "source-system=LAB|HOSP",
      "message-control-id=M1",
    ],
  );
});

test("a tombstone passes through", () => {
  const tombstone = record(null);
  assert.equal(transform().apply(tombstone), tombstone);
});

for (const [what, value, code] of [
  ["a number", 7, "HL7_VALUE_INVALID"],
  ["text that is not HL7", "hello", "HL7_MSH_MISSING"],
  ["an unknown trigger event", "MSH|^~\\&|||||||ZZZ^Z01\rPID|1\r", "HL7_TRIGGER_UNSUPPORTED"],
] as const) {
  test(`${what} is a data error ${code}`, () => {
    assert.throws(() => transform().apply(record(value)), { name: DataError.name, code });
  });
}

test("a time zone that is none is refused with what to write instead", () => {
  assert.throws(() => transform({ "time.zone": "Mars/Olympus" }), /Europe\/Berlin/);
});
