import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, SinkRecord } from "#connect-api";
import { exactNumber } from "#lib/exact-json";
import { ValidateFhir } from "./transform.ts";
import { validateResource } from "./fhir-validator.ts";
import type { ValidationLevel } from "./finding.ts";

const observation = {
  resourceType: "Observation",
  status: "final",
  code: { text: "x" },
  valueQuantity: { value: exactNumber("7.10") },
};
const record = (value: unknown): SinkRecord =>
  new SinkRecord({ topic: "t", partition: 0, offset: 0, value });

test("a valid resource passes as object, text and bytes; decimals may keep their digits", () => {
  const validate = new ValidateFhir();
  for (const value of [
    observation,
    JSON.stringify(observation),
    new TextEncoder().encode(JSON.stringify(observation)),
    null,
  ]) {
    const given = record(value);
    assert.equal(validate.apply(given), given);
  }
});

const wrong: readonly (readonly [what: string, change: object, path: RegExp])[] = [
  ["a required element is missing", { code: undefined }, /Observation \(required code/],
  ["a code outside the required binding", { status: "SECRET" }, /Observation\.status \(enum/],
  ["an element that does not exist", { secret: 1 }, /additionalProperties secret/],
  ["a text where a number belongs", { valueQuantity: { value: "SECRET" } }, /valueQuantity\.value/],
  ["no resource type", { resourceType: "SECRET" }, /resourceType/],
];

for (const [what, change, path] of wrong) {
  test(`${what} is refused with its place, and without the value`, () => {
    const value = JSON.stringify({ ...observation, ...change });

    assert.throws(
      () => new ValidateFhir().apply(record(value)),
      (error: Error & { code?: string }) => {
        assert.equal(error.name, DataError.name);
        assert.equal(error.code, "FHIR_INVALID");
        assert.match(error.message, path);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      },
    );
  });
}

test("text that is not JSON is refused without quoting it", () => {
  assert.throws(
    () => new ValidateFhir().apply(record("{SECRET")),
    /^DataError: The value is not JSON$/,
  );
});

test("required elements of nested parts are known", () => {
  const problems = validateResource({
    resourceType: "Encounter",
    status: "planned",
    class: { code: "IMP" },
    location: [{ status: "active" }],
  });

  assert.deepEqual([...new Set(problems.map(({ path }) => path))], ["Encounter.location[0]"]);
  assert.ok(problems.some(({ rule }) => rule === "required location"));
});

test("level says how much is checked", () => {
  const resource = {
    ...observation,
    referenceRange: [{ type: { text: "x" } }],
    subject: { reference: "Coverage/1" },
  };
  const rules = (level: ValidationLevel): string[] =>
    validateResource(resource, level).map(({ rule }) => rule);

  assert.deepEqual(rules("structure"), []);
  assert.deepEqual(rules("invariants"), ["obs-3"]);
  assert.deepEqual(rules("references"), ["obs-3", "no reference to Coverage"]);
});

test("in a Bundle references point at resources that are there", () => {
  const patientUrl = "urn:uuid:7a6d0a8c-7e3c-4b0e-9f0f-5d5b3d3b0001";
  const bundle = (reference: string): object => ({
    resourceType: "Bundle",
    type: "collection",
    entry: [
      { fullUrl: patientUrl, resource: { resourceType: "Patient", id: "1" } },
      { resource: { ...observation, subject: { reference } } },
    ],
  });

  for (const there of [patientUrl, "Patient/1"]) {
    assert.deepEqual(validateResource(bundle(there)), []);
  }
  assert.deepEqual(validateResource(bundle("Patient/2")), [
    {
      path: "Bundle.entry[1].resource.subject",
      rule: "not in the Bundle",
      code: "not-found",
    },
  ]);
});

test("with on.invalid=mark an invalid resource passes with an OperationOutcome, without its values", () => {
  const validate = new ValidateFhir();
  validate.configure({ "on.invalid": "mark" });
  const given = record({ ...observation, status: "SECRET" });

  const passed = validate.apply(given);

  assert.equal(passed.value, given.value);
  const outcome = JSON.parse(String(passed.headers.last("fhir-validation")?.value)) as {
    resourceType: string;
    issue: readonly { code: string; expression: readonly string[] }[];
  };
  assert.equal(outcome.resourceType, "OperationOutcome");
  assert.deepEqual(
    outcome.issue.map(({ code, expression }) => [code, ...expression]),
    [["code-invalid", "Observation.status"]],
  );
  assert.doesNotMatch(JSON.stringify(outcome), /SECRET/);
  assert.deepEqual(validateResource(outcome), []);
});

test("numbers that keep their digits are numbers, and whole where they must be", () => {
  const encounter = (rank: unknown): object => ({
    resourceType: "Encounter",
    status: "planned",
    class: { code: "IMP" },
    diagnosis: [{ condition: { reference: "Condition/1" }, rank }],
  });

  assert.deepEqual(validateResource(encounter(exactNumber("1"))), []);
  assert.equal(validateResource(encounter(exactNumber("1.5"))).length, 1);
  assert.equal(validateResource(encounter(0)).length, 1);
});
