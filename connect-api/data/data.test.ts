import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, SchemaBuilderError } from "../errors.ts";
import {
  Decimal,
  INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  TIMESTAMP_SCHEMA,
  decimalSchema,
  sameSchema,
  schemaLike,
  validateValue,
} from "./index.ts";
import type { Schema } from "./index.ts";

const decimals: readonly (readonly [
  text: string,
  unscaled: bigint,
  scale: number,
  bytes: readonly number[],
])[] = [
  ["0", 0n, 0, [0]],
  ["1.56", 156n, 2, [0, 156]],
  ["7.10", 710n, 2, [2, 198]],
  ["-1", -1n, 0, [255]],
  ["-129", -129n, 0, [255, 127]],
  ["0.005", 5n, 3, [5]],
];

for (const [text, unscaled, scale, bytes] of decimals) {
  test(`the decimal ${text} keeps its digits through bytes and text`, () => {
    const decimal = Decimal.parse(text);

    assert.deepEqual([decimal.unscaled, decimal.scale], [unscaled, scale]);
    assert.deepEqual(decimal.toBytes(), Uint8Array.from(bytes));
    assert.equal(String(Decimal.fromBytes(Uint8Array.from(bytes), scale)), text);
  });
}

test("whole numbers of any length go through bytes, in as few as Java's", () => {
  for (let power = 0n; power < 130n; power += 1n) {
    for (const number of [2n ** power - 1n, 2n ** power, -(2n ** power), -(2n ** power) - 1n]) {
      const bytes = new Decimal(number, 0).toBytes();

      assert.equal(Decimal.fromBytes(bytes, 0).unscaled, number);
      const isShortest =
        bytes.length === 1 || BigInt.asIntN((bytes.length - 1) * 8, number) !== number;
      assert.ok(isShortest, String(number));
    }
  }
  assert.equal(Decimal.fromBytes(new Uint8Array(), 2).unscaled, 0n);
  const long = 7n ** 100_000n;
  assert.equal(Decimal.fromBytes(new Decimal(long, 0).toBytes(), 0).unscaled, long);
});

test("another scale keeps the number, and an exponent does not become a number of a gigabyte", () => {
  assert.deepEqual(Decimal.parse("7.1").withScale(3), new Decimal(7100n, 3));
  assert.deepEqual(Decimal.parse("0e1000000000").withScale(2), new Decimal(0n, 2));
  for (const text of ["7.105", "1e1000000000"]) {
    assert.throws(() => Decimal.parse(text).withScale(2), { code: "SCHEMA_MISMATCH" });
  }
  assert.equal(String(Decimal.parse("-1e1000000000")), "-1E+1000000000");
  assert.equal(String(Decimal.parse("12e-1000000000")), "1.2E-999999999");
});

test("text that is no decimal is refused without quoting it", () => {
  assert.throws(
    () => Decimal.parse("SECRET"),
    (error: Error) => error instanceof DataError && !error.message.includes("SECRET"),
  );
});

const person = SchemaBuilder.struct()
  .name("person")
  .field("name", STRING_SCHEMA)
  .field("nick", SchemaBuilder.of("STRING").optional().defaultValue("none").build())
  .build();

test("a struct gives defaults for what is null, and checks what is put", () => {
  const struct = new Struct(person).put("name", "x");

  assert.equal(struct.get("nick"), "none");
  assert.equal(struct.getWithoutDefault("nick"), null);
  assert.throws(() => struct.put("name", null), { code: "SCHEMA_MISMATCH" });
  assert.throws(() => struct.get("age"), { code: "FIELD_UNKNOWN" });
  assert.throws(() => new Struct(person).validate(), { code: "SCHEMA_MISMATCH" });
});

const values: readonly (readonly [schema: Schema, value: unknown, fits: boolean])[] = [
  [INT8_SCHEMA, 127, true],
  [INT8_SCHEMA, 128, false],
  [INT8_SCHEMA, 1.5, false],
  [SchemaBuilder.of("INT64").build(), 1n, true],
  [SchemaBuilder.of("INT64").build(), 1, false],
  [OPTIONAL_STRING_SCHEMA, null, true],
  [STRING_SCHEMA, null, false],
  [SchemaBuilder.array(STRING_SCHEMA).build(), ["a"], true],
  [SchemaBuilder.array(STRING_SCHEMA).build(), ["a", 1], false],
  [SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build(), new Map([["a", 1]]), true],
  [SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build(), { a: 1 }, false],
  [TIMESTAMP_SCHEMA, new Date(), true],
  [TIMESTAMP_SCHEMA, 1n, false],
  [decimalSchema(2).build(), Decimal.parse("1.56"), true],
  [person, new Struct(person).put("name", "x"), true],
  [person, new Struct(person), false],
  [person, new Struct(schemaLike(person).name("other").build()), false],
];

for (const [index, [schema, value, fits]] of values.entries()) {
  test(`value ${index} ${fits ? "fits" : "does not fit"} ${schema.name ?? schema.type}`, () => {
    if (fits) validateValue(schema, value);
    else assert.throws(() => validateValue(schema, value), { code: "SCHEMA_MISMATCH" });
  });
}

test("schemas are the same when they say the same", () => {
  assert.ok(sameSchema(person, schemaLike(person).build()));
  assert.ok(!sameSchema(person, schemaLike(person).version(2).build()));
  assert.ok(!sameSchema(STRING_SCHEMA, OPTIONAL_STRING_SCHEMA));
});

test("a builder refuses what cannot be", () => {
  const builder = SchemaBuilder.struct().field("a", STRING_SCHEMA);

  assert.throws(() => builder.field("a", STRING_SCHEMA), SchemaBuilderError);
  assert.throws(() => SchemaBuilder.of("INT8").field("a", STRING_SCHEMA), SchemaBuilderError);
  assert.throws(() => SchemaBuilder.of("INT8").defaultValue("x").build(), SchemaBuilderError);
});
