import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage, readProfile, validateMessage } from "../index.ts";
import type { Profile, Severity, ValidationLevel } from "../index.ts";

const msh = (type: string): string => `MSH|^~\\&|A|B|C|D|20260101||${type}|1|P|2.5.1\r`;

/** `HL7_FIELD_MISSING PID-3` of every finding of that severity. */
const found = (
  text: string,
  level: ValidationLevel,
  severity: Severity = "error",
  profile?: Profile,
): string[] =>
  validateMessage(parseMessage(text), level, profile)
    .filter((finding) => finding.severity === severity)
    .map(({ code, position }) => `${code} ${position}`);

test("level 0 asks for nothing but a readable message", () => {
  assert.deepEqual(found("MSH|^~\\&|A", 0), []);
});

test("level 0 says what is odd about bytes and lines", () => {
  const latin1 = Uint8Array.from("MSH|^~\\&|A|||||||||||||||UNICODE UTF-8\rPID|\xff\x0b\r", (c) =>
    c.charCodeAt(0),
  );
  const codes = validateMessage(parseMessage(latin1), 0).map(({ code }) => code);

  assert.deepEqual(codes, ["HL7_CHARSET_MISMATCH", "HL7_FRAME_CHARACTER"]);
  assert.deepEqual(found("MSH|^~\\&|A\nPID|1\n", 0, "info"), ["HL7_LINE_END MSH"]);
  assert.deepEqual(found("MSH|^~\\&|A\rDoe|1\r", 0, "warning"), ["HL7_SEGMENT_NAME segment 2"]);
});

test("level 1 wants a message type", () => {
  assert.deepEqual(found("MSH|^~\\&|A", 1), ["HL7_FIELD_MISSING MSH-9"]);
});

for (const [type, segments, error] of [
  ["ADT^A01", "", "PID"],
  ["ADT^A02", "PID|1||7||D\r", "PV1"],
  ["ORU^R01", "PID|1||7||D\r", "OBR"],
  ["ORU^R01", "OBR|1|||X\rOBX|1|ST|X||y\r", "PID"],
  ["ADT^A40", "PID|1||7||D\r", "MRG"],
  ["ORM^O01", "PID|1||7||D\r", "ORC"],
  ["MDM^T02", "EVN\rPID|1||7||D\rPV1||I\rOBX|1|ST|X||y\r", "TXA"],
] as const) {
  test(`level 2: a ${type} without ${error} is an error`, () => {
    assert.deepEqual(found(msh(type) + segments, 2), [`HL7_SEGMENT_MISSING ${error}`]);
  });
}

test("an order that lost its ORC, and results that lost their OBR, are warnings", () => {
  const orders = `${msh("ORM^O01")}PID|1||7||D\rORC|NW\rOBR|1|||X\rOBR|2|||Y\r`;
  const results = `${msh("ORU^R01")}PID|1||7||D\rOBR|1|||X\rORC|RE\rOBX|1|ST|X||y||||||F\r`;

  assert.deepEqual(found(orders, 2), []);
  assert.deepEqual(found(orders, 2, "warning"), ["HL7_SEGMENT_MISSING ORC"]);
  assert.deepEqual(found(results, 2), []);
  assert.deepEqual(found(results, 2, "warning"), ["HL7_SEGMENT_MISSING OBR"]);
});

test("what senders often leave out is a warning, with its place", () => {
  assert.deepEqual(found(`${msh("ADT^A01")}PID|1\r`, 2, "warning"), [
    "HL7_SEGMENT_MISSING EVN",
    "HL7_SEGMENT_MISSING PV1",
    "HL7_FIELD_MISSING PID-3",
    "HL7_FIELD_MISSING PID-5",
  ]);
});

test("order, repetition and unknown segments have their place", () => {
  const text = `${msh("ADT^A01")}EVN||20260101\rPID|1||7||D\rPV1||I\rPD1\rPD1\rZZ1|x\rOBR|1\rIN1|1|a|b\rNK1|1\r`;

  assert.deepEqual(
    found(text, 2, "warning").filter((one) => one.includes("SEGMENT")),
    [
      "HL7_SEGMENT_UNEXPECTED PD1",
      "HL7_SEGMENT_REPEATED PD1[2]",
      "HL7_SEGMENT_UNKNOWN OBR",
      "HL7_SEGMENT_UNEXPECTED NK1",
    ],
  );
  assert.deepEqual(found(text, 2, "info"), ["HL7_SEGMENT_UNKNOWN ZZ1"]);
});

test("dates, numbers and repetitions have their places", () => {
  const text =
    `${msh("ORU^R01")}PID|1||7^^^^^^2026013~8||D||19701301|F~M\r` +
    "OBR|1|||X\rOBX|one|NM|X||abc||||||F|||yesterday\rOBX|2|NM|X||1.5||||||F\rOBX|3|DT|X||20260230||||||F\r";

  assert.deepEqual(found(text, 2, "warning"), [
    "HL7_VALUE_FORMAT PID-3[1].7",
    "HL7_VALUE_FORMAT PID-7",
    "HL7_FIELD_REPEATED PID-8",
    "HL7_VALUE_FORMAT OBX-1",
    "HL7_VALUE_FORMAT OBX-5",
    "HL7_VALUE_FORMAT OBX-14",
    "HL7_VALUE_FORMAT OBX[3]-5",
  ]);
});

test("fields behind those of the standard are the sender's own", () => {
  assert.deepEqual(found(`${msh("ADT^A01")}PID|1${"|".repeat(60)}x\r`, 2, "info"), [
    "HL7_FIELD_UNKNOWN PID-61",
  ]);
});

test("a type whose structure is not known is not judged", () => {
  const [finding] = validateMessage(parseMessage(msh("ZZZ^Z01")), 2);

  assert.equal(finding?.code, "HL7_TYPE_UNKNOWN");
  assert.equal(finding.severity, "warning");
});

test("no finding holds a value, and there are not endlessly many", () => {
  const text = `${msh("ADT^A01")}${"SECRET\rDoe^SECRET|SECRET\rPID|SECRET||||SECRET||SECRET|SECRET\r".repeat(2000)}`;
  const findings = validateMessage(parseMessage(text), 2);

  assert.ok(findings.length <= 501);
  assert.equal(findings.at(-1)?.code, "HL7_FINDINGS_MANY");
  assert.doesNotMatch(JSON.stringify(findings), /SECRET|Doe/);
});

const profile = readProfile(
  JSON.stringify({
    profile: "northmere",
    messages: ["ADT^A01"],
    otherMessages: "refuse",
    segments: { ZPV: { min: 1, max: 1 }, NTE: { max: 0, severity: "warning" } },
    values: [
      { at: "PID-3", usage: "R", max: 2 },
      { at: "PID-3.5", usage: "R", codes: ["MR", "NI"] },
      { at: "PID-5.1.1", usage: "R", maxLength: 5 },
      { at: "PID-8", table: "0001", severity: "warning" },
      { at: "PID-19", usage: "X" },
      { at: "PV1-44", usage: "C", when: { at: "PV1-2", is: ["I"] }, type: "DTM" },
      { at: "PV1-19.1", pattern: "V\\d+" },
    ],
    codes: { "0001": ["F", "M"] },
  }),
);
const good = `${msh("ADT^A01")}EVN||20260101\rPID|1||7^^^N^MR~8^^^N^NI||Doe^J|||F\rPV1||I${"|".repeat(17)}V7${"|".repeat(25)}20260101\rZPV|1\r`;

test("level 3: a message that keeps its profile has no errors", () => {
  assert.deepEqual(found(good, 3, "error", profile), []);
  assert.deepEqual(found(good, 2), []);
});

for (const [what, from, to, code] of [
  ["another message", "ADT^A01", "ADT^A08", "HL7_PROFILE_MESSAGE MSH-9"],
  ["a missing segment", "ZPV|1\r", "", "HL7_PROFILE_SEGMENT ZPV"],
  ["a segment too many", "ZPV|1\r", "ZPV|1\rZPV|2\r", "HL7_PROFILE_SEGMENT ZPV"],
  ["too many repetitions", "^NI|", "^NI~9^^^N^MR|", "HL7_PROFILE_REPETITIONS PID-3"],
  ["a component that is demanded", "8^^^N^NI", "8^^^N", "HL7_PROFILE_USAGE PID-3[2].5"],
  ["a code that is not agreed", "8^^^N^NI", "8^^^N^XX", "HL7_PROFILE_CODE PID-3[2].5"],
  ["a value too long", "Doe^J", "Doeeee^J", "HL7_PROFILE_LENGTH PID-5.1.1"],
  ["a field that is not supported", "|||F", `|||F${"|".repeat(11)}123`, "HL7_PROFILE_USAGE PID-19"],
  ["a field that this patient class needs", "20260101\rZPV", "\rZPV", "HL7_PROFILE_USAGE PV1-44"],
  ["a value of another form", "V7", "7", "HL7_PROFILE_PATTERN PV1-19.1"],
  ["a type of another form", "20260101\rZPV", "soon\rZPV", "HL7_VALUE_FORMAT PV1-44"],
] as const) {
  test(`level 3: ${what} is an error at its place`, () => {
    assert.ok(good.includes(from));

    assert.deepEqual(found(good.replace(from, to), 3, "error", profile), [code]);
  });
}

test("a rule says how bad it is, and a condition that does not hold demands nothing", () => {
  assert.deepEqual(
    found(good.replace("|||F", "|||X"), 3, "warning", profile).filter((one) =>
      one.includes("PROFILE"),
    ),
    ["HL7_PROFILE_CODE PID-8"],
  );
  assert.deepEqual(
    found(good.replace("||I|", "||O|").replace("20260101\rZPV", "\rZPV"), 3, "error", profile),
    [],
  );
});

for (const [what, json, expected] of [
  ["text", "no", /not JSON/],
  ["a misspelt rule", '{"profile":"x","values":[{"at":"PID-3","usege":"R"}]}', /has no "usege"/],
  ["a wrong place", '{"profile":"x","values":[{"at":"PID.3"}]}', /PID-3\.4\.2/],
  ["an unknown table", '{"profile":"x","values":[{"at":"PID-8","table":"1"}]}', /not in codes/],
  ["no name", "{}", /profile is a string/],
  [
    "a condition without C",
    '{"profile":"x","values":[{"at":"PID-8","when":{"at":"PID-7","isPresent":true}}]}',
    /belong together/,
  ],
] as const) {
  test(`a profile with ${what} is refused with a reason`, () => {
    assert.throws(() => readProfile(json), { code: "HL7_PROFILE_INVALID", message: expected });
  });
}
