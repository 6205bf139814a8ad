import assert from "node:assert/strict";
import { test } from "node:test";
import { DataError, SinkRecord } from "#connect-api";
import { ValidateHl7v2 } from "./transform.ts";

const record = (value: unknown): SinkRecord =>
  new SinkRecord({ topic: "t", partition: 0, offset: 0, value });

function validate(level: string): ValidateHl7v2 {
  const made = new ValidateHl7v2();
  made.configure({ level });
  return made;
}

test("a valid message passes unchanged, and a tombstone too", () => {
  const message = record("MSH|^~\\&|A|B|C|D|1||ADT^A31|1|P|2.5\rEVN||1\rPID|1||7||Doe\r");

  assert.equal(validate("2").apply(message), message);
  assert.equal(validate("2").apply(record(null)).value, null);
});

for (const [level, text, code, message] of [
  ["0", "SECRET", "HL7_MSH_MISSING", /MSH segment/],
  ["1", "MSH|^~\\&|SECRET", "HL7_INVALID", /MSH-9/],
  ["2", "MSH|^~\\&|SECRET||||||ADT^A01\r", "HL7_INVALID", /HL7_SEGMENT_MISSING at PID/],
] as const) {
  test(`level ${level} refuses with ${code} and the place, without a value`, () => {
    assert.throws(
      () => validate(level).apply(record(text)),
      (error: Error & { code?: string }) => {
        assert.equal(error.name, DataError.name);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /SECRET/);
        return true;
      },
    );
  });
}
