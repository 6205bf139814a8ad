import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { parseMessage } from "./index.ts";

// Evidence for docs/adr/20261124-own-mllp-and-hl7v2.md: what the npm package hl7-standard 1.0.4 makes of messages
// that this parser reads. If one of these fails because the package was mended, the decision can be looked at again.

interface Hl7Standard {
  transform(): void;
  build(): string;
  get(path: string): unknown;
}

const require = createRequire(import.meta.url);
const HL7 = require("hl7-standard") as new (text: string) => Hl7Standard;

function transformed(text: string): Hl7Standard {
  const message = new HL7(text);
  message.transform();
  return message;
}

const plain = "MSH|^~\\&|LAB|HOSP|||20260101||ORU^R01|M1|P|2.5\rPID|1||4711\r";

test("both read a plain message", () => {
  assert.equal(transformed(plain).get("PID.3.1") ?? transformed(plain).get("PID.3"), "4711");
  assert.equal(parseMessage(plain).get("PID-3"), "4711");
});

test("hl7-standard ignores the delimiters of MSH", () => {
  const text = "MSH|$%*!|LAB|HOSP|||20260101||ORU$R01|M1|P|2.5\rPID|1||4711\r";

  assert.equal(parseMessage(text).get("MSH-9.2"), "R01");
  assert.notEqual(transformed(text).get("MSH.9.2"), "R01");
});

test("hl7-standard decodes no escapes", () => {
  const text = `${plain}NTE|1||5 \\T\\ 6\r`;

  assert.equal(parseMessage(text).get("NTE-3"), "5 & 6");
  assert.doesNotMatch(JSON.stringify(transformed(text).get("NTE.3")), /5 & 6/);
});

test("hl7-standard turns lone sub-components into repetitions when it writes", () => {
  const text = `${plain}OBX|1|ST|A&B||x\r`;

  assert.equal(parseMessage(text).get("OBX-3.1.2"), "B");
  assert.match(transformed(text).build(), /A~B/);
});
