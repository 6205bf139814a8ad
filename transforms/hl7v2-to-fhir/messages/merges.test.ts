import assert from "node:assert/strict";
import { test } from "node:test";
import type { FhirResource } from "fhir/r4";
import { parseMessage } from "#lib/hl7v2";
import { conversionReport, convertMessage } from "../library.ts";

const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00Z" };
const TO = "PID|||0816^^^HOSP^MR||Doe^Jane|||||||||||||ACC1^^^HOSP";
const EVENT_OF = "urn:hl7-org:v2xml#MRG.1";

function convert(event: string, ...segments: readonly string[]) {
  const header = `MSH|^~\\&|ADT|HOSP|||20260101120000+0000||ADT^${event}|${event}1|P|2.5.1`;
  const text = [header, "EVN||20260101120000+0000", ...segments, ""].join("\r");
  const message = parseMessage(new TextEncoder().encode(text));
  const result = convertMessage(message, options);
  assert.ok("made" in result);
  const resources = result.made.map(({ resource }) => resource);
  const { fields } = conversionReport(message, result.conversion);
  const unmapped = fields.filter(({ outcome }) => outcome === "unmapped").map(({ place }) => place);
  return { resources, unmapped, made: result.made };
}

function of<T extends FhirResource["resourceType"]>(type: T, resources: readonly FhirResource[]) {
  return resources.filter(
    (each): each is Extract<FhirResource, { resourceType: T }> => each.resourceType === type,
  );
}

const withIdentifier = (value: string, resources: readonly FhirResource[]) =>
  of("Patient", resources).find(({ identifier }) =>
    identifier?.some((each) => each.value === value),
  );

test("a moved account (A44) is that of the patient who got it, and both patients live on", () => {
  const { resources, unmapped } = convert("A44", TO, "MRG|0815^^^HOSP^MR||ACC1^^^HOSP");

  const [to, from] = [withIdentifier("0816", resources), withIdentifier("0815", resources)];
  const accounts = of("Account", resources);
  assert.deepEqual(
    accounts.map(({ status, subject }) => [status, subject?.[0]?.reference]),
    [["active", `Patient/${to?.id}`]],
  );
  assert.ok(from && from.active !== false && from.link === undefined);
  assert.equal(
    to?.extension?.find(({ url }) => url === EVENT_OF)?.valueReference?.reference,
    `Patient/${from.id}`,
  );
  assert.deepEqual(unmapped, []);
});

test("moved visits (A45) keep their ids and get the other patient", () => {
  const visit = (number: string) => `PV1||I|||||||||||||||||${number}^^^HOSP`;
  const before = convert("A01", "PID|||0815^^^HOSP^MR||Doe^Jane", visit("V1"));
  const { resources, unmapped } = convert(
    "A45",
    TO,
    "MRG|0815^^^HOSP^MR||||V1^^^HOSP",
    visit("V1"),
    "MRG|0815^^^HOSP^MR||||V2^^^HOSP",
    visit("V2"),
  );

  const to = withIdentifier("0816", resources);
  const visits = of("Encounter", resources);
  assert.equal(visits.length, 2);
  assert.deepEqual(
    visits.map(({ subject }) => subject?.reference),
    [`Patient/${to?.id}`, `Patient/${to?.id}`],
  );
  assert.equal(of("Encounter", before.resources)[0]?.id, visits[0]?.id);
  assert.ok(withIdentifier("0815", resources)?.active !== false);
  assert.deepEqual(unmapped, []);
});

test("a moved identifier (A43) says from whom it came, though MRG-1 is PID-3", () => {
  const { resources, unmapped } = convert(
    "A43",
    "PID||NEW1^^^HOSP|0815^^^HOSP^MR||Doe^Jane",
    "MRG|0815^^^HOSP^MR|||OLD1^^^HOSP",
  );

  const [to, from] = [withIdentifier("0815", resources), withIdentifier("OLD1", resources)];
  assert.ok(to && from && to.id !== from.id);
  assert.equal(
    to.extension?.find(({ url }) => url === EVENT_OF)?.valueReference?.reference,
    `Patient/${from.id}`,
  );
  assert.deepEqual(unmapped, []);
});

test("what is moved goes under the key of the patient who was there, too", () => {
  const { made } = convert("A44", TO, "MRG|0815^^^HOSP^MR||ACC1^^^HOSP");

  const keys = made.flatMap(({ resource, key }) =>
    resource.resourceType === "Patient" ? [key] : [],
  );
  assert.deepEqual(keys.toSorted(), ["0815", undefined]);
});
