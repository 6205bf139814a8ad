import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import {
  BYTES_SCHEMA,
  DATE_SCHEMA,
  Decimal,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT32_SCHEMA,
  INT64_SCHEMA,
  INT8_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  STRING_SCHEMA,
  SchemaBuilder,
  Struct,
  TIMESTAMP_SCHEMA,
  decimalSchema,
} from "#connect-api";
import type { ConverterHeaders, Props, Schema } from "#connect-api";
import { exactNumber } from "#lib/exact-json";
import { openEmbeddedRegistry } from "#lib/schema-registry";
import { connectSchemaOfJson } from "./connect-schema-of.ts";
import { JsonSchemaConverter } from "../confluent/confluent-converters.ts";
import { jsonSchemaOfConnect } from "./json-schema-of.ts";
import type { JsonDataOptions } from "./json-schema-of.ts";

const defaults: JsonDataOptions = {
  additionalProperties: true,
  optionalForNonrequired: false,
  decimalsAsNumbers: false,
  flattenSingletonUnions: true,
};
const name = (simple: string): string => `org.apache.kafka.connect.data.${simple}`;

/** Facts of Confluent's JsonSchemaData. */
const vectors: readonly (readonly [what: string, schema: Schema, json: object])[] = [
  ["INT8", INT8_SCHEMA, { type: "integer", "connect.type": "int8" }],
  ["INT64", INT64_SCHEMA, { type: "integer", "connect.type": "int64" }],
  ["FLOAT64", SchemaBuilder.of("FLOAT64").build(), { type: "number", "connect.type": "float64" }],
  ["STRING", STRING_SCHEMA, { type: "string" }],
  ["BYTES", BYTES_SCHEMA, { type: "string", "connect.type": "bytes" }],
  ["an optional STRING", OPTIONAL_STRING_SCHEMA, { oneOf: [{ type: "null" }, { type: "string" }] }],
  [
    "a decimal",
    decimalSchema(2).build(),
    {
      type: "number",
      "connect.type": "bytes",
      title: name("Decimal"),
      "connect.version": 1,
      "connect.parameters": { scale: "2" },
    },
  ],
  [
    "a date",
    DATE_SCHEMA,
    { type: "integer", "connect.type": "int32", title: name("Date"), "connect.version": 1 },
  ],
  [
    "an array",
    SchemaBuilder.array(STRING_SCHEMA).build(),
    { type: "array", items: { type: "string" } },
  ],
  [
    "a map with text keys",
    SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build(),
    {
      type: "object",
      "connect.type": "map",
      additionalProperties: { type: "integer", "connect.type": "int32" },
    },
  ],
  [
    "a map with other keys",
    SchemaBuilder.map(INT32_SCHEMA, STRING_SCHEMA).build(),
    {
      type: "array",
      "connect.type": "map",
      items: {
        type: "object",
        properties: {
          key: { type: "integer", "connect.type": "int32", "connect.index": 0 },
          value: { type: "string", "connect.index": 1 },
        },
      },
    },
  ],
  [
    "a struct",
    SchemaBuilder.struct()
      .name("n.R")
      .version(2)
      .field("b", STRING_SCHEMA)
      .field("a", OPTIONAL_STRING_SCHEMA)
      .build(),
    {
      type: "object",
      properties: {
        b: { type: "string", "connect.index": 0 },
        a: { oneOf: [{ type: "null" }, { type: "string" }], "connect.index": 1 },
      },
      title: "n.R",
      "connect.version": 2,
    },
  ],
];

for (const [what, schema, json] of vectors) {
  test(`S-8: ${what} becomes JSON Schema as in Confluent's converter, and comes back`, () => {
    const { $schema, ...made } = jsonSchemaOfConnect(schema, defaults);

    assert.equal($schema, "http://json-schema.org/draft-07/schema#");
    assert.deepEqual(made, json);
    const again = connectSchemaOfJson(made, defaults);
    assert.deepEqual(jsonSchemaOfConnect(again, defaults), { $schema, ...made });
  });
}

function setup(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "registry-"));
  t.after(() => {
    openEmbeddedRegistry(folder).dispose();
    rmSync(folder, { recursive: true });
  });
  return (props: Props = {}): JsonSchemaConverter => {
    const made = new JsonSchemaConverter();
    made.configure(
      { "schema.registry.url": `embedded:${folder}`, "auto.register.schemas": "true", ...props },
      "value",
    );
    return made;
  };
}

test("S-8: a struct is framed JSON text, with all digits, and comes back", async (t) => {
  const schema = SchemaBuilder.struct()
    .name("n.R")
    .field("n", INT64_SCHEMA)
    .field("d", decimalSchema(2).build())
    .field("t", TIMESTAMP_SCHEMA)
    .field("m", SchemaBuilder.map(INT32_SCHEMA, STRING_SCHEMA).build())
    .field("o", OPTIONAL_STRING_SCHEMA)
    .build();
  const struct = new Struct(schema)
    .put("n", 9007199254740993n)
    .put("d", Decimal.parse("7.10"))
    .put("t", new Date(1000))
    .put("m", new Map([[1, "a"]]));
  const converter = setup(t)();

  const bytes = (await converter.fromConnectData("t", schema, struct)) as Uint8Array;

  assert.equal(
    Buffer.from(bytes.subarray(5)).toString(),
    '{"n":9007199254740993,"d":"AsY=","t":1000,"m":[{"key":1,"value":"a"}],"o":null}',
  );
  const back = (await converter.toConnectData("t", bytes)).value as Struct;
  assert.deepEqual(
    ["n", "d", "t", "m", "o"].map((field) => back.get(field)),
    ["n", "d", "t", "m", "o"].map((field) => struct.get(field)),
  );
});

const patient = {
  resourceType: "Patient",
  id: "p1",
  multipleBirthInteger: 2n,
  extension: [{ url: "http://example.org/weight", valueDecimal: exactNumber("7.10") }],
};

test("a FHIR resource goes to JSON with its schema and back, digits and all", async (t) => {
  const converter = setup(t)();
  const bytes = (await converter.fromConnectData(
    "healthcare.fhir.patient",
    null,
    patient,
  )) as Uint8Array;

  assert.match(Buffer.from(bytes.subarray(5)).toString(), /"valueDecimal":7\.10/);
  assert.deepEqual(await converter.toConnectData("healthcare.fhir.patient", bytes), {
    schema: null,
    value: patient,
  });
});

test("data that the schema does not allow is refused with its place, and without the value", async (t) => {
  const converter = setup(t)();

  for (const [change, message] of [
    [{ gender: "SECRET" }, /at gender: enum/],
    [{ birthDate: "2026-02-30" }, /at birthDate: pattern/],
    [{ name: [{ secret: 1n }] }, /at name\[0\]: additionalProperties secret/],
    [{ multipleBirthInteger: exactNumber("1.5") }, /at multipleBirthInteger: exactNumber/],
  ] as const) {
    await assert.rejects(
      async () =>
        converter.fromConnectData("healthcare.fhir.patient", null, { ...patient, ...change }),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "JSON_SCHEMA_MISMATCH");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /SECRET|1\.5|02-30/);
        return true;
      },
    );
  }
});

test("a content type of JSON is written beside bare JSON, and not where an id stands in front of it", async (t) => {
  const make = setup(t);
  const typed = (): ConverterHeaders => [["content-type", Buffer.from("application/fhir+json")]];
  const [framed, bare] = [typed(), typed()];
  const inHeader = "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer";

  await make().fromConnectData("t", STRING_SCHEMA, "x", framed);
  await make({ "value.schema.id.serializer": inHeader }).fromConnectData(
    "t",
    STRING_SCHEMA,
    "x",
    bare,
  );

  assert.deepEqual(framed, []);
  assert.deepEqual(bare[0], typed()[0]);
});

test("a float has the digits that it was given, and what is no number is never written as null", async (t) => {
  const make = setup(t);
  const unchecked = { "json.fail.invalid.schema": "false" };
  const text = async (schema: Schema, value: number): Promise<string> => {
    const bytes = await make(unchecked).fromConnectData(`t.${schema.type}`, schema, value);
    return Buffer.from((bytes as Uint8Array).subarray(5)).toString("utf8");
  };

  assert.equal(await text(FLOAT32_SCHEMA, Math.fround(7.1)), "7.1");
  assert.equal(await text(FLOAT64_SCHEMA, 7.1), "7.1");
  assert.equal(await text(FLOAT64_SCHEMA, Number.NaN), '"NaN"');
  await assert.rejects(async () => make().fromConnectData("t", FLOAT64_SCHEMA, Number.NaN), {
    code: "JSON_SCHEMA_MISMATCH",
  });
});
