import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage, validateMessage } from "./index.ts";

const msh = (type: string): string => `MSH|^~\\&|A|B|C|D|1||${type}|1|P|2.5.1\r`;
const errors = (text: string, level: 0 | 1 | 2): string[] =>
  validateMessage(parseMessage(text), level)
    .filter(({ severity }) => severity === "error")
    .map(({ code, position }) => `${code} ${position}`);

test("level 0 asks for nothing but a readable message", () => {
  assert.deepEqual(errors("MSH|^~\\&|A", 0), []);
});

test("level 1 wants a message type", () => {
  assert.deepEqual(errors("MSH|^~\\&|A", 1), ["HL7_FIELD_MISSING MSH-9"]);
});

test("level 2 wants the segments without which there is no patient, visit or result", () => {
  assert.deepEqual(errors(msh("ADT^A01"), 2), ["HL7_SEGMENT_MISSING PID"]);
  assert.deepEqual(errors(`${msh("ADT^A02")}PID|1||7\r`, 2), ["HL7_SEGMENT_MISSING PV1"]);
  assert.deepEqual(errors(`${msh("ORU^R01")}PID|1||7\r`, 2), ["HL7_SEGMENT_MISSING OBR"]);
  assert.deepEqual(errors(`${msh("ADT^A40")}PID|1||7\r`, 2), ["HL7_SEGMENT_MISSING MRG"]);
});

test("what senders often leave out is a warning, with its place", () => {
  const findings = validateMessage(parseMessage(`${msh("ADT^A01")}PID|1\r`), 2);

  assert.deepEqual(
    findings.map(({ severity, position }) => `${severity} ${position}`),
    ["warning EVN", "warning PV1", "warning PID[1]-3", "warning PID[1]-5"],
  );
});

test("a type whose structure is not known is not judged", () => {
  const [finding] = validateMessage(parseMessage(msh("ZZZ^Z01")), 2);

  assert.equal(finding?.code, "HL7_TYPE_UNKNOWN");
  assert.equal(finding.severity, "warning");
});
