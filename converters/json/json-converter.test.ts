import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DATE_SCHEMA,
  DataError,
  Decimal,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_BOOLEAN_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  TIMESTAMP_SCHEMA,
  TIME_SCHEMA,
  decimalSchema,
  sameSchema,
} from "#connect-api";
import type { Schema } from "#connect-api";
import { exactNumber } from "#lib/exact-json";
import { JsonConverter } from "./json-converter.ts";

// Vectors: Kafka's JsonConverterTest, as far as they are facts of the format.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function converter(props: Readonly<Record<string, string>> = {}): JsonConverter {
  const made = new JsonConverter();
  made.configure(props, "value");
  return made;
}
const plain = converter({ "schemas.enable": "false" });
const bytes = (text: string): Uint8Array => encoder.encode(text);
const text = (made: Uint8Array | null): string | null =>
  made === null ? null : decoder.decode(made);

const read: readonly (readonly [json: string, schema: Schema | null, value: unknown])[] = [
  ['{"schema":{"type":"boolean"},"payload":true}', SchemaBuilder.of("BOOLEAN").build(), true],
  ['{"schema":{"type":"boolean","optional":true},"payload":null}', OPTIONAL_BOOLEAN_SCHEMA, null],
  [
    '{"schema":{"type":"boolean","default":true},"payload":null}',
    SchemaBuilder.of("BOOLEAN").defaultValue(true).build(),
    true,
  ],
  ['{"schema":{"type":"int8"},"payload":12}', INT8_SCHEMA, 12],
  ['{"schema":{"type":"int64"},"payload":9007199254740993}', INT64_SCHEMA, 9007199254740993n],
  ['{"schema":{"type":"string"},"payload":"a"}', STRING_SCHEMA, "a"],
  [
    '{"schema":{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}},"payload":[[1,12],[2,15]]}',
    SchemaBuilder.map(INT32_SCHEMA, INT32_SCHEMA).build(),
    new Map([
      [1, 12],
      [2, 15],
    ]),
  ],
  ['{"schema":null,"payload":12}', null, 12n],
  ['{"schema":null,"payload":12.24}', null, 12.24],
  [
    '{"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Date","version":1},"payload":10000}',
    DATE_SCHEMA,
    new Date(10_000 * 86_400_000),
  ],
  [
    '{"schema":{"type":"int32","name":"org.apache.kafka.connect.data.Time","version":1},"payload":14400000}',
    TIME_SCHEMA,
    new Date(14_400_000),
  ],
  [
    '{"schema":{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp","version":1},"payload":4000000000}',
    TIMESTAMP_SCHEMA,
    new Date(4_000_000_000),
  ],
];

for (const [json, schema, value] of read) {
  test(`reads ${json}`, () => {
    const found = converter().toConnectData("t", bytes(json));

    assert.ok(sameSchema(found.schema, schema));
    assert.deepEqual(found.value, value);
  });
}

for (const payload of ['"AJw="', "1.56"]) {
  test(`reads the decimal ${payload}`, () => {
    const json = `{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},"payload":${payload}}`;

    assert.equal(String(converter().toConnectData("t", bytes(json)).value), "1.56");
  });
}

const refused: readonly (readonly [json: string, message: RegExp])[] = [
  ['{"a":"SECRET"}', /requires "schema" and "payload" fields/],
  ['{"schema":{"type":"int32"},"payload":null}', /Invalid null value for required INT32 field/],
  ['{"schema":{"type":"zzz"},"payload":1}', /Unknown schema type: zzz/],
  ['{"schema":{},"payload":1}', /Schema must contain 'type' field/],
  ['{"SECRET', /serialization error/],
  ['{"schema":{"type":"int32"},"payload":"SECRET"}', /STRING does not fit the type INT32/],
];

for (const [json, message] of refused) {
  test(`refuses with ${message.source}, and quotes nothing of the value`, () => {
    assert.throws(
      () => converter().toConnectData("t", bytes(json)),
      (error: Error) => {
        assert.ok(error instanceof DataError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      },
    );
  });
}

const decimal = decimalSchema(4).build();
const struct = (): Struct => {
  const schema = SchemaBuilder.struct()
    .field("id", INT64_SCHEMA)
    .field("name", SchemaBuilder.of("STRING").optional().defaultValue("d").build())
    .build();
  return new Struct(schema).put("id", 9007199254740993n);
};

const written: readonly (readonly [
  what: string,
  schema: Schema | null,
  value: unknown,
  json: string | null,
])[] = [
  ["a tombstone", null, null, null],
  ["a map without schema", null, { a: 1 }, '{"schema":null,"payload":{"a":1}}'],
  [
    "a null with a schema, which is no tombstone",
    OPTIONAL_BOOLEAN_SCHEMA,
    null,
    '{"schema":{"type":"boolean","optional":true},"payload":null}',
  ],
  [
    "a map with keys that are no text",
    SchemaBuilder.map(INT32_SCHEMA, INT32_SCHEMA).build(),
    new Map([[1, 12]]),
    '{"schema":{"type":"map","keys":{"type":"int32","optional":false},"values":{"type":"int32","optional":false},"optional":false},"payload":[[1,12]]}',
  ],
  [
    "a struct, whose null takes its default",
    struct().schema,
    struct(),
    '{"schema":{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"},{"type":"string","optional":true,"default":"d","field":"name"}],"optional":false},"payload":{"id":9007199254740993,"name":"d"}}',
  ],
];

for (const [what, schema, value, json] of written) {
  test(`writes ${what}`, () => {
    assert.equal(text(converter().fromConnectData("t", schema, value)), json);
  });
}

test("decimals are written as base64 or, with all digits, as numbers", () => {
  const payload = (props: Readonly<Record<string, string>>): string =>
    text(converter(props).fromConnectData("t", decimal, Decimal.parse("1.5600")))?.split(
      '"payload":',
    )[1] ?? "";

  assert.equal(payload({}), '"PPA="}');
  assert.equal(payload({ "decimal.format": "NUMERIC" }), "1.5600}");
});

test("without schemas, JSON comes back as it was: digits, widths and nesting", () => {
  const json = '{"a":7.10,"b":12,"c":9007199254740993,"d":[1.5,null,true],"e":{"f":"x"}}';

  const { value } = plain.toConnectData("t", bytes(json));

  assert.deepEqual(value, {
    a: exactNumber("7.10"),
    b: 12n,
    c: 9007199254740993n,
    d: [1.5, null, true],
    e: { f: "x" },
  });
  assert.equal(text(plain.fromConnectData("t", null, value)), json);
});

test("without schemas, empty bytes are null, and bytes inside of data are base64", () => {
  assert.equal(plain.toConnectData("t", new Uint8Array()).value, null);
  assert.equal(
    text(plain.fromConnectData("t", null, { a: new Uint8Array([1, 2]), b: new Map([["k", 1n]]) })),
    '{"a":"AQI=","b":{"k":1}}',
  );
});
