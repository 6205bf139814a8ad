import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFrame } from "./encode-frame.ts";
import { FrameDecoder } from "./frame-decoder.ts";
import type { MllpEvent } from "./frame-decoder.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const text = (payload: Uint8Array): string => String.fromCharCode(...payload);
const decoder = (frameBytesMax = 1 << 20): FrameDecoder =>
  new FrameDecoder({ frameBytesMax, junkBytesMax: 16 });

function decode(stream: string, cuts: readonly number[] = [], own = decoder()): string[] {
  const whole = bytes(stream);
  const events: string[] = [];
  const note = (event: MllpEvent): void => {
    const payload = event.kind === "frame" || event.kind === "fragment" ? event.payload : undefined;
    events.push(payload ? `${event.kind}:${text(payload)}` : event.kind);
  };
  let from = 0;
  for (const to of [...cuts, whole.length]) {
    for (const event of own.push(whole.subarray(from, to))) note(event);
    from = to;
  }
  for (const event of own.flush()) note(event);
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
  ["FS alone at the end of everything", "\x0ba\x1c", ["frame:a"]],
  ["FS and a blank", "\x0ba\x1c \r\x0bb\x1c\r", ["frame:a", "frame:b"]],
  ["FS within the data", "\x0ba\x1cb\x1c\r\x0bc\x1c\r", ["frame:a\x1cb", "frame:c"]],
  ["white space and NUL between frames", " \r\n\0\x0ba\x1c\r \0", ["frame:a"]],
  ["a little junk before a frame", "xyz\x0ba\x1c\r", ["frame:a"]],
  ["an empty frame", "\x0b\x1c\r", ["frame:"]],
  ["a start byte inside a frame", "\x0bcut o\x0bwhole\x1c\r", ["fragment:cut o", "frame:whole"]],
  ["an unfinished frame", "\x0bnever ended", []],
  ["text that is not MLLP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ["junk"]],
];

for (const [what, stream, events] of lenient) {
  test(`${what}: ${JSON.stringify(events)}`, () => {
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

test("an end byte alone is no event before the next byte, or before it is flushed", () => {
  const own = decoder();

  assert.deepEqual([...own.push(bytes("\x0ba\x1c"))], []);
  assert.equal(own.isEnding, true);
  assert.deepEqual([...own.flush()], [{ kind: "frame", payload: bytes("a") }]);
  assert.deepEqual([...own.flush()], []);
  assert.deepEqual([...own.push(bytes("\r\x0bb\x1c\r"))], [{ kind: "frame", payload: bytes("b") }]);
});

test("a payload is a copy: the caller may use its chunk again", () => {
  const chunk = encodeFrame(bytes("abc"));
  const [event] = decoder().push(chunk);
  chunk.fill(0);

  assert.deepEqual(event, { kind: "frame", payload: bytes("abc") });
});

test("ten megabytes in chunks of one byte come out whole, and cost no gigabyte on the way", () => {
  const payload = Uint8Array.from({ length: 10 * 1024 * 1024 }, (_, index) => 0x20 + (index % 90));
  const frame = encodeFrame(payload);
  const own = decoder(16 * 1024 * 1024);
  let found: Uint8Array | undefined;
  let buffersMax = 0;
  for (let at = 0; at < frame.length; at += 1) {
    for (const event of own.push(frame.subarray(at, at + 1))) {
      if (event.kind === "frame") found = event.payload;
    }
    if (at % 1_000_000 === 0) buffersMax = Math.max(buffersMax, process.memoryUsage().heapUsed);
  }

  assert.deepEqual(found, payload);
  assert.ok(buffersMax < 500 * 1024 * 1024, `${Math.round(buffersMax / 1024 / 1024)} MiB of heap`);
});

/** Numbers from 0 to below `limit`, the same for the same seed (Lehmer, modulus 2^31-1). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}

test("random bytes and cuts never make a frame of anything but what was between two marks", () => {
  const random = randomFrom(20_261_124);
  const alphabet = bytes("\x0b\x1c\r\n\0 aM|");
  for (let run = 0; run < 5000; run += 1) {
    const stream = text(
      Uint8Array.from({ length: random(60) }, () => alphabet[random(alphabet.length)] ?? 0),
    );
    const cuts = [random(stream.length + 1), random(stream.length + 1)].toSorted((a, b) => a - b);

    const events = decode(stream, cuts);

    assert.deepEqual(events, decode(stream), `cuts ${cuts.join()} of ${JSON.stringify(stream)}`);
    for (const event of events.filter((each) => each.startsWith("frame:"))) {
      const payload = event.slice("frame:".length);
      assert.ok(!payload.includes("\x0b"), "no frame holds the start of another");
      assert.ok(stream.includes(`\x0b${payload}\x1c`), "its bytes stood between the marks");
    }
  }
});
