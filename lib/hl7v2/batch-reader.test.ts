import assert from "node:assert/strict";
import { test } from "node:test";
import { BatchReader } from "./batch-reader.ts";
import type { BatchEvent } from "./batch-reader.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (input: Uint8Array): string => new TextDecoder().decode(input);

/** What a reader says of an input that comes in pieces of that size. */
function read(input: string, size: number, messageBytesMax?: number): string[] {
  const reader = new BatchReader(messageBytesMax === undefined ? {} : { messageBytesMax });
  const all = bytes(input);
  const events: BatchEvent[] = [];
  for (let at = 0; at < all.length; at += size)
    events.push(...reader.push(all.slice(at, at + size)));
  events.push(...reader.end());
  return events.map((event) => {
    if (event.kind === "message") return `${event.number}:${text(event.bytes)}`;
    return event.kind === "envelope" ? event.segment.text : event.code;
  });
}

const one = "MSH|^~\\&|A\rPID|1\r";
const two = "MSH|^~\\&|B\rPID|2\r";

const cases: readonly (readonly [what: string, input: string, events: readonly string[]])[] = [
  ["one message", one, [`1:${one}`]],
  [
    "two in a row, the last without its end",
    one + two.trimEnd(),
    [`1:${one}`, `2:${two.trimEnd()}`],
  ],
  [
    "a file with a batch and right counts",
    `FHS|^~\\&|F\rBHS|^~\\&|B\r${one}${two}BTS|2\rFTS|1\r`,
    ["FHS|^~\\&|F", "BHS|^~\\&|B", `1:${one}`, `2:${two}`, "BTS|2", "FTS|1"],
  ],
  [
    "wrong counts",
    `FHS|^~\\&\rBHS|^~\\&\r${one}BTS|7\rFTS|3\r`,
    [
      "FHS|^~\\&",
      "BHS|^~\\&",
      `1:${one}`,
      "HL7_BATCH_COUNT_WRONG",
      "BTS|7",
      "HL7_BATCH_COUNT_WRONG",
      "FTS|3",
    ],
  ],
  [
    "missing trailers",
    `FHS|^~\\&\rBHS|^~\\&\r${one}`,
    [
      "FHS|^~\\&",
      "BHS|^~\\&",
      `1:${one}`,
      "HL7_BATCH_TRAILER_MISSING",
      "HL7_BATCH_TRAILER_MISSING",
    ],
  ],
  ["text outside of messages", `hello\r${one}`, ["HL7_BATCH_TEXT_OUTSIDE", `1:${one}`]],
  ["a byte order mark and blank lines", `\uFEFF\r\n${one}`, [`1:${one}`]],
  [
    "line feeds",
    (one + two).replaceAll("\r", "\n"),
    [`1:${one}`, `2:${two}`].map((m) => m.replaceAll("\r", "\n")),
  ],
  [
    "CR LF",
    (one + two).replaceAll("\r", "\r\n"),
    [`1:${one}`, `2:${two}`].map((m) => m.replaceAll("\r", "\r\n")),
  ],
  [
    "MSH in a text is no message",
    "MSH|^~\\&|A\rNTE|1||an MSH|^~ here\r",
    ["1:MSH|^~\\&|A\rNTE|1||an MSH|^~ here\r"],
  ],
  ["nothing", "", []],
];

for (const [what, input, events] of cases) {
  test(`${what}: the same in pieces of any size`, () => {
    for (const size of [1, 2, 3, 7, 100_000])
      assert.deepEqual(read(input, size), events, `${size}`);
  });
}

test("a message above the limit is left out and reported, and the next one is read", () => {
  const large = `MSH|^~\\&|A\rOBX|1||${"x".repeat(5000)}\rOBX|2||${"y".repeat(5000)}\r`;

  for (const size of [10, 1000, 100_000]) {
    const events = read(large + two, size, 4000);
    assert.equal(events.at(-1)?.slice(2), two);
    assert.ok(events.includes("HL7_MESSAGE_TOO_LARGE"));
    assert.equal(events.filter((event) => event.includes("xxxx")).length, 0);
  }
});

test("a long file is read in the memory of one message", () => {
  const reader = new BatchReader();
  const message = bytes(`MSH|^~\\&|A\rOBX|1||${"x".repeat(2000)}\r`);
  const chunk = new Uint8Array(message.length * 32);
  for (let at = 0; at < chunk.length; at += message.length) chunk.set(message, at);
  let [count, held] = [0, 0];
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 1000; round += 1) {
    for (const event of reader.push(chunk)) if (event.kind === "message") count += 1;
    if (round % 100 === 99) {
      globalThis.gc?.();
      held = Math.max(held, process.memoryUsage().arrayBuffers - before);
    }
  }
  for (const event of reader.end()) if (event.kind === "message") count += 1;

  assert.equal(count, 32_000);
  // 64 MB went through; garbage of copies may be waiting, but not the file.
  assert.ok(held < 40 * 1024 * 1024, `${held}`);
});
