import assert from "node:assert/strict";
import { test } from "node:test";
import { eachValue, parseMessage } from "./index.ts";

test("a null in MSH-2 of a second MSH is a null, as it is when it is asked for", () => {
  const message = parseMessage(Buffer.from('MSH|^~\\&|LAB\rMSH|""|X\r'));
  const nulls: string[] = [];

  eachValue(message, (value, segment, field, _repetition, _component, _subcomponent, isNull) => {
    if (isNull) nulls.push(`${message.segments.indexOf(segment)} ${field} ${value}`);
  });

  assert.deepEqual(nulls, ['1 2 ""']);
  assert.equal(message.segments[1]?.field(2).value, "");
});
