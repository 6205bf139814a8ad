import assert from "node:assert/strict";
import { test } from "node:test";
import { fullMatch } from "./validators.ts";

for (const [pattern, text, isMatch] of [
  [String.raw`healthcare\.hl7v2\..*`, "healthcare.hl7v2.adt", true],
  ["adt", "adt-raw", false],
  ["(?i)ADT.*", "adt.raw", true],
  [String.raw`\Qa.b\E.*`, "a.bc", true],
  [String.raw`\Qa.b\E.*`, "axbc", false],
  [String.raw`\p{Lower}{2}\p{Digit}+`, "ab12", true],
  ["[^{}]*", "a", true],
  ["[]a]+", "a]", true],
  ["[^]a]", "]", false],
  ["a{2}|b{1,}|c{0,3}", "aa", true],
] as const) {
  test(`${pattern} ${isMatch ? "matches" : "does not match"} ${text}`, () => {
    assert.equal(fullMatch(pattern).test(text), isMatch);
  });
}

for (const pattern of [
  "[",
  "[]",
  "[^]",
  "(",
  "a{2,1}",
  "{}",
  "${x}",
  "a{x}",
  "a++",
  "[a&&b]",
  "\\",
]) {
  test(`${pattern} is no pattern`, () => {
    assert.throws(() => fullMatch(pattern), SyntaxError);
  });
}
