import assert from "node:assert/strict";
import { test } from "node:test";
import { AvroSchemaError, avroSchemaText, parseAvroSchema } from "./index.ts";

test("a schema comes back as text: full names once, later by name, everything else kept", () => {
  const text = JSON.stringify({
    doc: "d",
    fields: [
      { type: { type: "record", name: "B", fields: [] }, name: "b", aliases: ["old"], x: 1 },
      { name: "c", type: ["null", "B"], default: null },
      { name: "e", type: { type: "enum", name: "other.E", symbols: ["S"], default: "S" } },
    ],
    namespace: "n.s",
    name: "A",
    type: "record",
    "connect.name": "n.s.A",
  });

  assert.equal(
    avroSchemaText(parseAvroSchema(text)),
    '{"type":"record","name":"A","namespace":"n.s","doc":"d","fields":[{"name":"b","type":{"type":"record","name":"B","namespace":"n.s","fields":[]},"aliases":["old"],"x":1},{"name":"c","type":["null","n.s.B"],"default":null},{"name":"e","type":{"type":"enum","name":"E","namespace":"other","symbols":["S"],"default":"S"}}],"connect.name":"n.s.A"}',
  );
});

test("types of referenced schemas are known", () => {
  const address = '{"type":"record","name":"Address","namespace":"x","fields":[]}';
  const person =
    '{"type":"record","name":"P","namespace":"x","fields":[{"name":"a","type":"Address"}]}';

  assert.throws(() => parseAvroSchema(person), AvroSchemaError);
  assert.equal(parseAvroSchema(person, [address]).type, "record");
});

const wrong: readonly (readonly [what: string, schema: unknown])[] = [
  ["no type", {}],
  ["an unknown type", "strng"],
  ["a union in a union", ["null", ["string"]]],
  ["a branch twice", ["string", "string"]],
  [
    "a field twice",
    {
      type: "record",
      name: "R",
      fields: [
        { name: "a", type: "int" },
        { name: "a", type: "int" },
      ],
    },
  ],
  ["a name with a dash", { type: "record", name: "R-1", fields: [] }],
  ["a symbol with a dash", { type: "enum", name: "E", symbols: ["a-b"] }],
  [
    "a default of another type",
    { type: "record", name: "R", fields: [{ name: "a", type: "int", default: "x" }] },
  ],
  [
    "a type defined twice",
    [
      { type: "fixed", name: "F", size: 1 },
      { type: "array", items: { type: "fixed", name: "F", size: 2 } },
    ],
  ],
];

for (const [what, schema] of wrong) {
  test(`${what} is refused`, () => {
    assert.throws(() => parseAvroSchema(JSON.stringify(schema)), AvroSchemaError);
  });
}
