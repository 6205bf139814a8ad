import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrame } from "./encode-frame.ts";
import { FrameDecoder } from "./frame-decoder.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const text = (payload: Uint8Array): string => String.fromCharCode(...payload);
const decoder = (frameBytesMax = 1 << 20): FrameDecoder =>
  new FrameDecoder({ frameBytesMax, junkBytesMax: 16 });

function decode(stream: string, cuts: readonly number[] = [], own = decoder()): string[] {
  const whole = bytes(stream);
  const events: string[] = [];
  let from = 0;
  for (const to of [...cuts, whole.length]) {
    for (const event of own.push(whole.subarray(from, to))) {
      events.push(
        event.kind === "frame" || event.kind === "fragment"
          ? `${event.kind}:${text(event.payload)}`
          : event.kind,
      );
    }
    from = to;
  }
  return events;
}

const three = "\x0bone\x1c\r\x0btwo\x1c\r\x0bthree\x1c\r";

test("three frames are found however the stream is cut in two or three", () => {
  const expected = ["frame:one", "frame:two", "frame:three"];
  for (let first = 0; first <= three.length; first += 1) {
    for (let second = first; second <= three.length; second += 1) {
      assert.deepEqual(decode(three, [first, second]), expected);
    }
  }
});

const lenient: readonly (readonly [what: string, stream: string, events: readonly string[]])[] = [
  ["LF after the frame", "\x0ba\x1c\r\n\x0bb\x1c\r", ["frame:a", "frame:b"]],
  ["FS LF instead of FS CR", "\x0ba\x1c\n\x0bb\x1c\n", ["frame:a", "frame:b"]],
  ["FS alone before the next frame", "\x0ba\x1c\x0bb\x1c\r", ["frame:a", "frame:b"]],
  ["white space and NUL between frames", " \r\n\0\x0ba\x1c\r \0", ["frame:a"]],
  ["a little junk before a frame", "xyz\x0ba\x1c\r", ["frame:a"]],
  ["an empty frame", "\x0b\x1c\r", ["frame:"]],
  ["a start byte inside a frame", "\x0bcut o\x0bwhole\x1c\r", ["fragment:cut o", "frame:whole"]],
  ["an unfinished frame", "\x0bnever ended", []],
  ["text that is not MLLP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["junk"]],
];

for (const [what, stream, events] of lenient) {
  test(`${what}: ${events.join(", ") || "nothing"}`, () => {
    assert.deepEqual(decode(stream), events);
    assert.deepEqual(
      decode(
        stream,
        Array.from(stream, (_, index) => index),
      ),
      events,
    );
  });
}

test("a frame over the limit is reported once, with its head, and the rest is not read", () => {
  assert.deepEqual(decode("\x0bMSH|0123456789\x1c\r\x0bnext\x1c\r", [], decoder(8)), ["oversize"]);
});

test("ten megabytes in chunks of one byte come out whole", () => {
  const payload = new Uint8Array(10 * 1024 * 1024).fill(0x41);
  const frame = encodeFrame(payload);
  const own = decoder(16 * 1024 * 1024);
  let found = 0;
  for (let at = 0; at < frame.length; at += 1) {
    for (const event of own.push(frame.subarray(at, at + 1))) {
      assert.equal(event.kind, "frame");
      if (event.kind === "frame") found = event.payload.length;
    }
  }
  assert.equal(found, payload.length);
});
