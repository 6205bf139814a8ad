import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { jsonSchemaIncompatibilities } from "./index.ts";
import type { JsonSchema } from "./index.ts";

const a = { type: "string" };
const b = { type: "string" };
const open = (properties: object, more: object = {}): JsonSchema => ({
  type: "object",
  properties: properties as Record<string, unknown>,
  ...more,
});
const closed = (properties: object, more: object = {}): JsonSchema =>
  open(properties, { additionalProperties: false, ...more });
const one = { oneOf: [{ type: "string" }, { type: "integer" }] };
const any = { anyOf: [{ type: "string" }, { type: "integer" }] };
const recursive: JsonSchema = {
  $ref: "#/definitions/node",
  definitions: {
    node: {
      type: "object",
      properties: { next: { oneOf: [{ type: "null" }, { $ref: "#/definitions/node" }] } },
    },
  },
};
const patient = JSON.parse(readFileSync("schemas/fhir/json/Patient.json", "utf8")) as JsonSchema;

// Level BACKWARD, policy STRICT, as a Confluent registry decides.
const vectors: readonly (readonly [
  what: string,
  old: JsonSchema,
  next: JsonSchema,
  is: boolean,
])[] = [
  ["J1 an optional property is added to an open object", open({ a }), open({ a, b }), false],
  ["J2 … to a closed object", closed({ a }), closed({ a, b }), true],
  ["J3 … and required", closed({ a }), closed({ a, b }, { required: ["b"] }), false],
  [
    "J4 … with a default",
    closed({ a }),
    closed({ a, b: { ...b, default: "" } }, { required: ["b"] }),
    true,
  ],
  ["J5 a property is removed from a closed object", closed({ a, b }), closed({ b }), false],
  ["J6 … from an open object", open({ a, b }), open({ b }), true],
  ["J7 string becomes integer", open({ a }), open({ a: { type: "integer" } }), false],
  [
    "J8 integer becomes number",
    open({ a: { type: "integer" } }),
    open({ a: { type: "number" } }),
    true,
  ],
  ["J9 an enum grows", open({ a: { enum: ["x"] } }), open({ a: { enum: ["x", "y"] } }), true],
  ["J10 an enum shrinks", open({ a: { enum: ["x", "y"] } }), open({ a: { enum: ["x"] } }), false],
  [
    "J11 maxLength grows",
    open({ a: { ...a, maxLength: 5 } }),
    open({ a: { ...a, maxLength: 10 } }),
    true,
  ],
  [
    "J12 maxLength shrinks",
    open({ a: { ...a, maxLength: 10 } }),
    open({ a: { ...a, maxLength: 5 } }),
    false,
  ],
  ["J13 null is allowed", open({ a }), open({ a: { oneOf: [{ type: "null" }, a] } }), true],
  [
    "J14 null is no longer allowed",
    open({ a: { oneOf: [{ type: "null" }, a] } }),
    open({ a }),
    false,
  ],
  ["J15 oneOf becomes anyOf", one, any, true],
  ["J16 anyOf becomes oneOf", any, one, false],
  [
    "J17 nothing is required any more",
    open({ a }, { required: ["a"] }),
    open({ a }, { required: [] }),
    true,
  ],
  [
    "J18 something is required now",
    open({ a }, { required: [] }),
    open({ a }, { required: ["a"] }),
    false,
  ],
  ["J19 a pattern is added", open({ a }), open({ a: { ...a, pattern: "x" } }), false],
  [
    "J19 … and one that writes a character in another way is the same",
    open({ a: { ...a, pattern: "[\\u000B\\u00e9]" } }),
    open({ a: { ...a, pattern: "[\\x0b\\xe9]" } }),
    true,
  ],
  [
    "J19 … but not behind an escaped backslash",
    open({ a: { ...a, pattern: "\\\\u000b" } }),
    open({ a: { ...a, pattern: "\\\\x0b" } }),
    false,
  ],
  ["J20 an object is closed", open({ a }), closed({ a }), false],
  ["J21 a recursive schema against itself", recursive, structuredClone(recursive), true],
  ["J22 the FHIR Patient against itself", patient, structuredClone(patient), true],
];

for (const [what, old, next, isCompatible] of vectors) {
  test(`S-3: ${what} is ${isCompatible ? "allowed" : "refused"}`, () => {
    const reasons = jsonSchemaIncompatibilities(old, next);

    assert.equal(reasons.length === 0, isCompatible, JSON.stringify(reasons));
  });
}

test("S-3: what recursive schemas ask for is bounded by pairs, not by paths", () => {
  // Twelve kinds that refer to each other in five places each: all paths would take for ever.
  const kinds = Array.from({ length: 12 }, (_, index) => `T${index}`);
  const product = { oneOf: kinds.map((name) => ({ $ref: `#/definitions/${name}` })) };
  const schema = (): JsonSchema => ({
    $ref: "#/definitions/product",
    definitions: {
      product,
      ...Object.fromEntries(
        kinds.map((name) => [
          name,
          {
            type: "object",
            properties: {
              tag: { const: name },
              ...Object.fromEntries(
                [0, 1, 2, 3, 4].map((index) => [`r${index}`, { $ref: "#/definitions/product" }]),
              ),
            },
            required: ["tag"],
          },
        ]),
      ),
    },
  });

  assert.deepEqual(jsonSchemaIncompatibilities(schema(), schema()), []);
});

test("LENIENT lets properties come and go whatever the object lets in", () => {
  const lenient = { policy: "LENIENT" } as const;

  assert.deepEqual(jsonSchemaIncompatibilities(open({ a }), open({ a, b }), lenient), []);
  assert.deepEqual(jsonSchemaIncompatibilities(closed({ a, b }), closed({ b }), lenient), []);
});

test("a removed element of the FHIR Patient is refused with its pointer", () => {
  const next = structuredClone(patient) as { properties: Record<string, unknown> };
  delete next.properties["birthDate"];

  assert.deepEqual(
    jsonSchemaIncompatibilities(patient, next as JsonSchema).map(({ path }) => path),
    ["#/properties/birthDate"],
  );
});

test("a property may be called like a member of every object", () => {
  const added = jsonSchemaIncompatibilities(open({ a }), open({ a, constructor: b }));
  const removed = jsonSchemaIncompatibilities(closed({ a, constructor: b }), closed({ a }));

  assert.deepEqual(
    [...added, ...removed].map(({ path }) => path),
    ["#/properties/constructor", "#/properties/constructor"],
  );
});

test("a removed property with a slash in its name is covered by its whole name", () => {
  const covered = { patternProperties: { "^unit/": { type: "string" } } };

  assert.deepEqual(
    jsonSchemaIncompatibilities(
      closed({ "unit/b": { type: "string" } }, covered),
      closed({}, covered),
    ),
    [],
  );
});
