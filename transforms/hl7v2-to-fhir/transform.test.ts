import assert from "node:assert/strict";
import { test } from "node:test";
import type { Patient } from "fhir/r4";
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

const waysFile = "transforms/hl7v2-to-fhir/local/fixtures/three-hospitals.json";

test("local ways come from a file or as text, and hold for their sender alone", () => {
  const systemOf = (props: Record<string, string>, facility: string): unknown => {
    const made = new Hl7v2ToFhir();
    made.configure(props);
    const value = `MSH|^~\\&|A|${facility}|C|D|20260101||ADT^A01|1|P|2.5\rEVN||1\rPID|1||7^^^NMR||Doe\r`;
    const records = made.apply(new SinkRecord({ topic: "t", partition: 0, offset: 0, value }));
    const resources = [records].flat().map((each) => each.value as Patient);
    return resources.find(({ resourceType }) => resourceType === "Patient")?.identifier?.[0]
      ?.system;
  };
  const text = JSON.stringify({ senders: [{ name: "all", systems: { NMR: "urn:oid:2.999.7" } }] });

  assert.equal(systemOf({ "local.ways.file": waysFile }, "NORTHMERE"), "urn:oid:2.999.10.1");
  assert.equal(systemOf({ "local.ways.file": waysFile }, "WESTEND"), undefined);
  assert.equal(systemOf({ "local.ways": text }, "WESTEND"), "urn:oid:2.999.7");
});

for (const [what, props, message] of [
  ["in both places", { "local.ways": "{}", "local.ways.file": waysFile }, /exclude each other/],
  ["in a file that is not there", { "local.ways.file": "/no/such/file" }, /cannot be read/],
  ["that are misspelt", { "local.ways": '{"sender":[]}' }, /has no "sender"/],
] as const) {
  test(`local ways ${what} are a config error`, () => {
    assert.throws(() => new Hl7v2ToFhir().configure(props), { code: "CONFIG_INVALID", message });
  });
}
