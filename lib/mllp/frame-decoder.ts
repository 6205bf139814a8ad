/** Start of a block. Source: HL7 "Transport Specification: MLLP, Release 1". */
export const START_BLOCK = 0x0b;
/** End of a block; a carriage return follows. */
export const END_BLOCK = 0x1c;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** What the bytes of a connection turned out to be, in their order. */
export type MllpEvent =
  /** A whole block. */
  | { readonly kind: "frame"; readonly payload: Uint8Array }
  /** A block that a new start byte cut off: its sender never ended it. */
  | { readonly kind: "fragment"; readonly payload: Uint8Array }
  /** A block over the limit; `head` is its beginning. Nothing after it can be trusted. */
  | { readonly kind: "oversize"; readonly head: Uint8Array }
  /** More bytes outside of blocks than noise explains: whoever this is, it is not MLLP. */
  | { readonly kind: "junk" };

export interface FrameDecoderOptions {
  readonly frameBytesMax: number;
  /** Bytes between blocks that are passed over; white space and NUL do not count. */
  readonly junkBytesMax: number;
}

/** How much of an oversize block is kept: enough for its header. */
const HEAD_BYTES = 4096;

type State = "between" | "inside" | "ended";

/**
 * Finds MLLP blocks in the chunks of one connection, however they are cut.
 *
 * Lenient: white space and NUL between blocks are passed over, and so is some junk; a block may end with
 * FS LF, or with FS alone when the next one begins. Nothing that follows a block is ever dropped. Linear in
 * the number of bytes: chunks are kept as they come and copied once, when the block is whole.
 */
export class FrameDecoder {
  readonly #options: FrameDecoderOptions;
  #state: State = "between";
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #junkBytes = 0;
  #isBroken = false;

  constructor(options: FrameDecoderOptions) {
    this.#options = options;
  }

  /** Whether a block has begun and not ended. */
  get isInFrame(): boolean {
    return this.#state === "inside";
  }
  /** Bytes of the block that has begun. */
  get bufferedBytes(): number {
    return this.#bytes;
  }

  /** The events of one chunk, in order. After `oversize` or `junk` there are no more. */
  *push(chunk: Uint8Array): Generator<MllpEvent> {
    let at = 0;
    while (at < chunk.length && !this.#isBroken) {
      if (this.#state === "inside") {
        at = yield* this.#inside(chunk, at);
      } else {
        at = yield* this.#outside(chunk, at);
      }
    }
  }

  *#outside(chunk: Uint8Array, from: number): Generator<MllpEvent, number> {
    const byte = chunk[from] as number;
    if (byte === START_BLOCK) {
      this.#state = "inside";
      return from + 1;
    }
    if (this.#state === "ended") {
      // The byte that should be CR: CR and LF end the block for good, anything else is judged as junk.
      this.#state = "between";
      if (byte === CARRIAGE_RETURN || byte === LINE_FEED) return from + 1;
    }
    if (byte > 0x20) {
      this.#junkBytes += 1;
      if (this.#junkBytes > this.#options.junkBytesMax) {
        this.#isBroken = true;
        yield { kind: "junk" };
      }
    }
    return from + 1;
  }

  *#inside(chunk: Uint8Array, from: number): Generator<MllpEvent, number> {
    let end = from;
    while (end < chunk.length && chunk[end] !== END_BLOCK && chunk[end] !== START_BLOCK) end += 1;
    if (end > from) {
      this.#chunks.push(chunk.subarray(from, end));
      this.#bytes += end - from;
    }
    if (this.#bytes > this.#options.frameBytesMax) {
      this.#isBroken = true;
      yield { kind: "oversize", head: this.#take().slice(0, HEAD_BYTES) };
      return end;
    }
    if (end === chunk.length) return end;
    const isWhole = chunk[end] === END_BLOCK;
    const payload = this.#take();
    this.#state = isWhole ? "ended" : "inside";
    this.#junkBytes = 0;
    yield { kind: isWhole ? "frame" : "fragment", payload };
    return end + 1;
  }

  /** One copy of the block so far. */
  #take(): Uint8Array {
    const payload = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      payload.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [];
    this.#bytes = 0;
    return payload;
  }
}
