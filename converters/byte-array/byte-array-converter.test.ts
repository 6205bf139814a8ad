import assert from "node:assert/strict";
import { test } from "node:test";
import { BYTES_SCHEMA, STRING_SCHEMA } from "#connect-api";
import { ByteArrayConverter } from "./byte-array-converter.ts";

const converter = new ByteArrayConverter();
const bytes = new Uint8Array([0, 255, 7]);

test("bytes and null pass as they are", () => {
  assert.equal(converter.fromConnectData("t", BYTES_SCHEMA, bytes), bytes);
  assert.equal(converter.fromConnectData("t", null, null), null);
  assert.equal(converter.toConnectData("t", bytes).value, bytes);
  assert.equal(converter.toConnectData("t", null).value, null);
});

test("anything else is refused, by schema or by class, without its value", () => {
  assert.throws(() => converter.fromConnectData("t", STRING_SCHEMA, "SECRET"), {
    message: "Invalid schema type for ByteArrayConverter: STRING",
  });
  assert.throws(() => converter.fromConnectData("t", null, "SECRET"), {
    message: "ByteArrayConverter is not compatible with objects of type class java.lang.String",
  });
});
