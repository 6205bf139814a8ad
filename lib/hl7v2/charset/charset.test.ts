import assert from "node:assert/strict";
import { test } from "node:test";
import { findField, isBatch, parseMessage, readHeader, splitBatch } from "../index.ts";
import { encodeText } from "./encode.ts";

/** One byte per character. */
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A message with MSH-18 and PID-5 of those bytes. */
const message = (msh18: string, name: string): Uint8Array =>
  bytesOf(`MSH|^~\\&|A|B|C|D|1||ADT^A01|M1|P|2.5||||||${msh18}\rPID|||1||${name}|x\rPV1||I\r`);

const samples: readonly (readonly [msh18: string, encoded: string, text: string])[] = [
  ["8859/1", "J\xf6rg", "Jörg"],
  ["8859/2", "Dvo\xf8\xe1k", "Dvořák"],
  ["8859/3", "\xf5", "ġ"],
  ["8859/4", "\xb9", "š"],
  ["8859/5", "\xb8\xd2\xd0\xdd", "Иван"],
  ["8859/6", "\xe5\xcd", "مح"],
  ["8859/7", "\xc3\xe9\xfe", "Γιώ"],
  ["8859/8", "\xf9\xec\xe5\xed", "שלום"],
  ["8859/9", "\xfe\xfd", "şı"],
  ["8859/15", "\xa4", "€"],
  ["ISO IR6", "Jorg", "Jorg"],
  ["ISO IR14", "\xd4\xcf\xc0\xde", "ﾔﾏﾀﾞ"],
  ["GB 18030-2000", "\xcd\xf5\x81\x30\x81\x30", "王\u0080"],
  ["KS X 1001", "\xb1\xe8", "김"],
  ["BIG-5", "\xa4\xfd", "王"],
  ["CNS 11643-1992", "\xa4\xfd", "王"],
  ["UNICODE UTF-8", "\xe7\x8e\x8b", "王"],
  ["~ISO IR87", "Yamada^\x1b$B;3ED\x1b(B", "Yamada"],
  ["ASCII~ISO IR87", "\x1b$B;3ED\x1b(B", "山田"],
  ["ASCII~ISO IR159", "\x1b$(D0!\x1b(B", "丂"],
  ["ISO IR6~ISO IR13", "\x1b(ITSPP\x1b(J", "ﾔﾓﾐﾐ"],
  ["ASCII~KS X 1001", "\x1b$)C\xb1\xe8", "김"],
  ["ASCII~8859/5", "\x1b-L\xb8\xd2", "Ив"],
  ["", "\xe7\x8e\x8b", "王"],
  ["", "J\xf6rg \x80", "Jörg €"],
];

for (const [msh18, encoded, text] of samples) {
  test(`MSH-18 "${msh18}" reads ${text}, in the parse and the lazy read alike`, () => {
    const input = message(msh18, encoded);

    const parsed = parseMessage(input);

    assert.equal(parsed.get("PID-5"), text);
    assert.equal(parsed.get("PID-6"), "x");
    assert.equal(parsed.get("PV1-2"), "I");
    assert.equal(findField(input, readHeader(input), "PID", 5).value, text);
    assert.deepEqual(parsed.toBytes(), input);
  });
}

test("a double byte character that holds the separator's byte separates nothing", () => {
  // In Shift JIS this katakana is 0x83 0x7C: its second byte is the vertical bar.
  assert.equal(parseMessage(message("ISO IR14", "\x83\x7c")).get("PID-5"), "ポ");
  assert.equal(parseMessage(message("GB 18030-2000", "\x81\x7c")).get("PID-6"), "x");
});

test("what an escape sequence chose ends with the segment", () => {
  const parsed = parseMessage(message("ASCII~ISO IR87", "\x1b$B;3ED"));

  assert.equal(parsed.segments.length, 3);
  assert.equal(parsed.get("PV1-2"), "I");
});

test("an ESC that begins no sequence is a character", () => {
  assert.equal(parseMessage(message("", "a\x1bZ")).get("PID-5"), "a\u001BZ");
});

for (const [label, mark] of [
  ["utf-16le", ""],
  ["utf-16be", ""],
  ["utf-16le", "\uFEFF"],
  ["utf-16be", "\uFEFF"],
  ["utf-32le", ""],
  ["utf-32be", ""],
  ["utf-32le", "\uFEFF"],
  ["utf-32be", "\uFEFF"],
] as const) {
  test(`${label} ${mark === "" ? "without" : "with"} byte order mark is read`, () => {
    const text = "MSH|^~\\&|A|B|C|D|1||ADT^A01|M1|P|2.5||||||UNICODE\rPID|||1||王\u{20000}^Jörg\r";
    const input = encodeText(mark + text, label);

    const parsed = parseMessage(input);

    assert.equal(parsed.get("PID-5"), "王\u{20000}");
    assert.equal(parsed.get("PID-5.2"), "Jörg");
    assert.equal(parsed.charset, label);
    assert.deepEqual(parsed.toBytes(), input);
    assert.equal(readHeader(input).messageControlId, "M1");
    assert.equal(findField(input, readHeader(input), "PID", 3).value, "1");
    assert.equal(isBatch(input), false);
    assert.deepEqual([...splitBatch(input)], [input]);
  });
}

test("a configured charset fills in where MSH-18 is empty, and a forced one wins", () => {
  assert.equal(parseMessage(message("", "\xb1"), { defaultCharset: "8859/2" }).get("PID-5"), "ą");
  assert.equal(
    parseMessage(message("8859/1", "\xb1"), { defaultCharset: "8859/2" }).get("PID-5"),
    "±",
  );
  assert.equal(
    parseMessage(message("8859/1", "\xb1"), { forcedCharset: "8859/2" }).get("PID-5"),
    "ą",
  );
});

for (const [label, text] of [
  ["iso-8859-2", "Dvořák"],
  ["windows-1252", "Jörg €"],
  ["shift_jis", "ポ王"],
  ["euc-jp", "山田"],
  ["euc-kr", "김"],
  ["big5", "王"],
  ["gb18030", "王"],
] as const) {
  test(`what is written in ${label} reads as it was`, () => {
    assert.equal(new TextDecoder(label).decode(encodeText(text, label)), text);
  });
}

test("a character that a charset does not have is an error, not a question mark", () => {
  assert.throws(() => encodeText("王", "iso-8859-1"), { code: "HL7_CHARSET_UNENCODABLE" });
});
