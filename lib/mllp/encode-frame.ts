import { END_BLOCK, START_BLOCK } from "./frame-decoder.ts";

/** A block around a payload, which must hold neither VT nor FS. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(payload.length + 3);
  frame[0] = START_BLOCK;
  frame.set(payload, 1);
  frame[payload.length + 1] = END_BLOCK;
  frame[payload.length + 2] = 0x0d;
  return frame;
}
