import assert from "node:assert/strict";
import { test } from "node:test";
import { exactNumber } from "#lib/exact-json";
import { AvroDataError, AvroUnionValue, avroCodec, avroSchemaOf } from "./index.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

// Binary encodings as the Avro specification gives them.
const encodings: readonly (readonly [schema: unknown, value: unknown, hex: string])[] = [
  ["null", null, ""],
  ["boolean", true, "01"],
  ["int", 0, "00"],
  ["int", -1, "01"],
  ["int", -64, "7f"],
  ["int", 64, "8001"],
  ["int", 2147483647, "feffffff0f"],
  ["int", -2147483648, "ffffffff0f"],
  ["long", 1n, "02"],
  ["long", 9007199254740993n, "82808080808080 20".replace(" ", "")],
  ["long", -9223372036854775808n, "ffffffffffffffffff01"],
  ["long", 9223372036854775807n, "feffffffffffffffff01"],
  ["float", 1.5, "0000c03f"],
  ["double", -2.25, "00000000000002c0"],
  ["bytes", bytesOf("0102"), "040102"],
  ["string", "foo", "06666f6f"],
  ["string", "é€😀", "12c3a9e282acf09f9880"],
  [{ type: "fixed", name: "F", size: 2 }, bytesOf("0a0b"), "0a0b"],
  [{ type: "enum", name: "E", symbols: ["A", "B"] }, "B", "02"],
  [{ type: "array", items: "long" }, [3n, 27n], "04063600"],
  [{ type: "array", items: "long" }, [], "00"],
  [{ type: "map", values: "int" }, new Map([["a", 1]]), "0202610200"],
  [["null", "string"], null, "00"],
  [["null", "string"], "a", "020261"],
  [["string", "null"], null, "02"],
  [["int", "string"], new AvroUnionValue(1, "a"), "020261"],
  [
    {
      type: "record",
      name: "R",
      fields: [
        { name: "a", type: "long" },
        { name: "b", type: "string" },
      ],
    },
    { a: 27n, b: "foo" },
    "3606666f6f",
  ],
];

for (const [schema, value, expected] of encodings) {
  test(`${JSON.stringify(schema)} is ${expected || "nothing"}`, () => {
    const codec = avroCodec(avroSchemaOf(schema), "native");

    assert.equal(hex(codec.encode(value)), expected);
    assert.deepEqual(codec.decode(bytesOf(expected)), value);
  });
}

const person = avroSchemaOf({
  type: "record",
  name: "Person",
  fields: [
    { name: "resourceType", type: "string", default: "Person" },
    { name: "weight", type: ["null", { type: "string", "fhir.type": "decimal" }], default: null },
    { name: "rank", type: ["null", "int"], default: null },
    { name: "any", type: ["null", { type: "string", "fhir.json": true }], default: null },
    { name: "inner", type: ["null", "Person"], default: null },
  ],
});

test("in the form json, digits stay, absent is absent and JSON text is data", () => {
  const codec = avroCodec(person, "json");
  const value = {
    resourceType: "Person",
    weight: exactNumber("7.10"),
    rank: 3n,
    any: { a: [1n, exactNumber("2.50")] },
    inner: { resourceType: "Person", weight: 0.5 },
  };

  assert.deepEqual(codec.decode(codec.encode(value)), value);
});

const refused: readonly (readonly [what: string, value: unknown, message: RegExp])[] = [
  ["a field that the schema has not", { secret: "SECRET" }, /at secret: the schema has no such/],
  ["another type", { inner: { rank: "SECRET" } }, /at inner\.rank: int was expected.*string/],
  ["another resource", { resourceType: "SECRET" }, /at resourceType: the schema is of Person/],
  ["no number", { weight: "SECRET" }, /at weight: string was expected/],
];

for (const [what, value, message] of refused) {
  test(`${what} is refused with its path, and without the value`, () => {
    const full = { resourceType: "Person", ...(value as object) };
    const inner = (full as { inner?: object }).inner;
    const given = inner ? { ...full, inner: { resourceType: "Person", ...inner } } : full;

    assert.throws(
      () => avroCodec(person, "json").encode(given),
      (error: Error) => {
        assert.ok(error instanceof AvroDataError);
        assert.equal(error.code, "AVRO_DATA_MISMATCH");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      },
    );
  });
}

test("data that is larger than the writer's memory comes out whole", () => {
  const codec = avroCodec(avroSchemaOf({ type: "array", items: "string" }), "native");
  const value = Array.from({ length: 5000 }, (_, index) => `${index}-${"é".repeat(index % 90)}`);

  assert.deepEqual(codec.decode(codec.encode(value)), value);
});

test("every way of cutting the bytes short is an error, and never other data", () => {
  const codec = avroCodec(
    avroSchemaOf({
      type: "record",
      name: "R",
      fields: [
        { name: "a", type: { type: "array", items: ["null", "string"] } },
        { name: "d", type: "double" },
        { name: "n", type: "long" },
      ],
    }),
    "native",
  );
  const whole = codec.encode({ a: ["x", null, "y".repeat(80)], d: 1, n: 123456789n });

  for (let length = 0; length < whole.length; length += 1) {
    assert.throws(() => codec.decode(whole.subarray(0, length)), { code: "AVRO_BYTES_INVALID" });
  }
  assert.throws(
    () => codec.decode(Buffer.concat([whole, whole]), 0, { failOnTrailingData: true }),
    {
      code: "AVRO_BYTES_INVALID",
    },
  );
});

test("a list that claims more items than there are bytes is an error and takes no memory", () => {
  const codec = avroCodec(avroSchemaOf({ type: "array", items: "null" }), "native");

  assert.throws(() => codec.decode(bytesOf("feffffffffffffffff01")), {
    code: "AVRO_BYTES_INVALID",
  });
});

test("a block with its size in bytes is read (a negative count)", () => {
  const codec = avroCodec(avroSchemaOf({ type: "array", items: "long" }), "native");

  assert.deepEqual(codec.decode(bytesOf("0304063600")), [3n, 27n]);
});

test("half of a surrogate pair is refused: it would be written as another character", () => {
  const codec = avroCodec(avroSchemaOf("string"), "native");

  assert.throws(() => codec.encode("a\ud800"), { code: "AVRO_DATA_MISMATCH" });
});

test("texts of the same hash are not mixed up", () => {
  const codec = avroCodec(avroSchemaOf("string"), "native");
  const texts = Array.from({ length: 20_000 }, (_, index) => `id-${index}`);
  const encoded = texts.map((text) => codec.encode(text));

  assert.deepEqual(
    encoded.map((bytes) => codec.decode(bytes)),
    texts,
  );
});

test("a field named __proto__ is a field", () => {
  const codec = avroCodec(
    avroSchemaOf({ type: "record", name: "R", fields: [{ name: "__proto__", type: "string" }] }),
    "native",
  );
  const value = codec.decode(bytesOf("0261")) as object;

  assert.deepEqual(Object.entries(value), [["__proto__", "a"]]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test("members in any order, and members that are null, are written like those in the schema's order", () => {
  const codec = avroCodec(
    avroSchemaOf({
      type: "record",
      name: "R",
      fields: [
        { name: "a", type: ["null", "string"], default: null },
        { name: "b", type: "string" },
        { name: "c", type: ["string", "null"], default: "x" },
        { name: "d", type: ["null", "int"], default: null },
      ],
    }),
    "json",
  );
  const inOrder = codec.encode({ b: "b", c: "c", d: 1n });

  assert.deepEqual(codec.encode({ d: 1n, c: "c", b: "b" }), inOrder);
  assert.deepEqual(codec.encode({ c: "c", b: "b", d: 1n, a: null }), inOrder);
  assert.deepEqual(
    codec.encode({ b: "b", c: "c", d: 1n, a: "a" }),
    codec.encode({ a: "a", b: "b", c: "c", d: 1n }),
  );
  assert.deepEqual(codec.encode({ a: undefined, b: "b", c: "c", d: 1n }), inOrder);
  assert.deepEqual(codec.decode(codec.encode({ b: "b" })), { b: "b" });
  assert.throws(() => codec.encode({ a: "a", c: "c" }), { code: "AVRO_DATA_MISMATCH" });
  assert.throws(() => codec.encode({ b: "b", z: 1n }), { code: "AVRO_DATA_MISMATCH" });
});

test("members in any order are written where nothing is required", () => {
  const optional = (name: string) => ({ name, type: ["null", "string"], default: null });
  const codec = avroCodec(
    avroSchemaOf({ type: "record", name: "R", fields: ["a", "b", "c"].map(optional) }),
    "json",
  );

  assert.deepEqual(codec.encode({ b: "b", a: "a" }), codec.encode({ a: "a", b: "b" }));
  assert.deepEqual(codec.decode(codec.encode({ c: "c", a: "a" })), { a: "a", c: "c" });
});
