import assert from "node:assert/strict";
import { test } from "node:test";
import { JsonReader } from "./json-reader.ts";

const read = (text: string, allowLeadingZeros = false): unknown => {
  const reader = new JsonReader(text, Number, { allowLeadingZeros });
  const value = reader.value();
  reader.end();
  return value;
};

const texts: readonly string[] = [
  "0",
  "-0",
  "-1.5e+10",
  "1E400",
  "01",
  "-",
  "-01",
  "1.",
  ".5",
  "+1",
  "1e",
  "null",
  "nul",
  "truex",
  "true",
  "[]",
  "[ ]",
  "[1,]",
  "[,1]",
  "[1 2]",
  "[1",
  "{}",
  '{"a":1}',
  ' { "a" : [ 1 , { "b" : null } ] } ',
  '{"a":1,}',
  '{"a"}',
  '{"a":}',
  "{a:1}",
  '{"a":1 "b":2}',
  '{"a":1,"a":2}',
  '{"__proto__":1}',
  '{"constructor":1,"toString":2}',
  '{"2":1,"1":2}',
  '""',
  '"a',
  '"\\u00e4\\n\\"\\\\"',
  '"\\x"',
  '"\\',
  '"\\\\"',
  '"a\nb"',
  '"a\tb"',
  '{"a\tb":1}',
  "",
  " ",
  "1 1",
  "[1]]",
  "\u00a01",
  '"\ud83d\ude00"',
  '["\\ud83d\\ude00","\u2028"]',
];

for (const text of texts) {
  test(`${JSON.stringify(text)} is read, or refused, as JSON.parse does`, () => {
    let expected: unknown;
    try {
      expected = JSON.parse(text);
    } catch {
      assert.throws(() => read(text), SyntaxError);
      return;
    }
    assert.deepEqual(read(text), expected);
  });
}

test("texts changed by chance are read, or refused, as JSON.parse does", () => {
  const sample = '{"a":[1,-2.5e3,"x\\"y",null,true],"b":{"c":"\\u0041","d":0.1},"e":"long text"}';
  const characters = '{}[]",:\\0123eE+-.nul tr\n';
  let state = 42;
  const draw = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
  for (let round = 0; round < 20_000; round += 1) {
    let text = sample;
    for (let change = draw(3); change >= 0; change -= 1) {
      const at = draw(text.length);
      const inserted = characters[draw(characters.length)] ?? "";
      text = text.slice(0, at) + inserted + text.slice(at + draw(2));
    }
    let expected: unknown = SyntaxError;
    let found: unknown = SyntaxError;
    try {
      expected = JSON.parse(text);
    } catch {}
    try {
      found = read(text);
    } catch (error) {
      assert.ok(error instanceof SyntaxError, text);
    }
    assert.deepEqual(found, expected, text);
  }
});

test("numbers are handed out as they are written", () => {
  const sources: string[] = [];
  new JsonReader('[7.10,-0,1e400,9007199254740993,{"a":0.0}]', (source) =>
    sources.push(source),
  ).value();

  assert.deepEqual(sources, ["7.10", "-0", "1e400", "9007199254740993", "0.0"]);
});

test("zeros in front are taken where they are allowed", () => {
  assert.deepEqual(read("[0012,-007.5,0]", true), [12, -7.5, 0]);
});

test("what is nested too deeply is refused instead of filling the stack", () => {
  assert.throws(() => read("[".repeat(100_000)), SyntaxError);
  assert.throws(() => read('{"a":'.repeat(100_000)), SyntaxError);
});

test("a value can be skipped, and its text is handed out", () => {
  for (const text of ['{"a":["}",{"b":"\\""}]}', "[1,2]", '"x,y"', "null", "-1.5"]) {
    const reader = new JsonReader(`${text} , 1`, Number);

    assert.equal(reader.skip().trim(), text);
    assert.ok(reader.take(","));
    assert.equal(reader.value(), 1);
  }
});
