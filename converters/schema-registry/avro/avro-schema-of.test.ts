import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BYTES_SCHEMA,
  DATE_SCHEMA,
  DataError,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  TIMESTAMP_SCHEMA,
  TIME_SCHEMA,
  decimalSchema,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { avroSchemaOf } from "#lib/avro";
import type { AvroDataOptions } from "./avro-data-options.ts";
import { ANYTHING_SCHEMA, avroSchemaOfConnect } from "./avro-schema-of.ts";
import { connectName, defaults, enumSchema, field } from "./fixtures/avro-data.ts";

/** Connect to Avro. Facts of Confluent's AvroData. */
const toAvro: readonly (readonly [
  what: string,
  schema: Schema | null,
  avro: unknown,
  options?: Partial<AvroDataOptions>,
])[] = [
  ["INT8", INT8_SCHEMA, { type: "int", "connect.type": "int8" }],
  ["INT16", SchemaBuilder.of("INT16").build(), { type: "int", "connect.type": "int16" }],
  ["INT32", INT32_SCHEMA, "int"],
  ["INT64", INT64_SCHEMA, "long"],
  ["FLOAT32", SchemaBuilder.of("FLOAT32").build(), "float"],
  ["FLOAT64", FLOAT64_SCHEMA, "double"],
  ["BOOLEAN", SchemaBuilder.of("BOOLEAN").build(), "boolean"],
  ["BYTES", BYTES_SCHEMA, "bytes"],
  [
    "an optional field",
    field(OPTIONAL_STRING_SCHEMA),
    {
      type: "record",
      name: "R",
      namespace: "n",
      fields: [{ name: "f", type: ["null", "string"], default: null }],
      "connect.name": "n.R",
    },
  ],
  [
    "an optional field with a default, which decides the order",
    field(SchemaBuilder.of("STRING").optional().defaultValue("a").build()),
    {
      type: "record",
      name: "R",
      namespace: "n",
      fields: [
        { name: "f", type: [{ type: "string", "connect.default": "a" }, "null"], default: "a" },
      ],
      "connect.name": "n.R",
    },
  ],
  [
    "a decimal",
    decimalSchema(2).build(),
    {
      type: "bytes",
      "connect.version": 1,
      "connect.parameters": { scale: "2" },
      "connect.name": connectName("Decimal"),
      precision: 64,
      scale: 2,
      logicalType: "decimal",
    },
  ],
  [
    "a decimal with a precision",
    decimalSchema(2).parameter("connect.decimal.precision", "10").build(),
    {
      type: "bytes",
      "connect.version": 1,
      "connect.parameters": { scale: "2", "connect.decimal.precision": "10" },
      "connect.name": connectName("Decimal"),
      precision: 10,
      scale: 2,
      logicalType: "decimal",
    },
  ],
  [
    "a date",
    DATE_SCHEMA,
    { type: "int", "connect.version": 1, "connect.name": connectName("Date"), logicalType: "date" },
  ],
  [
    "a time",
    TIME_SCHEMA,
    {
      type: "int",
      "connect.version": 1,
      "connect.name": connectName("Time"),
      logicalType: "time-millis",
    },
  ],
  [
    "a timestamp",
    TIMESTAMP_SCHEMA,
    {
      type: "long",
      "connect.version": 1,
      "connect.name": connectName("Timestamp"),
      logicalType: "timestamp-millis",
    },
  ],
  ["an array", SchemaBuilder.array(STRING_SCHEMA).build(), { type: "array", items: "string" }],
  [
    "a map with text keys",
    SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build(),
    { type: "map", values: "int" },
  ],
  [
    "a map with other keys",
    SchemaBuilder.map(INT32_SCHEMA, STRING_SCHEMA).build(),
    {
      type: "array",
      items: {
        type: "record",
        name: "MapEntry",
        namespace: "io.confluent.connect.avro",
        fields: [
          { name: "key", type: "int" },
          { name: "value", type: "string" },
        ],
      },
    },
  ],
  [
    "a struct with name and version",
    SchemaBuilder.struct().name("a.B").version(3).field("x", INT32_SCHEMA).build(),
    {
      type: "record",
      name: "B",
      namespace: "a",
      fields: [{ name: "x", type: "int" }],
      "connect.version": 3,
      "connect.name": "a.B",
    },
  ],
  [
    "structs without names",
    SchemaBuilder.struct()
      .field("x", SchemaBuilder.struct().field("y", INT32_SCHEMA).build())
      .build(),
    {
      type: "record",
      name: "ConnectDefault",
      namespace: "io.confluent.connect.avro",
      fields: [
        {
          name: "x",
          type: {
            type: "record",
            name: "ConnectDefault2",
            namespace: "io.confluent.connect.avro",
            fields: [{ name: "y", type: "int" }],
          },
        },
      ],
    },
  ],
  ["nothing", null, ANYTHING_SCHEMA],
  [
    "an enum without enhanced support",
    enumSchema,
    {
      type: "string",
      "connect.parameters": {
        "io.confluent.connect.avro.Enum": "n.E",
        "io.confluent.connect.avro.Enum.A": "A",
        "io.confluent.connect.avro.Enum.B": "B",
      },
      "connect.name": "n.E",
    },
  ],
  [
    "an enum with enhanced support",
    enumSchema,
    {
      type: "enum",
      name: "E",
      namespace: "n",
      symbols: ["A", "B"],
      "connect.parameters": {
        "io.confluent.connect.avro.Enum": "n.E",
        "io.confluent.connect.avro.Enum.A": "A",
        "io.confluent.connect.avro.Enum.B": "B",
      },
      "connect.name": "n.E",
    },
    { enhanced: true },
  ],
  [
    "bytes of a fixed size",
    SchemaBuilder.of("BYTES").name("n.F").parameter("connect.fixed.size", "4").build(),
    {
      type: "fixed",
      name: "F",
      namespace: "n",
      size: 4,
      "connect.parameters": { "connect.fixed.size": "4" },
      "connect.name": "n.F",
    },
  ],
  [
    "a doc and parameters",
    SchemaBuilder.of("STRING").doc("d").parameter("p", "1").parameter("avro.x", "y").build(),
    {
      type: "string",
      "connect.doc": "d",
      "connect.parameters": { p: "1", "avro.x": "y" },
      "avro.x": "y",
    },
  ],
  [
    "names that are none, scrubbed",
    SchemaBuilder.struct().name("n.R").field("1 a", INT32_SCHEMA).build(),
    {
      type: "record",
      name: "R",
      namespace: "n",
      fields: [{ name: "x1_20a", type: "int" }],
      "connect.name": "n.R",
    },
    { scrubInvalidNames: true },
  ],
  [
    "a union",
    SchemaBuilder.struct()
      .name("io.confluent.connect.avro.Union")
      .field("int", OPTIONAL_INT32_SCHEMA)
      .field("string", OPTIONAL_STRING_SCHEMA)
      .optional()
      .build(),
    ["null", "int", "string"],
  ],
];

for (const [what, schema, avro, options] of toAvro) {
  test(`S-8: ${what} becomes Avro as in Confluent's converter`, () => {
    const made = avroSchemaOfConnect(schema, { ...defaults, ...options });

    assert.deepEqual(made, avro);
    avroSchemaOf(made);
  });
}

test("S-8: a name that is none for Avro is refused without scrubbing, with the setting to change", () => {
  const schema = SchemaBuilder.struct().name("n.R").field("a-b", INT32_SCHEMA).build();

  assert.throws(
    () => avroSchemaOfConnect(schema, defaults),
    (error: Error) => error instanceof DataError && /scrub\.invalid\.names/.test(error.message),
  );
});
