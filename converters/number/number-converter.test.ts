import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, INT16_SCHEMA, NarrowNumber } from "#connect-api";
import type { Converter } from "#connect-api";
import { numberConverters } from "./number-converter.ts";

const make = (type: string): Converter => {
  const Found = numberConverters[`org.apache.kafka.connect.converters.${type}Converter`];
  assert.ok(Found);
  return new Found();
};

const vectors: readonly (readonly [type: string, value: unknown, bytes: readonly number[]])[] = [
  ["Boolean", true, [1]],
  ["Boolean", false, [0]],
  ["Short", -2, [0xff, 0xfe]],
  ["Integer", 14, [0, 0, 0, 14]],
  ["Long", -1n, [255, 255, 255, 255, 255, 255, 255, 255]],
  ["Float", new NarrowNumber("FLOAT32", 1.5), [0x3f, 0xc0, 0, 0]],
  ["Double", -2, [0xc0, 0, 0, 0, 0, 0, 0, 0]],
];

for (const [type, value, bytes] of vectors) {
  test(`${type} ${String(value)} is ${bytes.join(" ")}, both ways`, async () => {
    const converter = make(type);

    assert.deepEqual(await converter.fromConnectData("t", null, value), Uint8Array.from(bytes));
    assert.deepEqual(
      (await converter.toConnectData("t", Uint8Array.from(bytes))).value,
      value instanceof NarrowNumber ? value.value : value,
    );
  });
}

test("null stays null", async () => {
  assert.equal(await make("Integer").fromConnectData("t", null, null), null);
  assert.equal((await make("Integer").toConnectData("t", null)).value, null);
});

const refused: readonly (readonly [what: string, run: () => unknown])[] = [
  ["too few bytes", () => make("Integer").toConnectData("t", new Uint8Array(3))],
  ["a value of another type", () => make("Long").fromConnectData("t", null, 1)],
  ["a value out of range", () => make("Short").fromConnectData("t", null, 40_000)],
  ["a schema of another type", () => make("Integer").fromConnectData("t", INT16_SCHEMA, 1)],
];

for (const [what, run] of refused) {
  test(`${what} is a data error`, () => {
    assert.throws(run, DataError);
  });
}
