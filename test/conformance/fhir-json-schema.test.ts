import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import type { ValidateFunction } from "ajv";
import { validateResource } from "../../transforms/validate-fhir/fhir-validator.ts";
import { compiledNow, structureProblems } from "../../transforms/validate-fhir/structure.ts";
import { PIPELINE_RESOURCES } from "../../scripts/schemas/pipeline-resources.ts";
import { fhirFiles } from "../servers/fhir-package.ts";
import { officialFhir } from "../servers/official-fhir.ts";

test("S-13: every resource has a closed JSON Schema of less than 170,000 characters", () => {
  const files = readdirSync("schemas/fhir/json");
  const openObjects: string[] = [];
  const walk = (file: string, part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    const schema = part as Record<string, unknown>;
    const isObject = schema["type"] === "object" && schema["fhirResource"] !== true;
    if (isObject && schema["additionalProperties"] !== false) openObjects.push(file);
    for (const member of Object.values(schema)) walk(file, member);
  };

  assert.equal(files.length, 146);
  for (const file of files) {
    const text = readFileSync(`schemas/fhir/json/${file}`, "utf8");
    assert.ok(text.length < 170_000, file);
    walk(file, JSON.parse(text));
  }
  assert.deepEqual(openObjects, []);
});

const patient = { resourceType: "Patient", id: "p1" };
const observation = { resourceType: "Observation", status: "final", code: { text: "x" } };
const quantity = { value: 1 };
const encounter = { resourceType: "Encounter", status: "planned", class: { code: "IMP" } };
const SECRET = "SECRET";

const legal: readonly (readonly [what: string, resource: object])[] = [
  ["the least of a Patient", patient],
  [
    "an extension in place of a required primitive",
    {
      ...observation,
      status: undefined,
      _status: { extension: [{ url: "http://x", valueCode: "unknown" }] },
    },
  ],
  [
    "null padding beside extensions",
    { ...patient, name: [{ given: ["A", null], _given: [null, { id: "x" }] }] },
  ],
  ["a year alone as date", { ...patient, birthDate: "1970" }],
  ["a leap day", { ...patient, birthDate: "2024-02-29" }],
  [
    "a contained resource that is referred to",
    {
      ...observation,
      contained: [{ resourceType: "Patient", id: "c" }],
      subject: { reference: "#c" },
    },
  ],
];

/** Cases of structure, which the schema decides. */
const illegalStructures: readonly (readonly [what: string, resource: object])[] = [
  ["an element that FHIR does not know", { ...patient, secret: SECRET }],
  ["an element that a data type does not know", { ...patient, name: [{ secret: SECRET }] }],
  ["one where a list belongs", { ...patient, name: { family: SECRET } }],
  ["a list where one belongs", { ...patient, birthDate: [SECRET] }],
  ["text where a boolean belongs", { ...patient, active: SECRET }],
  ["text where a number belongs", { ...observation, valueQuantity: { value: SECRET } }],
  ["a code outside a required binding", { ...patient, gender: SECRET }],
  ["a required primitive is missing", { ...observation, status: undefined }],
  ["a required complex element is missing", { ...observation, code: undefined }],
  ["a required element of a part is missing", { ...encounter, location: [{ status: "active" }] }],
  ["two values of a choice", { ...observation, valueString: SECRET, valueQuantity: quantity }],
  [
    "a value and the extension of another",
    { ...observation, valueString: SECRET, _valueInteger: { id: "x" } },
  ],
  ["an empty list", { ...patient, name: [] }],
  ["an empty object", { ...patient, name: [{}] }],
  ["an empty text", { ...patient, name: [{ family: "" }] }],
  ["white space alone", { ...patient, name: [{ family: "  " }] }],
  ["a day that the calendar has not", { ...patient, birthDate: "2026-02-30" }],
  ["the 29th of February of another year", { ...patient, birthDate: "2026-02-29" }],
  ["a month 13", { ...patient, birthDate: "2026-13" }],
  ["a time without zone", { ...observation, effectiveDateTime: "2026-01-01T10:00:00" }],
  ["an hour 25", { ...observation, effectiveDateTime: "2026-01-01T25:00:00Z" }],
  ["an instant without time", { ...observation, issued: "2026-01-01" }],
  ["a whole number with a fraction", { ...patient, multipleBirthInteger: 1.5 }],
  ["a positive number of 0", { ...patient, telecom: [{ system: "phone", value: "1", rank: 0 }] }],
  [
    "an unsigned number below 0",
    { ...observation, valueSampledData: { origin: quantity, period: 1, dimensions: -1 } },
  ],
  ["a number beyond 32 bits", { ...patient, multipleBirthInteger: 3_000_000_000 }],
  ["base64 with other characters", { ...patient, photo: [{ data: "S-CRET!" }] }],
  ["a URI with a space", { ...patient, identifier: [{ system: "http://a b" }] }],
  ["an id with other characters", { ...patient, id: "a_b" }],
  ["an id that is too long", { ...patient, id: "a".repeat(65) }],
  ["a resource of no type", { resourceType: SECRET }],
  [
    "a contained resource of no type",
    { ...patient, contained: [{ resourceType: SECRET, id: "c" }] },
  ],
  ["an extension without url", { ...patient, extension: [{ valueString: SECRET }] }],
  [
    "an extension with two values",
    { ...patient, extension: [{ url: "http://x", valueString: SECRET, valueCode: "x" }] },
  ],
  ["another resource's element", { ...observation, birthDate: "1970" }],
];

/** Cases of invariants and reference targets, which come after the structure. */
const illegalRules: readonly (readonly [what: string, resource: object])[] = [
  [
    "obs-6: a value and a reason why there is none",
    { ...observation, valueString: SECRET, dataAbsentReason: { text: "x" } },
  ],
  [
    "obs-7: a component that repeats the code",
    {
      ...observation,
      code: { coding: [{ system: "http://loinc.org", code: "1-8" }] },
      valueQuantity: quantity,
      component: [
        {
          code: { coding: [{ system: "http://loinc.org", code: "1-8" }] },
          valueQuantity: quantity,
        },
      ],
    },
  ],
  [
    "pat-1: a contact without name, telecom, address or organization",
    { ...patient, contact: [{ gender: "female" }] },
  ],
  [
    "per-1: a period that ends before it starts",
    { ...encounter, period: { start: "2026-02-01", end: "2026-01-01" } },
  ],
  ["ref-1: a reference into nothing", { ...observation, subject: { reference: "#nobody" } }],
  [
    "a reference to a type that cannot be meant",
    { ...observation, subject: { reference: "Claim/1" } },
  ],
];

test("S-13: there are 47 cases", () => {
  assert.equal(legal.length + illegalStructures.length + illegalRules.length, 47);
});

const clean = (resource: object): object => JSON.parse(JSON.stringify(resource)) as object;

for (const [what, resource] of legal) {
  test(`S-13: ${what} is legal`, () => {
    assert.deepEqual(validateResource(clean(resource), "references"), []);
  });
}
for (const [what, resource] of illegalStructures) {
  test(`S-13, S-15: ${what} is refused by the schema, with its place and without the value`, () => {
    const problems = validateResource(clean(resource), "structure");

    assert.notEqual(problems.length, 0);
    assert.doesNotMatch(JSON.stringify(problems), /SECRET/);
  });
}
for (const [what, resource] of illegalRules) {
  test(`S-13, S-15: ${what} is refused by the rules, without the value`, () => {
    assert.deepEqual(validateResource(clean(resource), "structure"), []);
    const problems = validateResource(clean(resource), "references");

    assert.notEqual(problems.length, 0);
    assert.doesNotMatch(JSON.stringify(problems), /SECRET/);
  });
}

test("S-13: no official instance of the pipeline's resources is refused", (t) => {
  const folder = officialFhir(t);
  if (!folder) return;
  const refused: string[] = [];
  const types = new Set<string>(PIPELINE_RESOURCES);
  let count = 0;
  for (const [name, text] of fhirFiles(folder, /^[A-Z][A-Za-z]+-/)) {
    if (!types.has(name.split("-")[0] as string)) continue;
    const resource = JSON.parse(text) as { resourceType: string };
    count += 1;
    if (structureProblems(resource.resourceType, resource).length > 0) refused.push(name);
  }

  assert.deepEqual(refused, []);
  assert.ok(count > 300, String(count));
});

test("S-14: what is compiled ahead of time finds what is compiled now finds, error by error", () => {
  for (const type of ["Patient", "Observation"]) {
    const validate = compiledNow(type);
    assert.ok(validate);
    const cases = [...legal, ...illegalStructures, ...illegalRules]
      .map(([, resource]) => clean(resource) as { resourceType: string })
      .filter(({ resourceType }) => resourceType === type);
    assert.ok(cases.length > 12);
    for (const resource of cases) {
      const now = placesOf(validate, resource);
      const ahead = structureProblems(type, resource).map(({ path }) => path);
      assert.deepEqual(
        ahead,
        now.map((pointer) => type + fhirPathOf(pointer)),
      );
    }
  }
});

function placesOf(validate: ValidateFunction, resource: unknown): readonly string[] {
  return validate(resource) === true
    ? []
    : (validate.errors ?? []).map(({ instancePath }) => instancePath);
}

const fhirPathOf = (pointer: string): string =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join("");

test("S-14: every resource of the pipeline is compiled ahead of time", () => {
  const text = readFileSync("schemas/fhir/compiled/validators.js", "utf8");

  for (const name of PIPELINE_RESOURCES) {
    assert.match(text, new RegExp(`export const ${name} = `), name);
  }
  assert.doesNotMatch(text, /\brequire\(|^import /m);
});

test("S-13: patterns are written as the regular expressions of all registries know them", () => {
  for (const file of readdirSync("schemas/fhir/json")) {
    const text = readFileSync(`schemas/fhir/json/${file}`, "utf8");
    // Go's have neither \u escapes nor look-around.
    for (const [pattern] of text.matchAll(/"pattern":"(?:[^"\\]|\\.)*"/g)) {
      assert.doesNotMatch(pattern, /\\\\u|\(\?[=!<]/, file);
    }
  }
});
