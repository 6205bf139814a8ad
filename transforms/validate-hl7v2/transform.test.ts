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

const profileFile = "schemas/hl7v2/profiles/northmere-adt.json";

test("level 3 keeps to the rules of a profile", () => {
  const made = new ValidateHl7v2();
  made.configure({ level: "3", profile: profileFile });
  const text = (type: string): string =>
    `MSH|^~\\&|ADT1|NORTHMERE|C|D|1||ADT^A31|1|P|2.5\rEVN||1\rPID|1||7^^^N^${type}||Doe^Jane||19700101|F\rPV1||N\r`;

  assert.doesNotThrow(() => made.apply(record(text("MR"))));
  assert.throws(() => made.apply(record(text("SECRET"))), {
    code: "HL7_INVALID",
    message: /^HL7_PROFILE_CODE at PID-3\.5: [^S]*$/,
  });
});

for (const [what, props, message] of [
  ["no profile", { level: "3" }, /profile names its file/],
  ["a file that is not there", { level: "3", profile: "/no/such/file" }, /cannot be read/],
  ["a file that is no profile", { level: "3", profile: "package.json" }, /has no "name"/],
] as const) {
  test(`level 3 with ${what} is a config error`, () => {
    assert.throws(() => new ValidateHl7v2().configure(props), { code: "CONFIG_INVALID", message });
  });
}

test("findings are counted by their code", () => {
  const counted = new Map<string, number>();
  const made = validate("2");
  made.withPluginMetrics({
    counter: (name, _text, labels) => ({
      add: () => {
        const key = `${name} ${labels?.["code"]}`;
        counted.set(key, (counted.get(key) ?? 0) + 1);
      },
    }),
    gauge: () => {},
    histogram: () => ({ observe: () => {} }),
  });

  made.apply(record("MSH|^~\\&|A|B|C|D|2026||ADT^A31|1|P|2.5\rEVN||2026\rPID|1||||Doe\r"));

  assert.deepEqual(
    [...counted],
    [
      ["hl7-findings-total HL7_SEGMENT_MISSING", 1],
      ["hl7-findings-total HL7_FIELD_MISSING", 1],
    ],
  );
});
