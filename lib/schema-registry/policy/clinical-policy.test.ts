import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { avroSchemaOf, avroSchemaText } from "#lib/avro";
import { clinicalReasons, planChange } from "./clinical-policy.ts";
import { consumersOfSubject } from "./consumers.ts";

interface Vector {
  readonly name: string;
  readonly old: unknown;
  readonly new: unknown;
}
const { vectors } = JSON.parse(
  readFileSync("test/fixtures/avro-compatibility/vectors.json", "utf8"),
) as { vectors: readonly Vector[] };

const versioned = (schema: unknown) =>
  ({ schemaType: "AVRO", schema: avroSchemaText(avroSchemaOf(schema)), references: [] }) as const;

const classes: readonly (readonly [number: number, expected: string | undefined])[] = [
  [1, "minor"],
  [3, "minor"],
  [5, "major"],
  [6, "major"],
  [7, "major"],
  [8, "minor"],
  [9, "major"],
  [13, "major"],
  [14, "major"],
  [20, "major"],
  [24, "major"],
  [35, "major"],
  [36, "major"],
  [39, "patch"],
  [40, "minor"],
  [42, "minor"],
  [44, "major"],
  [45, "minor"],
];
for (const [number, expected] of classes) {
  const vector = vectors[number - 1] as Vector;
  test(`S-4: A${number} ${vector.name} is ${expected}`, () => {
    const plan = planChange(versioned(vector.new), versioned(vector.old));

    assert.equal(plan.class, expected);
    assert.equal(plan.isRefused, expected === "major");
    const major = { metadata: { properties: { major_version: "2" } } };
    assert.equal(
      planChange({ ...versioned(vector.new), ...major }, versioned(vector.old)).isRefused,
      false,
    );
  });
}

const jsonSchema = (properties: object, more: object = {}) =>
  ({
    schemaType: "JSON",
    schema: JSON.stringify({ type: "object", properties, ...more }),
    references: [],
  }) as const;

test("S-4: an added optional property of a JSON Schema is minor, whatever its content model", () => {
  const schema = jsonSchema;
  const [a, b] = [{ type: "string" }, { type: "integer" }];

  assert.equal(planChange(schema({ a, b }), schema({ a })).class, "minor");
  assert.equal(planChange(schema({ a }), schema({ a, b })).class, "major");
  assert.equal(planChange(schema({ a: b }), schema({ a })).class, "major");
  assert.equal(planChange(schema({ a }, { required: ["a"] }), schema({ a })).class, "major");
  assert.equal(planChange(schema({ a }, { description: "x" }), schema({ a })).class, "patch");
});

test("S-4: a property of a JSON Schema may be called like a member of every object", () => {
  const [without, withIt] = [jsonSchema({}), jsonSchema({ constructor: { type: "string" } })];

  assert.equal(planChange(withIt, without).class, "minor");
  assert.deepEqual(
    planChange(without, withIt).changes.map(({ path, kind }) => [path, kind]),
    [["constructor", "removed"]],
  );
});

test("S-4: a refusal names each path, who reads it, and the version that it needs", () => {
  const connectors = [
    { name: "warehouse", config: { topics: "other, patients", columns: "id,birthDate" } },
    { name: "store", config: { "topics.regex": "pat.*" } },
    { name: "elsewhere", config: { topics: "patients.archive" } },
    { name: "broken", config: { "topics.regex": "(" } },
  ];
  const [was, is] = [jsonSchema({ birthDate: { type: "string" } }), jsonSchema({})];

  const reasons = clinicalReasons(is, was, consumersOfSubject(connectors, "patients-value"));

  assert.deepEqual(reasons, [
    "policy clinical: birthDate: the property was removed; read by warehouse (columns), store (whole records)",
    "a major change needs metadata major_version 2, or a new subject",
  ]);
  assert.deepEqual(clinicalReasons(is, undefined, []), []);
});
