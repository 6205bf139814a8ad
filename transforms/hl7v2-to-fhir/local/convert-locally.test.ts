import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { FhirResource } from "fhir/r4";
import { parseMessage } from "#lib/hl7v2";
import { countFields } from "../report.ts";
import { convertLocally, readLocalWays } from "./index.ts";

const folder = new URL("fixtures/", import.meta.url);
const fixture = (name: string): string => readFileSync(new URL(name, folder), "utf8");
const ways = readLocalWays(fixture("three-hospitals.json"), fixture);

function convert(text: string) {
  const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00.000Z" };
  const result = convertLocally(parseMessage(text), options, ways);
  assert.ok(!("problem" in result), "problem" in result ? result.text : "");
  return result;
}

type Of<T extends string> = Extract<FhirResource, { resourceType: T }>;
function all<T extends FhirResource["resourceType"]>(text: string, type: T): Of<T>[] {
  return convert(text)
    .made.map(({ resource }) => resource)
    .filter((resource): resource is Of<T> => resource.resourceType === type);
}
function one<T extends FhirResource["resourceType"]>(text: string, type: T): Of<T> {
  const [found] = all(text, type);
  assert.ok(found, type);
  return found;
}

const admit = (facility: string, pid: string, ...more: readonly string[]): string =>
  [
    `MSH|^~\\&|KIS|${facility}|C|C|20260701120000||ADT^A01|1|P|2.5`,
    "EVN||20260701120000",
    pid,
    ...more,
    "",
  ].join("\r");
const result = (facility: string, ...obx: readonly string[]): string =>
  [
    `MSH|^~\\&|KIS|${facility}|C|C|20260701120000||ORU^R01|1|P|2.5`,
    "PID|1||7^^^X||Doe^Jane",
    "OBR|1||1|P^Panel",
    ...obx,
    "",
  ].join("\r");

test("the name space of a record number has another system at each hospital", () => {
  const systems = [
    admit("NORTHMERE", "PID|1||7^^^NMR^MR||Doe"),
    admit("SOUTHFIELD", "PID|1||0007||Doe"),
    admit("WESTEND", "PID|1||7^^^WST^MR||Doe"),
    admit("WESTEND", "PID|1||7^^^NMR^MR||Doe"),
  ].map((text) => one(text, "Patient").identifier?.[0]?.system);

  assert.deepEqual(systems, [
    "urn:oid:2.999.10.1",
    "https://southfield.example/mrn",
    "urn:oid:2.999.30.1",
    undefined,
  ]);
});

test("a code means what its own hospital says, and padding is no part of a number", () => {
  const south = one(admit("SOUTHFIELD2", "PID|1||0007~0008^^^OTHER||Doe|||2"), "Patient");

  assert.equal(south.gender, "female");
  assert.equal(one(admit("SOUTHFIELD", "PID|1||7||Doe"), "Patient").gender, "unknown");
  assert.notEqual(one(admit("WESTEND", "PID|1||7||Doe|||2"), "Patient").gender, "female");
  assert.deepEqual(
    south.identifier?.map(({ value }) => value),
    ["7", "8"],
  );
  assert.equal(south.identifier?.[1]?.system, undefined);
});

test("times without a zone are those of the hospital's clocks", () => {
  const start = (facility: string): string | undefined =>
    one(admit(facility, "PID|1||7||Doe", `PV1||I${"|".repeat(42)}20260701115500`), "Encounter")
      .period?.start;

  assert.deepEqual(["NORTHMERE", "SOUTHFIELD", "WESTEND"].map(start), [
    "2026-07-01T11:55:00+01:00",
    "2026-07-01T11:55:00+01:00",
    "2026-07-01T11:55:00+00:00",
  ]);
});

test("an event of the hospital's own is the standard's", () => {
  const text = admit("SOUTHFIELD", "PID|1||7||Doe", "PV1||I").replace("ADT^A01", "ADT^Z08^ADT_A01");

  assert.equal(convert(text).conversion.message.header.triggerEvent, "A08");
  assert.equal(one(text, "Patient").name?.[0]?.family, "Doe");
});

test("a local code gets the agreed one before it, and both keep their systems", () => {
  const coding = (facility: string, code: string) =>
    one(result(facility, `OBX|1|NM|${code}||90|mg/dL|||||F`), "Observation").code.coding?.map(
      ({ system, code: value }) => `${system} ${value}`,
    );

  assert.deepEqual(coding("NORTHMERE", "GLU^Glucose^99NLAB"), [
    "http://loinc.org 2345-7",
    "http://northmere.example/lab GLU",
  ]);
  assert.deepEqual(coding("NORTHMERE", "GLU^Glucose^99NLAB^8^Sugar^SCT"), [
    "http://loinc.org 2345-7",
    "http://northmere.example/lab GLU",
    "http://snomed.info/sct 8",
  ]);
  assert.deepEqual(coding("NORTHMERE", "2345-7^Glucose^LN^GLU^Glucose^99NLAB"), [
    "http://loinc.org 2345-7",
    "http://northmere.example/lab GLU",
  ]);
  assert.deepEqual(coding("NORTHMERE", "MISC^Other^99NLAB"), ["http://northmere.example/lab MISC"]);
  assert.equal(coding("SOUTHFIELD", "1001^Glucose")?.[0], "http://loinc.org 2345-7");
  assert.deepEqual(coding("WESTEND", "GLU^Glucose^99NLAB"), ["undefined GLU"]);
});

test("fields of Z segments become fields and extensions of what they stand by", () => {
  const text = admit("NORTHMERE", "PID|1||7^^^NMR||Doe", "ZPI|1|Y", "PV1||I", "ZPV|1");
  const { conversion } = convert(text);
  const observations = all(
    result("NORTHMERE", "OBX|1|NM|A||1||||||F", "ZOB|lot1", "OBX|2|NM|B||2||||||F", "ZOB|lot2"),
    "Observation",
  );

  assert.deepEqual(
    one(text, "Patient").extension?.filter(({ url }) => url.includes("northmere")),
    [{ url: "http://northmere.example/interpreter", valueBoolean: true }],
  );
  assert.equal(conversion.message.get("PV1-16"), "VIP");
  assert.deepEqual(
    observations.map(({ code, extension }) => [
      code.coding?.[0]?.code,
      extension?.find(({ url }) => url.includes("northmere"))?.valueString,
    ]),
    [
      ["A", "lot1"],
      ["B", "lot2"],
    ],
  );
});

test("a Z field that a rule reads counts as mapped, and one that none reads does not", () => {
  const unmapped = (facility: string): number => {
    const text = admit(facility, "PID|1||7||Doe", "ZPI||Y", "PV1||I", "ZPV|1");
    const { conversion } = convert(text);
    return countFields(conversion.message, conversion).unmapped;
  };

  assert.equal(unmapped("WESTEND") - unmapped("NORTHMERE"), 2);
});

test("a field that is dropped is not converted, and the message itself stays as it was", () => {
  const text = admit("SOUTHFIELD", `PID|1||7||Doe${"|".repeat(14)}SECRET`);
  const message = parseMessage(text);
  const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00.000Z" };
  const converted = convertLocally(message, options, ways);

  assert.ok("made" in converted);
  assert.doesNotMatch(JSON.stringify(converted.made), /SECRET/);
  assert.equal(message.get("PID-19"), "SECRET");
  assert.match(JSON.stringify(all(text.replace("SOUTHFIELD", "WESTEND"), "Patient")), /SECRET/);
});

test("a value that looks like structure stays a value", () => {
  const hostile = "a\\F\\PID\\S\\\\T\\b";
  const text = admit("NORTHMERE", "PID|1||7||Doe", "PV1||I", `ZPV|${hostile}`);
  const { message } = convert(text).conversion;

  assert.equal(message.segments.length, 5);
  assert.equal(message.get("PV1-16"), "a|PID^&b");
});

test("a condition on the rule's own field is about each repetition", () => {
  const patient = one(admit("SOUTHFIELD", "PID|1||1^^^OTHER~2||Doe"), "Patient");

  assert.deepEqual(
    patient.identifier?.map(({ value, system }) => [value, system]),
    [
      ["1", undefined],
      ["2", "https://southfield.example/mrn"],
    ],
  );
});

const read = (sender: object): void => {
  readLocalWays(JSON.stringify({ senders: [{ name: "x", ...sender }] }), fixture);
};

for (const [what, sender, message] of [
  ["a misspelt member", { sytems: {} }, /has no "sytems"/],
  ["a system that is no URI", { systems: { A: "nowhere" } }, /is a URI/],
  ["a time zone that is none", { timeZone: "Mars" }, /timeZone/],
  ["a rule that does nothing", { fields: [{ at: "PID-8" }] }, /needs from, value/],
  ["the delimiters as a target", { fields: [{ at: "MSH-2", value: "x" }] }, /are the delimiters/],
  ["a file that is not there", { conceptMaps: [{ file: "none.json" }] }, /cannot be read/],
  ["something that is no ConceptMap", { conceptMaps: [{ map: {} }] }, /FHIR ConceptMap/],
  ["a condition on another segment", { when: { "PID-3": "1" } }, /field of MSH/],
  [
    "an extension of no type",
    { extensions: [{ from: "ZPI-1", to: "Patient", url: "urn:x:y", type: "x" }] },
    /one of string/,
  ],
] as const) {
  test(`local ways with ${what} are refused with the place`, () => {
    assert.throws(() => read(sender), { code: "LOCAL_WAYS_INVALID", message });
  });
}

test("text that is no JSON is refused", () => {
  assert.throws(() => readLocalWays("{", fixture), { code: "LOCAL_WAYS_INVALID" });
});
