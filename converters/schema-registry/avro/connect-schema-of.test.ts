import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DATE_SCHEMA,
  DataError,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  TIMESTAMP_SCHEMA,
  TIME_SCHEMA,
  decimalSchema,
  sameSchema,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { avroSchemaOf, avroSchemaText } from "#lib/avro";
import type { AvroDataOptions } from "./avro-data-options.ts";
import { avroSchemaOfConnect } from "./avro-schema-of.ts";
import { connectSchemaOf } from "./connect-schema-of.ts";
import { connectName, defaults, enhanced, enumSchema, field } from "./fixtures/avro-data.ts";

/** Avro to Connect. */
const toConnect: readonly (readonly [
  what: string,
  avro: unknown,
  schema: Schema,
  options?: Partial<AvroDataOptions>,
])[] = [
  ["int8", { type: "int", "connect.type": "int8" }, INT8_SCHEMA],
  ["a date", { type: "int", logicalType: "date" }, DATE_SCHEMA],
  ["a time", { type: "int", logicalType: "time-millis" }, TIME_SCHEMA],
  ["microseconds are plain", { type: "long", logicalType: "timestamp-micros" }, INT64_SCHEMA],
  ["a timestamp", { type: "long", logicalType: "timestamp-millis" }, TIMESTAMP_SCHEMA],
  [
    "a decimal",
    { type: "bytes", logicalType: "decimal", precision: 10, scale: 2 },
    decimalSchema(2).parameter("connect.decimal.precision", "10").build(),
  ],
  [
    "a fixed",
    { type: "fixed", name: "n.F", size: 4 },
    SchemaBuilder.of("BYTES").name("n.F").parameter("connect.fixed.size", "4").build(),
  ],
  ["an enum", { type: "enum", name: "n.E", symbols: ["A", "B"] }, enumSchema],
  [
    "an enum, generalized",
    { type: "enum", name: "n.E", symbols: ["A"] },
    SchemaBuilder.of("STRING")
      .name("n.E")
      .parameter(connectName("Enum"), "n.E")
      .parameter(`${connectName("Enum")}.A`, "0")
      .build(),
    { generalized: true },
  ],
  ["null and another", ["null", "string"], OPTIONAL_STRING_SCHEMA],
  ["a union of one", ["string"], STRING_SCHEMA],
  [
    "a union of several",
    ["null", "int", { type: "record", name: "n.A", fields: [] }],
    SchemaBuilder.struct()
      .name("io.confluent.connect.avro.Union")
      .field("int", OPTIONAL_INT32_SCHEMA)
      .field("A", SchemaBuilder.struct().name("n.A").optional().build())
      .optional()
      .build(),
  ],
  [
    "a union with full names",
    [
      { type: "record", name: "n.A", fields: [] },
      { type: "record", name: "m.A", fields: [] },
    ],
    SchemaBuilder.struct()
      .name("io.confluent.connect.avro.Union")
      .field("n.A", SchemaBuilder.struct().name("n.A").optional().build())
      .field("m.A", SchemaBuilder.struct().name("m.A").optional().build())
      .build(),
    { enhanced: true },
  ],
  [
    "a field's default, marked for the way back",
    { type: "record", name: "n.R", fields: [{ name: "f", type: "int", default: 7 }] },
    field(
      SchemaBuilder.of("INT32")
        .parameter("io.confluent.connect.avro.field.default", "true")
        .defaultValue(7)
        .build(),
    ),
  ],
];

for (const [what, avro, schema, options] of toConnect) {
  test(`S-8: ${what} becomes a Connect schema as in Confluent's converter`, () => {
    const made = connectSchemaOf(avroSchemaOf(avro), { ...defaults, ...options });

    assert.ok(sameSchema(made, schema), JSON.stringify(made));
    assert.deepEqual(made.defaultValue, schema.defaultValue);
  });
}

test("S-8: null alone and two branches of one name are refused", () => {
  const twice = [
    { type: "record", name: "n.A", fields: [] },
    { type: "record", name: "m.A", fields: [] },
  ];

  assert.throws(() => connectSchemaOf(avroSchemaOf("null"), defaults), DataError);
  assert.throws(() => connectSchemaOf(avroSchemaOf(twice), defaults), DataError);
});

test("S-8: the version of a record is connect.version, else the registry's", () => {
  const record = { type: "record", name: "R", fields: [] };

  assert.equal(connectSchemaOf(avroSchemaOf(record), defaults, 5).version, 5);
  assert.equal(
    connectSchemaOf(avroSchemaOf({ ...record, "connect.version": 2 }), defaults, 5).version,
    2,
  );
});

const texts: readonly unknown[] = [
  {
    type: "record",
    name: "R",
    namespace: "n",
    doc: "of a record",
    fields: [
      { name: "a", type: "string", doc: "of a field" },
      { name: "b", type: ["null", "long"], default: null },
      { name: "c", type: { type: "enum", name: "E", symbols: ["X", "Y"], default: "X" } },
      { name: "d", type: { type: "array", items: { type: "record", name: "S", fields: [] } } },
      { name: "e", type: { type: "map", values: "double" } },
      { name: "f", type: "int", default: 3 },
      { name: "g", type: ["null", "int", "string"], default: null },
      { name: "h", type: { type: "fixed", name: "F", size: 2 } },
    ],
  },
];

for (const avro of texts) {
  test("S-8: Avro to Connect to Avro keeps what the schema says (enhanced support)", () => {
    const connect = connectSchemaOf(avroSchemaOf(avro), enhanced);
    const again = avroSchemaOf(avroSchemaOfConnect(connect, enhanced));
    const withoutConnect = (text: string): string =>
      avroSchemaText(
        avroSchemaOf(
          JSON.parse(text, (key, value: unknown) =>
            key.startsWith("connect.") ? undefined : value,
          ),
        ),
      );

    assert.equal(
      withoutConnect(avroSchemaText(again)),
      withoutConnect(avroSchemaText(avroSchemaOf(avro))),
    );
    // And once more without any difference.
    const third = avroSchemaOf(avroSchemaOfConnect(connectSchemaOf(again, enhanced), enhanced));
    assert.equal(avroSchemaText(third), avroSchemaText(again));
  });
}
