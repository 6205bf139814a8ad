import assert from "node:assert/strict";
import { test } from "node:test";
import { ackMessage, parseAck, parseMessage } from "./index.ts";
import type { AckOptions } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const text = (message: Uint8Array): string => String.fromCharCode(...message);
const options: AckOptions = { code: "AA", controlId: "C1", dateTime: "20260101000000+0000" };
const failed: AckOptions = {
  ...options,
  code: "AE",
  errors: [
    { code: "101", text: "Required field missing", location: { segment: "PID", nth: 1, field: 3 } },
  ],
};

test("sender and receiver change places, and MSA-2 is the sender's id", () => {
  const ack = ackMessage(bytes("MSH|^~\\&|LAB|HOSP|CC|CX|1||ORU^R01|M-7|T|2.5.1\r"), options);

  assert.equal(
    text(ack),
    "MSH|^~\\&|CC|CX|LAB|HOSP|20260101000000+0000||ACK^R01^ACK|C1|T|2.5.1\rMSA|AA|M-7\r",
  );
});

const versions: readonly (readonly [version: string, type: string, err: string])[] = [
  ["2.1", "ACK^A01", "ERR|PID^1^3^101&Required field missing&HL70357"],
  ["2.3.1", "ACK^A01", "ERR|PID^1^3^101&Required field missing&HL70357"],
  ["2.4", "ACK^A01^ACK", "ERR|PID^1^3^101&Required field missing&HL70357"],
  ["2.5", "ACK^A01^ACK", "ERR||PID^1^3|101^Required field missing^HL70357|E"],
  ["2.5.1", "ACK^A01^ACK", "ERR||PID^1^3|101^Required field missing^HL70357|E"],
  ["2.8.2", "ACK^A01^ACK", "ERR||PID^1^3|101^Required field missing^HL70357|E"],
];

for (const [version, type, err] of versions) {
  test(`version ${version} gets its own form of ERR`, () => {
    const ack = ackMessage(bytes(`MSH|^~\\&|A|B|C|D|1||ADT^A01|X|P|${version}\r`), failed);

    assert.match(text(ack), new RegExp(`\\|${type.replaceAll("^", "\\^")}\\|C1\\|P\\|${version}`));
    assert.equal(text(ack).split("\r")[2], err);
    assert.deepEqual(parseAck(ack), { code: "AE", controlId: "X", errorCodes: ["101"] });
  });
}

test("the sender's delimiters and charset are kept", () => {
  const ack = ackMessage(bytes("MSH#*!?%#A#B#C#D#1##ADT*A01#X#P#2.5######8859/1\r"), failed);
  const parsed = parseMessage(ack);

  assert.equal(parsed.header.triggerEvent, "A01");
  assert.equal(parsed.get("MSA-2"), "X");
  assert.equal(parsed.get("ERR-3.3"), "HL70357");
  assert.deepEqual(parsed.header.characterSets, ["8859/1"]);
});

test("an id with separators of another level, high bytes and blanks comes back byte for byte", () => {
  const id = "a^b&c~d e\\F\\\u00e9\u00ff";
  const ack = ackMessage(bytes(`MSH|^~\\&|A|B|C|D|1||ADT^A01|${id}|P|2.5\r`), options);

  assert.equal(text(ack).split("\r")[1], `MSA|AA|${id}`);
});

test("nothing in the header can end the frame or add a segment", () => {
  const ack = ackMessage(
    bytes("MSH|^~\\&|A\u001c|B\u000b|C|D|1||ADT^A01|X\u001c\u000bY|P|2.5\rMSA|AA|forged\r"),
    options,
  );

  assert.doesNotMatch(text(ack), /[\u000b\u001c]/);
  assert.equal(text(ack).split("\r").length, 3);
  assert.equal(parseAck(ack).controlId, "XY");
});

test("delimiters that are no characters of the sender's charset are not taken over", () => {
  const ack = ackMessage(
    bytes("MSH|&~\\\u00b4#|||||1||ORU&R01|7||2.5.1||||||UNICODE UTF-8\r"),
    failed,
  );

  assert.deepEqual(parseAck(ack), { code: "AE", controlId: "", errorCodes: ["101"] });
});

test("a blank behind the delimiters that is no character of the sender's charset is not taken over", () => {
  const ack = ackMessage(
    bytes("MSH|^~\\&\u00A0|LAB|HOSP|CC|CX|1||ADT^A01|M-7|P|2.5.1||||||UNICODE UTF-8\r"),
    options,
  );

  assert.equal(parseAck(ack).controlId, "M-7");
});

test("what is not HL7 gets a NAK with an empty MSA-2", () => {
  const ack = ackMessage(bytes("GET / HTTP/1.1"), { ...failed, code: "AR" });

  assert.deepEqual(parseAck(ack), { code: "AR", controlId: "", errorCodes: ["101"] });
});
