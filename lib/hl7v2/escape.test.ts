import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_DELIMITERS } from "./delimiters.ts";
import { decodeEscapes, encodeEscapes } from "./escape.ts";

const decodings: readonly (readonly [what: string, sent: string, value: string])[] = [
  ["the delimiters", String.raw`a\F\b\S\c\T\d\R\e\E\f`, String.raw`a|b^c&d~e\f`],
  ["hex as UTF-8", String.raw`\XC3A9\t\XC3A9\ `, "été "],
  ["hex as ISO 8859-1 when it is no UTF-8", String.raw`\XE9\t\XE9\ `, "été "],
  ["line breaks", String.raw`one\.br\two\.sp\three\.sp2\four`, "one\ntwo\nthree\n\nfour"],
  ["formatting commands", String.raw`\.in+4\a\.sk+3\b\.ce\c\.fi\\.nf\d\.ti-2\e`, "a   b\ncde"],
  ["the truncation character", String.raw`a\P\b`, "a#b"],
  ["a Japanese passage", String.raw`Yamada \M2442\;3ED\C2842\ san`, "Yamada 山田 san"],
  ["a supplementary Japanese passage", String.raw`\M242844\0!\C2842\ `, "丂 "],
  ["a charset that is not known", String.raw`\C2799\ab`, String.raw`\C2799\ab`],
  ["highlighting is dropped", String.raw`a \H\b\N\ c`, "a b c"],
  ["back to back", String.raw`\F\\F\\E\ `, String.raw`||\ `],
  ["an unknown sequence stays", String.raw`a\Zdd\b`, String.raw`a\Zdd\b`],
  ["a lone escape character stays", String.raw`50\% and \F\ `, String.raw`50\% and | `],
  ["an unfinished one at the end stays", "abc\\", "abc\\"],
  ["odd hex stays", String.raw`\X0\ `, String.raw`\X0\ `],
];

for (const [what, sent, value] of decodings) {
  test(`decoding: ${what}`, () => {
    assert.equal(decodeEscapes(sent, DEFAULT_DELIMITERS), value);
  });
}

test("custom delimiters are what the sequences mean", () => {
  const delimiters = { ...DEFAULT_DELIMITERS, field: "#", escape: "!" };

  assert.equal(decodeEscapes(String.raw`a!F!b\F\c`, delimiters), String.raw`a#b\F\c`);
});

test("no value can add a field, a component, a segment or the end of a frame", () => {
  const value = "a|b^c&d~e\\f\rPID|1\n\u000B\u001C\u0000";

  const encoded = encodeEscapes(value, DEFAULT_DELIMITERS);

  assert.doesNotMatch(encoded, /[|^&~\r\n\u000B\u001C\u0000]/);
});

test("two quotes are a value of two quotes, not a null", () => {
  const encoded = encodeEscapes('""', DEFAULT_DELIMITERS);

  assert.notEqual(encoded, '""');
  assert.equal(decodeEscapes(encoded, DEFAULT_DELIMITERS), '""');
});

test("what was encoded decodes to itself, line ends as line feeds", () => {
  const value = "a|b^c&d~e\\f é 日本\nnext\u0007";

  assert.equal(decodeEscapes(encodeEscapes(value, DEFAULT_DELIMITERS), DEFAULT_DELIMITERS), value);
});
