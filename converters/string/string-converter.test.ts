import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, INT32_SCHEMA, SchemaBuilder, Struct } from "#connect-api";
import { exactNumber } from "#lib/exact-json";
import { StringConverter } from "./string-converter.ts";

const converter = new StringConverter();
const struct = new Struct(SchemaBuilder.struct().field("a", INT32_SCHEMA).build()).put("a", 1);

const texts: readonly (readonly [value: unknown, text: string])[] = [
  ["text é", "text é"],
  [42, "42"],
  [42n, "42"],
  [true, "true"],
  [{ a: 1, b: "x" }, "{a=1, b=x}"],
  [new Map([["k", [1, 2]]]), "{k=[1, 2]}"],
  [struct, "Struct{a=1}"],
  [exactNumber("7.10"), "7.10"],
];

for (const [value, text] of texts) {
  test(`writes ${text}`, () => {
    const made = converter.fromConnectData("t", null, value);

    assert.equal(new TextDecoder().decode(made ?? undefined), text);
  });
}

test("null stays null, and text comes back", () => {
  assert.equal(converter.fromConnectData("t", null, null), null);
  assert.equal(converter.toConnectData("t", null).value, null);
  assert.equal(converter.toConnectData("t", new TextEncoder().encode("é")).value, "é");
});

test("bytes that are not text are an error, not another text", () => {
  assert.throws(() => converter.toConnectData("t", new Uint8Array([0xff])), DataError);
  const latin = new StringConverter();
  latin.configure({ "converter.encoding": "ISO-8859-1" }, "value");
  assert.equal(latin.toConnectData("t", new Uint8Array([0xe9])).value, "é");
});

test("an encoding that is not known is a config error", () => {
  assert.throws(() => converter.configure({ "converter.encoding": "KLINGON" }, "value"), {
    code: "CONFIG_INVALID",
  });
});
