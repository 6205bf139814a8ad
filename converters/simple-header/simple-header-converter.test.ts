import assert from "node:assert/strict";
import { test } from "node:test";
import { DATE_SCHEMA, Decimal, TIMESTAMP_SCHEMA, TIME_SCHEMA } from "#connect-api";
import type { Schema } from "#connect-api";
import { SimpleHeaderConverter } from "./simple-header-converter.ts";

// Vectors: Kafka's ValuesTest, as far as they are facts of the format.

const converter = new SimpleHeaderConverter();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const read: readonly (readonly [text: string, type: string | null, value: unknown])[] = [
  ["", "STRING", ""],
  ["  ", "STRING", "  "],
  [" null ", null, null],
  ["true", "BOOLEAN", true],
  ["true}", "STRING", "true}"],
  ["127", "INT8", 127],
  ["128", "INT16", 128],
  ["32768", "INT32", 32_768],
  ["2147483648", "INT64", 2_147_483_648n],
  ["9223372036854775808", "BYTES", new Decimal(9223372036854775808n, 0)],
  ["1.0", "INT8", 1],
  ["300.0", "INT16", 300],
  ["1.1", "FLOAT32", Math.fround(1.1)],
  ["+5", "INT8", 5],
  ["-5", "INT8", -5],
  ["abc", "STRING", "abc"],
  ["a:b", "STRING", "a:b"],
  ['"quoted"', "STRING", '"quoted"'],
  ["2019-08-23", "INT32", new Date("2019-08-23T00:00:00Z")],
  ["14:34:54.346Z", "INT32", new Date("1970-01-01T14:34:54.346Z")],
  ["2019-08-23T14:34:54.346Z", "INT64", new Date("2019-08-23T14:34:54.346Z")],
];

for (const [text, type, value] of read) {
  test(`"${text}" is ${type ?? "null"}`, () => {
    const found = converter.toConnectHeader("t", "k", bytes(text));

    assert.equal(found.schema?.type ?? null, type);
    assert.deepEqual(found.value, value);
  });
}

const written: readonly (readonly [schema: Schema | null, value: unknown, text: string | null])[] =
  [
    [null, null, null],
    [null, "text", "text"],
    [null, 5n, "5"],
    [null, true, "true"],
    [null, new Uint8Array([1, 2]), "AQI="],
    [null, ["a", 1], '["a",1]'],
    [null, { k: "v" }, '{"k":"v"}'],
    [DATE_SCHEMA, new Date("2019-08-23T00:00:00Z"), "2019-08-23"],
    [TIME_SCHEMA, new Date("1970-01-01T14:34:54.346Z"), "14:34:54.346Z"],
    [TIMESTAMP_SCHEMA, new Date("2019-08-23T14:34:54.346Z"), "2019-08-23T14:34:54.346Z"],
  ];

for (const [schema, value, text] of written) {
  test(`writes ${text ?? "null"}`, () => {
    const made = converter.fromConnectHeader("t", "k", schema, value);

    assert.equal(made === null ? null : new TextDecoder().decode(made), text);
  });
}

test("bytes that are no text stay bytes", () => {
  const found = converter.toConnectHeader("t", "k", new Uint8Array([0xff, 0xfe]));

  assert.equal(found.schema?.type, "BYTES");
});
