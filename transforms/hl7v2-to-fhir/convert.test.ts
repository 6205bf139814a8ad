import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import type { FhirResource } from "fhir/r4";
import { Hl7ParseError, parseMessage } from "#lib/hl7v2";
import { generateMessages } from "#lib/hl7v2/simulator";
import { convertMessage } from "./convert.ts";

const options = { timeZone: "Europe/Berlin", receivedAt: "2026-01-01T00:00:00Z" };
const MSH = "MSH|^~\\&|LAB|HOSP|CC|CX|20260101120000||";
const PID =
  "PID|1||4711^^^HOSP&2.999.1&ISO^MR~0815^^^NAT^NI||Doe^Jane^Q^Jr^Dr^^L||19700203|F|||1 Main^^Town^ST^123^US^H||555-1^PRN^PH|||M\r";

function resources(text: string): FhirResource[] {
  const result = convertMessage(parseMessage(text), options);
  assert.ok("made" in result, "problem" in result ? result.problem : "");
  return result.made.map(({ resource }) => resource);
}

function only<T extends FhirResource["resourceType"]>(
  list: readonly FhirResource[],
  type: T,
): Extract<FhirResource, { resourceType: T }> {
  const found = list.filter(({ resourceType }) => resourceType === type);
  assert.equal(found.length, 1, `one ${type}`);
  return found[0] as Extract<FhirResource, { resourceType: T }>;
}

/** JSON as it goes out: exact numbers with their digits. */
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

const admit = (
  trigger: string,
  more = "",
  pv1 = "PV1|1|I|W1^2^B^HOSP||||1^Amsel^Ines||||||||||||V1^^^HOSP\r",
) => `${MSH}ADT^${trigger}|M1|P|2.5.1\rEVN||20260101115500\r${PID}${pv1}${more}`;

test("PID becomes a Patient with everything the guide maps", () => {
  const patient = only(resources(admit("A01")), "Patient");

  assert.deepEqual(json({ ...patient, id: "" }), {
    resourceType: "Patient",
    id: "",
    identifier: [
      {
        type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0203", code: "MR" }] },
        system: "urn:oid:2.999.1",
        value: "4711",
        assigner: { display: "HOSP" },
      },
      {
        type: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0203", code: "NI" }] },
        value: "0815",
        assigner: { reference: patient.identifier?.[1]?.assigner?.reference, display: "NAT" },
      },
    ],
    name: [
      { use: "official", family: "Doe", given: ["Jane", "Q"], prefix: ["Dr"], suffix: ["Jr"] },
    ],
    telecom: [{ system: "phone", value: "555-1", use: "home" }],
    gender: "female",
    birthDate: "1970-02-03",
    address: [
      {
        use: "home",
        line: ["1 Main"],
        city: "Town",
        state: "ST",
        postalCode: "123",
        country: "US",
      },
    ],
    maritalStatus: {
      coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", code: "M" }],
    },
  });
});

const statuses: readonly (readonly [trigger: string, pv1End: string, status: string])[] = [
  ["A01", "", "in-progress"],
  ["A02", "", "in-progress"],
  ["A03", "", "finished"],
  ["A04", "", "in-progress"],
  ["A08", "20260102", "finished"],
  ["A11", "", "cancelled"],
  ["A13", "20260102", "in-progress"],
];

for (const [trigger, end, status] of statuses) {
  test(`after ${trigger} with PV1-45 "${end}" the visit is ${status}`, () => {
    const pv1 = `PV1|1|I|W1${"|".repeat(16)}V1${"|".repeat(25)}20260101|${end}\r`;

    assert.equal(only(resources(admit(trigger, "", pv1)), "Encounter").status, status);
  });
}

test("a discharge without PV1-45 ends when the event happened, in the sender's zone", () => {
  const { period } = only(resources(admit("A03")), "Encounter");

  assert.equal(period?.end, "2026-01-01T11:55:00+01:00");
});

test("a person without a visit gets none", () => {
  for (const text of [admit("A28", "", ""), admit("A31", "", "PV1|1|N\r")]) {
    assert.ok(!resources(text).some(({ resourceType }) => resourceType === "Encounter"));
  }
});

test("a merge says it from both sides, and the prior patient goes under its own key", () => {
  const result = convertMessage(
    parseMessage(admit("A40", "MRG|9999^^^HOSP&2.999.1&ISO^MR||||||Doe^Janet\r", "")),
    options,
  );
  assert.ok("made" in result);
  const patients = result.made.filter(({ resource }) => resource.resourceType === "Patient");
  const [survivor, prior] = patients;
  assert.ok(
    prior?.resource.resourceType === "Patient" && survivor?.resource.resourceType === "Patient",
  );

  assert.equal(prior.key, "9999");
  assert.equal(prior.resource.active, false);
  assert.deepEqual(prior.resource.link, [
    { other: { reference: `Patient/${survivor.resource.id}` }, type: "replaced-by" },
  ]);
  assert.deepEqual(survivor.resource.link, [
    { other: { reference: `Patient/${prior.resource.id}` }, type: "replaces" },
  ]);
  // What was said of the prior patient before has the same id.
  const before = resources(admit("A01").replace("4711", "9999"));
  assert.equal(only(before, "Patient").id, prior.resource.id);
});

const oru = (obx: string): string =>
  `${MSH}ORU^R01|M2|P|2.5.1\r${PID}OBR|1|P1|F1|58410-2^CBC^LN|||20260101100000|||||||||||||||20260101110000|||F\r${obx}`;

const observed: readonly (readonly [what: string, obx: string, value: object])[] = [
  [
    "NM keeps its digits",
    "OBX|1|NM|1^x^LN||7.10|g/dL^^UCUM",
    {
      valueQuantity: {
        value: "7.10",
        unit: "g/dL",
        system: "http://unitsofmeasure.org",
        code: "g/dL",
      },
    },
  ],
  [
    "NM with a sign and bare point",
    "OBX|1|NM|1^x^LN||+.5|mg",
    { valueQuantity: { value: "0.5", unit: "mg" } },
  ],
  ["NM that is no number is text", "OBX|1|NM|1^x^LN||>100", { valueString: ">100" }],
  [
    "SN with a comparator",
    "OBX|1|SN|1^x^LN||>^100|mg",
    { valueQuantity: { value: "100", comparator: ">", unit: "mg" } },
  ],
  [
    "SN as a range",
    "OBX|1|SN|1^x^LN||^1^-^2.0",
    { valueRange: { low: { value: "1" }, high: { value: "2.0" } } },
  ],
  [
    "SN as a ratio",
    "OBX|1|SN|1^x^LN||^1^:^128",
    { valueRatio: { numerator: { value: "1" }, denominator: { value: "128" } } },
  ],
  ["ST with escapes", "OBX|1|ST|1^x^LN||a \\T\\ b", { valueString: "a & b" }],
  ["TX in repetitions", "OBX|1|TX|1^x^LN||one~two", { valueString: "one\ntwo" }],
  [
    "CWE",
    "OBX|1|CWE|1^x^LN||112^E. coli^SCT",
    {
      valueCodeableConcept: {
        coding: [{ system: "http://snomed.info/sct", code: "112", display: "E. coli" }],
      },
    },
  ],
  ["DT", "OBX|1|DT|1^x^LN||20260101", { valueDateTime: "2026-01-01" }],
  ["TM", "OBX|1|TM|1^x^LN||1305", { valueTime: "13:05:00" }],
  ["NR", "OBX|1|NR|1^x^LN||1^5", { valueRange: { low: { value: "1" }, high: { value: "5" } } }],
  [
    "an empty value",
    "OBX|1|NM|1^x^LN||",
    {
      dataAbsentReason: {
        coding: [
          { system: "http://terminology.hl7.org/CodeSystem/data-absent-reason", code: "unknown" },
        ],
      },
    },
  ],
];

for (const [what, obx, value] of observed) {
  test(`OBX-5: ${what}`, () => {
    const observation = only(resources(oru(`${obx}\r`)), "Observation");
    const exact = JSON.parse(
      JSON.stringify(observation),
      (_key, each: unknown, context?: { source?: string }) =>
        typeof each === "number" ? context?.source : each,
    ) as Record<string, unknown>;
    const found = Object.fromEntries(
      Object.entries(exact).filter(
        ([key]) => key.startsWith("value") || key === "dataAbsentReason",
      ),
    );

    assert.deepEqual(found, value);
  });
}

test("an OBX belongs to the OBR that it stands under", () => {
  const list = resources(
    `${oru("OBX|1|ST|1^a^LN||x\r")}OBR|2|P2|F2|24323-8^CMP^LN\rOBX|1|ST|2^b^LN||y\rOBX|2|ST|3^c^LN||z\r`,
  );
  const reports = list.filter((resource) => resource.resourceType === "DiagnosticReport");

  assert.deepEqual(
    reports.map(({ result }) => result?.length),
    [1, 2],
  );
});

test("what FHIR has one of and the sender repeats is kept", () => {
  const list = resources(`${oru("")}OBR|2|P9|F9|24323-8^CMP^LN||||||||||||1^A^B~2^C^D\r`);
  const request = list.find(
    (each) => each.resourceType === "ServiceRequest" && each.identifier?.[0]?.value === "P9",
  );

  assert.ok(request?.resourceType === "ServiceRequest");
  const other = request.extension?.find(({ url }) => url === "urn:hl7-org:v2xml#OBR.16");
  assert.match(other?.valueReference?.reference ?? "", /^Practitioner/);
  assert.notEqual(other?.valueReference?.reference, request.requester?.reference);
});

test("a local code keeps the name of its system, and a text result its unit", () => {
  const observations = resources(
    `${oru("")}OBX|9|ST|77^Glucose^99LAB||high|mg/dL^^99UNIT|||||F\r`,
  ).flatMap((each) => (each.resourceType === "Observation" ? [each] : []));
  const found = observations.find(({ valueString }) => valueString === "high");

  assert.deepEqual(found?.code.coding?.[0]?.extension, [
    { url: "urn:hl7-org:v2xml#CWE.3", valueString: "99LAB" },
  ]);
  assert.equal(
    found?.extension?.find(({ url }) => url.endsWith("#OBX.6"))?.valueCodeableConcept?.coding?.[0]
      ?.code,
    "mg/dL",
  );
});

test("two orders with one number but different tests stay two", () => {
  const list = resources(`${oru("")}OBR|2|P1|F1|24323-8^CMP^LN\r`);
  const requests = list.filter(({ resourceType }) => resourceType === "ServiceRequest");

  assert.equal(new Set(requests.map(({ id }) => id)).size, 2);
});

test("what is not converted says why, without a value", () => {
  const problem = (text: string) => {
    const result = convertMessage(parseMessage(text), options);
    return "problem" in result ? result.problem : undefined;
  };

  assert.equal(problem(`${MSH}ZZZ^Z01|M|P|2.5\r${PID}`), "HL7_TRIGGER_UNSUPPORTED");
  assert.equal(problem(`${MSH}ADT^A01|M|P|2.5\rPV1|1|I\r`), "HL7_PID_MISSING");
});

test("the same message gives the same resources, byte for byte", () => {
  for (const message of generateMessages({ seed: 9, count: 200 })) {
    const text = new TextDecoder().decode(message);
    assert.equal(JSON.stringify(resources(text)), JSON.stringify(resources(text)));
  }
});

/** Everything that must hold for any output. */
function checkClosure(list: readonly FhirResource[], file: string): void {
  const ids = new Set(list.map(({ resourceType, id }) => `${resourceType}/${id}`));
  assert.equal(ids.size, list.length, `${file}: ids are unique`);
  const text = JSON.stringify(list);
  for (const [, reference = ""] of text.matchAll(/"reference":"([^"]+)"/g)) {
    assert.ok(ids.has(reference), `${file}: ${reference.split("/")[0]} is there`);
  }
  assert.doesNotMatch(text, /:(""|\[\]|\{\}|null)/, `${file}: nothing is empty`);
  assert.doesNotMatch(
    text,
    /"(?:system|url)":"[^"]*example\.(com|org)/,
    `${file}: no placeholder system`,
  );
}

test("references are closed and nothing is empty, for the synthetic hospital and the sample messages", (t) => {
  for (const message of generateMessages({ seed: 3, count: 1000 })) {
    checkClosure(resources(new TextDecoder().decode(message)), "synthetic");
  }
  const samples = join(process.env["CLINICAL_DATA"] ?? "", "hl7v2-samples");
  if (!process.env["CLINICAL_DATA"] || !existsSync(samples)) {
    t.diagnostic("CLINICAL_DATA is not set: the sample messages were NOT converted");
    return;
  }
  const rows = parse(readFileSync(join(samples, "index.csv")), { columns: true }) as {
    file: string;
  }[];
  let converted = 0;
  for (const { file } of rows) {
    try {
      const result = convertMessage(parseMessage(readFileSync(join(samples, file))), options);
      if (!("made" in result)) continue;
      checkClosure(
        result.made.map(({ resource }) => resource),
        file,
      );
      converted += 1;
    } catch (error) {
      if (!(error instanceof Hl7ParseError)) throw error;
    }
  }
  t.diagnostic(`${converted} of ${rows.length} sample messages converted`);
  assert.ok(converted > 480);
});

test("a code that is named like a member of every object is in no table", () => {
  const word = "constructor";
  const pid = PID.replace("|F|", `|${word}|`).replace("^ST^123^US^H", `^ST^123^US^${word}`);
  const pv1 = `PV1|1|${word}|W1^2^B^HOSP||||1^Amsel^Ines||||||||||||V1^^^HOSP\r`;
  const obx = `OBX|1|ST|8867-4^^LN||60||||||${word}\r`;
  const text = `${MSH}ADT^A01|M1|P|2.5.1\rEVN||20260101115500\r${pid}${pv1}${obx}`;

  const made = resources(text);

  const functions = (value: unknown): boolean =>
    typeof value === "function" ||
    (typeof value === "object" && value !== null && Object.values(value).some(functions));
  assert.equal(functions(made), false);
  assert.doesNotMatch(JSON.stringify(made), /native code/);
});
