import assert from "node:assert/strict";
import { test } from "node:test";
import { jacksonText } from "./jackson-text.ts";

for (const { text, expected } of [
  { text: "Grüße, 世界", expected: '"Grüße, 世界"' },
  { text: "😀!", expected: String.raw`"\uD83D\uDE00!"` },
  { text: "\u001f\u0000", expected: String.raw`"\u001F\u0000"` },
  { text: '\n"\\', expected: String.raw`"\n\"\\"` },
  { text: "\\u001f", expected: String.raw`"\\u001f"` },
  { text: "\udead", expected: String.raw`"\uDEAD"` },
]) {
  test(`${expected} is what Jackson writes`, () => {
    assert.equal(jacksonText(JSON.stringify(text)), expected);
  });
}
