import assert from "node:assert/strict";
import { test } from "node:test";
import type { FhirResource } from "fhir/r4";
import { parseMessage } from "#lib/hl7v2";
import { convertMessage } from "./library.ts";
import type { ConversionOptions } from "./library.ts";

const options: ConversionOptions = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00Z" };
const PID = "PID|1||4711^^^HOSP^MR||Doe^Jane";

function convert(
  type: string,
  body: string,
  more: Partial<ConversionOptions> = {},
  control = "M1",
): readonly FhirResource[] {
  const text = `MSH|^~\\&|APP|HOSP|CC|CX|20260101120000||${type}|${control}|P|2.5.1\r${body}\r`;
  const result = convertMessage(parseMessage(text), { ...options, ...more });
  assert.ok("made" in result);
  return result.made.map(({ resource }) => resource);
}

function idsOf(list: readonly FhirResource[], type: string): readonly (string | undefined)[] {
  return list.filter(({ resourceType }) => resourceType === type).map(({ id }) => id);
}

test("the same order in an order message and in its result is one request", () => {
  const ordered = convert("ORM^O01", `${PID}\rORC|NW|P1^HOSP\rOBR|1|P1^HOSP||58410-2^CBC^LN`);
  const result = convert(
    "ORU^R01",
    `${PID}\rOBR|1|P1^HOSP|F1^LAB|58410-2^CBC^LN||||||||||||||||||||||F`,
    {},
    "M2",
  );

  assert.deepEqual(idsOf(ordered, "ServiceRequest"), idsOf(result, "ServiceRequest"));
});

test("two orders with one number and one code in a message stay two, and again when they are replayed", () => {
  const body = `${PID}\rOBR|1|P1|F1|a^A^L\rOBX|1|ST|b^B^L||x\rOBR|2|P1|F1|a^A^L\rOBX|1|ST|b^B^L||y`;
  const made = convert("ORU^R01", body);

  for (const type of ["ServiceRequest", "DiagnosticReport", "Observation"]) {
    assert.equal(new Set(idsOf(made, type)).size, 2, type);
  }
  assert.deepEqual(made, convert("ORU^R01", body));
});

test("equal observations of one order stay apart by their count", () => {
  const body = `${PID}\rOBR|1|P1|F1|a^A^L\rOBX|1|NM|b^B^L||1\rOBX|2|NM|b^B^L||1`;

  assert.equal(new Set(idsOf(convert("ORU^R01", body), "Observation")).size, 2);
});

test("patients without an identifier are never one", () => {
  const nobody = "PID|1||||Doe^Jane";
  const [first] = idsOf(convert("ADT^A28", nobody), "Patient");
  const [second] = idsOf(convert("ADT^A28", nobody, {}, "M2"), "Patient");

  assert.ok(first);
  assert.notEqual(first, second);
});

test("the same number of another authority is another patient", () => {
  const [here] = idsOf(convert("ADT^A28", PID), "Patient");
  const [there] = idsOf(convert("ADT^A28", PID.replace("^^^HOSP", "^^^CLINIC")), "Patient");

  assert.notEqual(here, there);
});

test("another name space gives every resource another id, and references follow", () => {
  const plain = convert("ADT^A28", PID);
  const apart = convert("ADT^A28", PID, { idNamespace: "north" });

  const all = (list: readonly FhirResource[]) =>
    list.map(({ resourceType, id }) => `${resourceType}/${id}`);
  assert.equal(new Set(all(plain)).intersection(new Set(all(apart))).size, 0);
  for (const [, reference = ""] of JSON.stringify(apart).matchAll(/"reference":"([^"]+)"/g)) {
    assert.ok(all(apart).includes(reference));
  }
});

test("US Core: what nothing is known of has a data-absent-reason, and plain R4 has none of it", () => {
  const body = "PID|1||4711\rPV1|1|I";
  const core = convert("ADT^A01", body, { profile: "us-core" });
  const patient = core.find((each) => each.resourceType === "Patient");
  const plain = convert("ADT^A01", body).find((each) => each.resourceType === "Patient");

  assert.deepEqual(patient?.meta?.profile, [
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient",
  ]);
  assert.equal(patient.gender, "unknown");
  assert.match(JSON.stringify(patient.name), /data-absent-reason/);
  assert.equal(plain?.gender, undefined);
  assert.equal(plain?.name, undefined);
  assert.equal(plain?.meta, undefined);
});
