import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BYTES_SCHEMA,
  DATE_SCHEMA,
  DataError,
  Decimal,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  TIMESTAMP_SCHEMA,
  TIME_SCHEMA,
  decimalSchema,
  sameSchema,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { avroCodec, avroSchemaOf, avroSchemaText } from "#lib/avro";
import type { AvroDataOptions } from "./avro-data-options.ts";
import { ANYTHING_SCHEMA, avroSchemaOfConnect } from "./avro-schema-of.ts";
import { anythingOf, connectOfNative, nativeOfConnect, plainOfAnything } from "./avro-values.ts";
import { connectSchemaOf } from "./connect-schema-of.ts";

const defaults: AvroDataOptions = {
  connectMetaData: true,
  enhanced: false,
  generalized: false,
  scrubInvalidNames: false,
  allowOptionalMapKeys: false,
  flattenSingletonUnions: true,
  discardTypeDoc: false,
};
const enhanced = { ...defaults, enhanced: true };

const field = (schema: Schema): Schema =>
  SchemaBuilder.struct().name("n.R").field("f", schema).build();
const enumSchema = SchemaBuilder.of("STRING")
  .name("n.E")
  .parameter("io.confluent.connect.avro.Enum", "n.E")
  .parameter("io.confluent.connect.avro.Enum.A", "A")
  .parameter("io.confluent.connect.avro.Enum.B", "B")
  .build();
const connectName = (name: string): string => `org.apache.kafka.connect.data.${name}`;

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
