import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLiteral } from "./literal-parser.ts";
import { literalText } from "./literal-text.ts";

for (const [text, type, value] of [
  ["null", undefined, null],
  ["true", "BOOLEAN", true],
  ["127", "INT8", 127],
  ["128", "INT16", 128],
  ["9007199254740993", "INT64", 9007199254740993n],
  ["[1, 200]", "ARRAY", [1, 200]],
  ["Müller", "STRING", "Müller"],
  ["[1,", "STRING", "[1,"],
] as const) {
  test(`${text} is ${type ?? "null"}`, () => {
    const parsed = parseLiteral(text);

    assert.equal(parsed.schema?.type, type);
    assert.deepEqual(parsed.value, value);
  });
}

test("what is nested more deeply than any header is text, and ends no worker", () => {
  const deep = `${"[".repeat(150)}1${"]".repeat(150)}`;

  assert.equal(parseLiteral(deep).schema?.type, "ARRAY");
  for (const text of ["[".repeat(100_000), "{1:".repeat(100_000)]) {
    assert.deepEqual(parseLiteral(text).value, text);
  }
});

test("a list and a map are read back from their text", () => {
  for (const text of ['["a","b"]', '{"k":[1,2]}']) {
    const { schema, value } = parseLiteral(text);

    assert.equal(literalText(value, schema), text);
  }
});
