import assert from "node:assert/strict";
import { test } from "node:test";
import { findField, parseMessage, readHeader } from "./index.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

const admit =
  "MSH|^~\\&|ADT1|NORTHMERE|CC|CC|20260101||ADT^A01^ADT_A01|M1|P|2.5.1\r" +
  'PID|1||4711^^^NORTHMERE&2.999.1&ISO^MR~0815^^^NAT^NI||Doe^Jane^^^^^L||""|F\r' +
  "NK1|1|Doe^John\rNK1|2|Roe^Mary\rZXY|own|field\r";

test("paths name every level, counted from 1", () => {
  const message = parseMessage(admit);

  assert.equal(message.get("PID-3"), "4711");
  assert.equal(message.get("PID-3[2]"), "0815");
  assert.equal(message.get("PID-3[1].4.2"), "2.999.1");
  assert.equal(message.get("PID-3.5"), "MR");
  assert.equal(message.get("NK1[2]-2.2"), "Mary");
  assert.equal(message.get("MSH-1"), "|");
  assert.equal(message.get("MSH-2"), "^~\\&");
  assert.equal(message.get("MSH-9.3"), "ADT_A01");
  assert.equal(message.get("PV1-2"), undefined);
  assert.throws(() => message.get("PID.3"), { code: "HL7_PATH_INVALID" });
});

test("a null is not empty, and has no value", () => {
  const birth = parseMessage(admit).segment("PID")?.field(7);

  assert.equal(birth?.isNull, true);
  assert.equal(birth.isEmpty, false);
  assert.equal(birth.value, "");
});

test("Z segments stay where they stand", () => {
  const message = parseMessage(admit);

  assert.deepEqual(
    message.segments.map(({ name }) => name),
    ["MSH", "PID", "NK1", "NK1", "ZXY"],
  );
  assert.equal(message.get("ZXY-2"), "field");
});

test("delimiters come from MSH, and four letters of the default mean nothing then", () => {
  const message = parseMessage("MSH#*!?%#LAB#HOSP#####ORU*R01#1#P#2.3\rPID###1|2^3*b!4##a?F?b%c");

  assert.equal(message.header.triggerEvent, "R01");
  assert.equal(message.get("PID-3"), "1|2^3");
  assert.equal(message.get("PID-3[2]"), "4");
  assert.equal(message.get("PID-5"), "a#b");
  assert.equal(message.get("PID-5.1.2"), "c");
});

test("a truncation character is a delimiter of its own", () => {
  assert.equal(parseMessage("MSH|^~\\&#|A|B||||\r").delimiters.truncation, "#");
});

const unusable: readonly (readonly [what: string, input: string, code: string])[] = [
  ["no MSH", "PID|1", "HL7_MSH_MISSING"],
  ["nothing", "", "HL7_MSH_MISSING"],
  ["a letter as field separator", "MSHA^~", "HL7_DELIMITERS_INVALID"],
  ["one delimiter twice", "MSH|^^\\&|A", "HL7_DELIMITERS_INVALID"],
];

for (const [what, input, code] of unusable) {
  test(`${what} is refused with ${code}, without quoting the input`, () => {
    for (const parse of [() => parseMessage(input), () => readHeader(bytes(input))]) {
      assert.throws(parse, (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.ok(input === "" || !error.message.includes(input));
        return true;
      });
    }
  });
}

for (const [name, end] of [
  ["CR", "\r"],
  ["LF", "\n"],
  ["CR LF", "\r\n"],
] as const) {
  test(`segments may end with ${name}`, () => {
    const message = parseMessage(admit.replaceAll("\r", end));

    assert.equal(message.segments.length, 5);
    assert.equal(message.get("ZXY-2"), "field");
  });
}

test("a line feed in free text belongs to the text", () => {
  const message = parseMessage("MSH|^~\\&|A\rNTE|1||first line\nsecond line\rNTE|2||x\r");

  assert.equal(message.segments.length, 3);
  assert.equal(message.get("NTE-3"), "first line\nsecond line");
});

test("a byte order mark and blanks before MSH are passed over", () => {
  const input = new Uint8Array([0xef, 0xbb, 0xbf, ...bytes(` \r\n${admit}`)]);

  assert.equal(parseMessage(input).get("PID-3"), "4711");
  assert.equal(readHeader(input).messageControlId, "M1");
});

const charsets: readonly (readonly [msh18: string, encoded: Uint8Array, text: string])[] = [
  ["8859/1", latin1("J\u00f6rg"), "Jörg"],
  ["8859/2", latin1("Dvo\u00f8\u00e1k"), "Dvořák"],
  ["UNICODE UTF-8", bytes("Jörg"), "Jörg"],
  ["", bytes("Jörg"), "Jörg"],
  ["", latin1("J\u00f6rg"), "Jörg"],
  ["NO-SUCH-SET", latin1("J\u00f6rg"), "Jörg"],
  ["ASCII", bytes("Jörg"), "Jörg"],
  ["ISO IR14", new Uint8Array([0x83, 0x65, 0x83, 0x58]), "テス"],
];

for (const [msh18, encoded, text] of charsets) {
  test(`MSH-18 "${msh18}" over ${encoded.length} bytes reads as ${text}`, () => {
    const head = bytes(`MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.5||||||${msh18}\rPID|||1||`);
    const input = new Uint8Array([...head, ...encoded]);

    const message = parseMessage(input);

    assert.equal(message.get("PID-5"), text);
    assert.equal(findField(input, message.header, "PID", 5).value, text);
    assert.deepEqual(message.toBytes(), input);
  });
}

test("the lazy reads agree with the full parse", () => {
  const input = bytes(admit);
  const message = parseMessage(input);
  const header = readHeader(input);

  assert.equal(header.messageCode, message.header.messageCode);
  assert.equal(findField(input, header, "PID", 3).text, message.segment("PID")?.field(3).text);
  assert.equal(findField(input, header, "PV1", 19).isEmpty, true);
});

test("ten megabytes in one field are read in linear time", () => {
  const large = "A".repeat(10 * 1024 * 1024);
  const message = parseMessage(bytes(`MSH|^~\\&|A\rOBX|1|ED|1||^^^Base64^${large}\r`));

  assert.equal(message.get("OBX-5.5")?.length, large.length);
});

test("a header can be read with another charset than it names", () => {
  const header = readHeader(bytes(admit)).withCharacterSets(["8859/2"]);

  assert.deepEqual(header.characterSets, ["8859/2"]);
  assert.equal(header.messageControlId, "M1");
  assert.equal(findField(latin1("PID|||\u00b1"), header, "PID", 3).value, "\u0105");
});
