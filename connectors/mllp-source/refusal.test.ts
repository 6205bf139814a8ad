import assert from "node:assert/strict";
import { test } from "node:test";
import type { Props } from "#connect-api";
import { refused } from "./answer.ts";
import { configDef } from "./config.ts";
import { bytes } from "./fixtures/task-harness.ts";
import { ReplyTable } from "./replies.ts";

/** An answer without what differs each time: MSH-7 and MSH-10. */
function answerTo(message: string): string {
  const [frame] = refused(
    { payload: bytes(message), header: undefined, plan: { kind: "original" } },
    "AE",
    [
      {
        code: "101",
        text: "Required field missing",
        location: { segment: "PID", nth: 1, field: 3 },
      },
    ],
  );
  const text = Buffer.from(frame ?? []).toString("latin1");
  return text
    .slice(1, -2)
    .replace(/\d{14}\+0000/, "TIME")
    .replace(/CC[0-9A-Z]{6,}/, "ID")
    .replaceAll("\r", "\n");
}

const messageOf = (version: string): string =>
  `MSH|^~\\&|LAB|HOSP|CC|CX|1||ADT^A01|M1|T|${version}\rPID|1\r`;

const golden: readonly (readonly [versions: readonly string[], type: string, rest: string])[] = [
  [
    ["2.1", "2.2", "2.3", "2.3.1"],
    "ACK^A01",
    "MSA|AE|M1|Required field missing\nERR|PID^1^3^101&Required field missing&HL70357\n",
  ],
  [
    ["2.4"],
    "ACK^A01^ACK",
    "MSA|AE|M1|Required field missing\nERR|PID^1^3^101&Required field missing&HL70357\n",
  ],
  [
    ["2.5", "2.5.1", "2.6"],
    "ACK^A01^ACK",
    "MSA|AE|M1|Required field missing\nERR||PID^1^3|101^Required field missing^HL70357|E\n",
  ],
  [
    ["2.7", "2.8.1", "2.9"],
    "ACK^A01^ACK",
    "MSA|AE|M1\nERR||PID^1^3|101^Required field missing^HL70357|E\n",
  ],
];

for (const [versions, type, rest] of golden) {
  for (const version of versions) {
    test(`R12: the NAK of a message of version ${version} has the ERR of that version`, () => {
      const msh = `MSH|^~\\&|CC|CX|LAB|HOSP|TIME||${type}|ID|T|${version}`;

      assert.equal(answerTo(messageOf(version)), `${msh}\n${rest}`);
    });
  }
}

test("nothing that a sender wrote adds a field, a segment or a frame to its answer", () => {
  const hostile = [
    "MSH|^~\\&|A\u001c\r\u000bB|F\u0000\u0007|C\nD|E\u001c|1||ADT^A01|I\u001c\rMSA|P\u000b|2.5\u001c\r",
    "MSH$%!@*$LAB|X$HOSP$CC$CX$1$$ADT%A01$M|1$P$2.5\r",
    `MSH|^~\\&|${"A".repeat(5000)}|F|||1||ADT^A01|M1|P|2.5\r`,
    "MSH|^~\\&|LAB|HOSP|||1||AD\u0009T^A\u000b01|M1|P|2.5\r",
    "MSH|",
    "",
  ];

  for (const message of hostile) {
    const [frame] = refused(
      { payload: bytes(message), header: undefined, plan: { kind: "original" } },
      "AE",
      [{ code: "207", text: "Application error" }],
    );
    const text = Buffer.from(frame ?? []).toString("latin1");
    assert.match(text, /^\u000b[^\u000b\u001c]*\u001c\r$/, "one frame");
    const segments = text.slice(1, -3).split("\r");
    assert.deepEqual(
      segments.map((segment) => segment.slice(0, 3)),
      ["MSH", "MSA", "ERR"],
    );
    const separator = segments[0]?.[3] ?? "|";
    assert.equal(segments[1]?.split(separator)[1], "AE");
    assert.ok((segments[1]?.split(separator).length ?? 0) <= 4);
    assert.ok((segments[0]?.split(separator).length ?? 0) <= 18);
    assert.ok(!/[\u0000-\u0008\u000a-\u000c\u000e-\u001f]/.test(text.slice(1, -2)), "no controls");
  }
});

const repliesOf = (props: Props, application: string, facility: string) =>
  new ReplyTable(configDef.parse({ "mllp.port": "0", ...props })).of(application, facility);

test("R13: what a sender gets for which failure is its own setting, then that of all", () => {
  const props = {
    "mllp.unavailable.reply": "CR",
    "mllp.replies": "invalid=AR,conflict=AE",
    "mllp.sender.replies": "LAB|HOSP unavailable=close invalid=CE,RIS|* unsupported=AE",
  };

  assert.deepEqual(repliesOf(props, "LAB", "HOSP"), {
    unavailable: "close",
    invalid: "CE",
    unsupported: undefined,
    conflict: "AE",
  });
  assert.equal(repliesOf(props, "RIS", "ANY").unsupported, "AE");
  assert.equal(repliesOf(props, "RIS", "ANY").unavailable, "CR");
  assert.equal(repliesOf(props, "LAB", "OTHER").unavailable, "CR");
  assert.equal(repliesOf(props, "__proto__", "constructor").conflict, "AE");
});

for (const text of ["LAB|HOSP", "LAB unavailable=AA", "LAB unavailable", "LAB later=AE"]) {
  test(`R13: "${text}" is no reply, and the error says what is`, () => {
    assert.throws(() => repliesOf({ "mllp.sender.replies": text }, "A", "B"), {
      name: "ConfigError",
      key: "mllp.sender.replies",
      message: /situation=reply/,
    });
  });
}
