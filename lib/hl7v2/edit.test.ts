import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageEditor, buildSegment, parseMessage } from "./index.ts";
import type { Message } from "./index.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const TEXT =
  "MSH|^~\\&|A|B|C|D|1||ADT^A01|M1|P|2.5\r\nPID|1||4711^^^N&2.999&ISO~0815||Doe^Jane|||\r\nOBX|1|ST|X||old||||\r\n";
const edit = (text = TEXT): MessageEditor => new MessageEditor(parseMessage(bytes(text)));

const edits: readonly (readonly [
  what: string,
  change: (editor: MessageEditor) => unknown,
  from: string,
  to: string,
])[] = [
  ["a whole field", (e) => e.set("OBX-5", "new"), "|old|", "|new|"],
  ["a component", (e) => e.set("PID-5.2", "Joan"), "Doe^Jane", "Doe^Joan"],
  [
    "a sub-component of a repetition",
    (e) => e.set("PID-3[1].4.2", "1.2.3"),
    "N&2.999&ISO",
    "N&1.2.3&ISO",
  ],
  ["a repetition that is not there yet", (e) => e.set("PID-3[3]", "9"), "~0815", "~0815~9"],
  ["a component beyond the last", (e) => e.set("PID-5.7", "L"), "Doe^Jane", "Doe^Jane^^^^^L"],
  ["a field beyond the last", (e) => e.set("PID-10", "X"), "Doe^Jane|||", "Doe^Jane|||||X"],
  ["a null", (e) => e.set("PID-7", null), "Doe^Jane|||", 'Doe^Jane||""|'],
  ["nothing", (e) => e.set("PID-5", ""), "Doe^Jane", ""],
  ["the control id", (e) => e.set("MSH-10", "M2"), "|M1|", "|M2|"],
  [
    "a field with components",
    (e) => e.setField("PID-5", ["Roe", ["a", "b"], null]),
    "Doe^Jane",
    'Roe^a&b^""',
  ],
  [
    "a new segment",
    (e) => e.insert("NTE", ["1", "", "hi|you"], { segment: "OBX" }),
    "|old||||\r\n",
    "|old||||\r\nNTE|1||hi\\F\\you\r\n",
  ],
  [
    "a segment in the middle",
    (e) => e.insert("ZPI", ["x"], { segment: "PID" }),
    "|||\r\nOBX",
    "|||\r\nZPI|x\r\nOBX",
  ],
  [
    "a removed segment",
    (e) => e.removeSegment("PID"),
    "PID|1||4711^^^N&2.999&ISO~0815||Doe^Jane|||\r\n",
    "",
  ],
];

for (const [what, change, from, to] of edits) {
  test(`set ${what}, and everything else stays byte for byte`, () => {
    const editor = edit();
    change(editor);

    assert.equal(new TextDecoder().decode(editor.toBytes()), TEXT.replace(from, to));
    assert.equal(editor.toText(), TEXT.replace(from, to));
  });
}

const refused: readonly (readonly [what: string, change: (editor: MessageEditor) => unknown])[] = [
  ["the delimiters", (e) => e.set("MSH-2", "x")],
  ["a segment that is not there", (e) => e.set("ZZZ-1", "x")],
  ["a position that no message has", (e) => e.set("PID-100000", "x")],
  ["a path that is none", (e) => e.set("PID", "x")],
  ["a name that is none", (e) => e.insert("A|B", [])],
  ["a position of 0", (e) => e.set("PID-0", "x")],
  ["removing MSH", (e) => e.removeSegment("MSH")],
];

for (const [what, change] of refused) {
  test(`${what}: refused`, () => {
    assert.throws(() => change(edit()), { code: "HL7_PATH_INVALID" });
  });
}

test("bytes that are wrong in the message's charset survive a change beside them", () => {
  const input = Uint8Array.from([
    ...bytes("MSH|^~\\&|A||||||ADT^A01|||||||||UNICODE UTF-8\rPID|1||"),
    0xff,
    0xc3,
    ...bytes("\rPV1|1|I\r"),
  ]);

  const output = new MessageEditor(parseMessage(input)).set("PV1-2", "O").toBytes();

  assert.deepEqual(output, Uint8Array.from([...input.slice(0, -2), 0x4f, 0x0d]));
});

test("a change is written in the message's charset, or refused", () => {
  const input = Uint8Array.from(
    "MSH|^~\\&|A||||||ADT^A01|||||||||8859/2\rPID|1||Dvo\xf8\xe1k|\r",
    (c) => c.charCodeAt(0),
  );
  const editor = new MessageEditor(parseMessage(input));

  const output = editor.set("PID-4", "Řehoř").toBytes();

  assert.equal(parseMessage(output).get("PID-4"), "Řehoř");
  assert.throws(() => editor.set("PID-4", "王").toBytes(), { code: "HL7_CHARSET_UNENCODABLE" });
});

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ALPHABET = [
  ...'|^~\\&#\r\n\t\u0000\u000B\u001C\u001B\u007F"FSTREXHNPZ.br0123 aéß王',
  "\u{1F9EC}",
];

function valuesOf(message: Message): Map<string, string> {
  const values = new Map<string, string>();
  message.segments.forEach((segment) => {
    segment.fields.forEach((field, f) => {
      field.repetitions.forEach((repetition, r) => {
        repetition.components.forEach((component, c) => {
          for (let s = 1; s <= component.subcomponentCount; s += 1) {
            const value = component.subcomponent(s);
            if (value !== "") values.set(`${segment.name}-${f + 1}[${r + 1}].${c + 1}.${s}`, value);
          }
        });
      });
    });
  });
  return values;
}

test("whatever the value: it reads back as itself and changes nothing else", () => {
  const next = random(20_260_101);
  for (const encoding of ["^~\\&", "^~\\&#", "*!?%"]) {
    const [component = "", , , sub = ""] = encoding;
    const original = parseMessage(
      `MSH|${encoding}|A|B|C|D|1||ADT${component}A01|M1|P|2.5\rPID|1||1${component}2${sub}3||a${component}b\rOBX|1|ST\r`,
    );
    const before = valuesOf(original);
    for (let round = 0; round < 3000; round += 1) {
      const value = Array.from({ length: next(12) }, () => ALPHABET[next(ALPHABET.length)]).join(
        "",
      );
      const segment = ["PID", "OBX"][next(2)];
      const path = `${segment}-${next(8) + 2}[${next(3) + 1}].${next(4) + 1}.${next(3) + 1}`;

      const changed = parseMessage(new MessageEditor(original).set(path, value).toBytes());

      const expected = new Map(before);
      const kept = value.replaceAll(/\r\n|\r/g, "\n");
      if (kept === "") expected.delete(path);
      else expected.set(path, kept);
      assert.equal(changed.segments.length, 3);
      assert.deepEqual(Object.fromEntries(valuesOf(changed)), Object.fromEntries(expected), path);
    }
  }
});

test("no field of a built segment can add another", () => {
  const next = random(7);
  for (let round = 0; round < 2000; round += 1) {
    const fields = Array.from({ length: 1 + next(5) }, () =>
      Array.from({ length: 1 + next(10) }, () => ALPHABET[next(ALPHABET.length)]).join(""),
    );
    const built = buildSegment("OBX", fields);

    const [, segment, ...others] = parseMessage(`MSH|^~\\&|A\r${built}\r`).segments;

    assert.equal(others.length, 0);
    assert.deepEqual(
      segment?.fields.map((field) => field.value),
      fields.map((field) => field.replaceAll(/\r\n|\r/g, "\n")),
    );
  }
});
