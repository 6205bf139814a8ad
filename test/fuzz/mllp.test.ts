import assert from "node:assert/strict";
import { test } from "node:test";
import { checkStream, fuzzStream } from "./check-mllp.ts";
import { originals } from "./originals.ts";
import { Random } from "./random.ts";

/** The long form is `npm run test:fuzz-mllp`. */
const STREAMS = 60;

test(`R6, R7: ${STREAMS * 50} frames, cut, fused and littered, make no message that nobody sent`, () => {
  const sources = originals();
  const random = new Random(4711);
  let whole = 0;
  for (let nth = 0; nth < STREAMS; nth += 1) {
    const stream = fuzzStream(sources, 4711, nth * 50, 50, random);
    whole += stream.whole.length;

    assert.deepEqual(checkStream(stream, random), [], `stream ${nth}`);
  }
  assert.ok(whole > STREAMS * 20, "most frames hold a whole message");
});
