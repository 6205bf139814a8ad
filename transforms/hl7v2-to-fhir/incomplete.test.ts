import assert from "node:assert/strict";
import { test } from "node:test";
import type { FhirResource } from "fhir/r4";
import { parseMessage } from "#lib/hl7v2";
import { conversionReport, convertMessage } from "./library.ts";

const options = { timeZone: "UTC", receivedAt: "2026-01-01T00:00:00.000Z", trace: true };
const HEAD = "MSH|^~\\&|A|B|C|D|20260101||ADT^A01^ADT_A01|1|P|2.5.1\r";
const PID = "PID|1||1^^^^MR||Doe^Jane\r";

function converted(text: string) {
  const message = parseMessage(text);
  const result = convertMessage(message, options);
  assert.ok("made" in result);
  const resources = result.made.map(({ resource }) => resource);
  const report = conversionReport(message, result.conversion);
  const outcome = (place: string) => report.fields.find((field) => field.place === place)?.outcome;
  return { resources, outcome, report };
}

function only<T extends FhirResource["resourceType"]>(
  resources: readonly FhirResource[],
  type: T,
): Extract<FhirResource, { resourceType: T }> {
  const found = resources.filter(({ resourceType }) => resourceType === type);
  assert.equal(found.length, 1);
  return found[0] as Extract<FhirResource, { resourceType: T }>;
}

test("an element that lacks what R4 demands goes, and its field is reported as unmapped", () => {
  const { resources, outcome, report } = converted(`${HEAD}${PID}IN1|1|P|77|Payer\rMSA|AA\r`);

  assert.equal(only(resources, "MessageHeader").response, undefined);
  assert.equal(outcome("IN1-2"), "mapped");
  assert.equal(outcome("MSA-1"), "unmapped");
  assert.match(
    report.fields.find(({ place }) => place === "MSA-1")?.reason ?? "",
    /FHIR R4 demands/,
  );
});

test("a resource that can hold nothing goes with every reference to it", () => {
  const blank = HEAD.replace("|B|C|D|", "|\u0001^\u0002|C||");
  const { resources, outcome } = converted(`${blank}${PID}`);

  assert.ok(!resources.some(({ resourceType }) => resourceType === "Organization"));
  assert.equal(only(resources, "MessageHeader").sender, undefined);
  assert.equal(outcome("MSH-4"), "unmapped");
});

test("the count of unmapped fields is the same without a trace", () => {
  const message = parseMessage(`${HEAD}${PID}MSA|AA\r`);
  const { timeZone, receivedAt } = options;
  const [traced, plain] = [options, { timeZone, receivedAt }].map((each) => {
    const result = convertMessage(message, each);
    assert.ok("made" in result);
    return conversionReport(message, result.conversion).counts;
  });

  assert.deepEqual(plain, traced);
});

test("what is required and can be unknown is unknown", () => {
  const { resources } = converted(`${HEAD}${PID}AL1|1|DA|^Nuts|SV\rDG1|1||\u0002\r`);

  assert.equal(only(resources, "AllergyIntolerance").patient.reference?.slice(0, 8), "Patient/");
});

test("an appointment in a message of another kind is complete as well", () => {
  const { resources } = converted(`${HEAD}SCH|77\r${PID}`);
  const appointment = only(resources, "Appointment");

  assert.equal(appointment.status, "proposed");
  assert.deepEqual(appointment.participant, [
    { actor: { display: "unknown" }, status: "needs-action" },
  ]);
});

test("a control id that is no id of FHIR is kept beside a response without one", () => {
  const { resources } = converted(
    `MSH|^~\\&|A|B|C|D|20260101||ACK^A01^ACK|1|P|2.5.1\rMSA|AE|id with blanks\r`,
  );

  assert.deepEqual(only(resources, "MessageHeader").response, {
    code: "transient-error",
    extension: [{ url: "urn:hl7-org:v2xml#MSA.2", valueString: "id with blanks" }],
    _identifier: {
      extension: [
        {
          url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
          valueCode: "unknown",
        },
      ],
    },
  });
});
