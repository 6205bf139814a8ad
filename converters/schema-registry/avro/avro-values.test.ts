import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BYTES_SCHEMA,
  DATE_SCHEMA,
  Decimal,
  INT32_SCHEMA,
  INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  TIMESTAMP_SCHEMA,
  TIME_SCHEMA,
  decimalSchema,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { avroCodec, avroSchemaOf } from "#lib/avro";
import { ANYTHING_SCHEMA, avroSchemaOfConnect } from "./avro-schema-of.ts";
import { anythingOf, connectOfNative, nativeOfConnect, plainOfAnything } from "./avro-values.ts";
import { connectSchemaOf } from "./connect-schema-of.ts";
import { defaults } from "./fixtures/avro-data.ts";

function throughAvro(schema: Schema, value: unknown, options = defaults): unknown {
  const avro = avroSchemaOf(avroSchemaOfConnect(schema, options));
  const codec = avroCodec(avro, "native");
  const read = connectSchemaOf(avro, options);
  return connectOfNative(
    read,
    avro,
    codec.decode(codec.encode(nativeOfConnect(schema, value, avro, options))),
    options,
  );
}

const values: readonly (readonly [what: string, schema: Schema, value: unknown])[] = [
  ["a number of 64 bits", INT64_SCHEMA, 9007199254740993n],
  ["a decimal with its zeros", decimalSchema(2).build(), Decimal.parse("7.10")],
  ["a date", DATE_SCHEMA, new Date("1955-03-04T00:00:00Z")],
  ["a time", TIME_SCHEMA, new Date(3_600_000)],
  ["a timestamp", TIMESTAMP_SCHEMA, new Date("2026-07-14T08:00:00.123Z")],
  ["bytes", BYTES_SCHEMA, Uint8Array.of(0, 255)],
  ["a list with nulls", SchemaBuilder.array(OPTIONAL_STRING_SCHEMA).build(), ["a", null]],
  [
    "a map with whole numbers as keys",
    SchemaBuilder.map(INT32_SCHEMA, STRING_SCHEMA).build(),
    new Map([[1, "a"]]),
  ],
];

for (const [what, schema, value] of values) {
  test(`S-8: ${what} comes back`, () => assert.deepEqual(throughAvro(schema, value), value));
}

test("S-8: a struct that holds itself comes back", () => {
  const avro = avroSchemaOf({
    type: "record",
    name: "Node",
    fields: [
      { name: "id", type: "string" },
      { name: "next", type: ["null", "Node"], default: null },
    ],
  });
  const schema = connectSchemaOf(avro, defaults);
  const nextSchema = schema.field("next")?.schema as Schema;
  const value = new Struct(schema)
    .put("id", "a")
    .put("next", new Struct(nextSchema).put("id", "b"));
  const codec = avroCodec(avro, "native");

  const back = connectOfNative(
    schema,
    avro,
    codec.decode(codec.encode(nativeOfConnect(schema, value, avro, defaults))),
    defaults,
  ) as Struct;

  assert.equal((back.get("next") as Struct).get("id"), "b");
  assert.equal((back.get("next") as Struct).get("next"), null);
});

test("S-8: data without a schema comes back through Anything", () => {
  const value = { a: [1n, "x", true, null], b: { c: 1.5 } };
  const codec = avroCodec(avroSchemaOf(ANYTHING_SCHEMA), "native");

  assert.deepEqual(plainOfAnything(codec.decode(codec.encode(anythingOf(value)))), value);
});

test("S-8: a struct of a union sets one branch, and it comes back there", () => {
  const avro = avroSchemaOf(["null", "int", "string"]);
  const schema = connectSchemaOf(avro, defaults);
  const codec = avroCodec(avro, "native");
  const value = new Struct(schema).put("string", "x");

  const back = connectOfNative(
    schema,
    avro,
    codec.decode(codec.encode(nativeOfConnect(schema, value, avro, defaults))),
    defaults,
  ) as Struct;

  assert.deepEqual([back.get("int"), back.get("string")], [null, "x"]);
});
