/** Start of a block. Source: HL7 "Transport Specification: MLLP, Release 1". */
export const START_BLOCK = 0x0b;
/** End of a block; a carriage return follows. */
export const END_BLOCK = 0x1c;
/** Up to here a byte is white space, NUL or another control character. */
const SPACE = 0x20;

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
  /** The same before the first block: whoever begins otherwise may not speak MLLP at all. Default: as above. */
  readonly junkBytesAtStartMax?: number;
  /** Anything but VT … FS CR is junk. Default false. */
  readonly isStrict?: boolean;
}

/** How much of an oversize block is kept: enough for its header. */
const HEAD_BYTES = 4096;
/** So many chunks of one block are put together to one: each costs some 150 bytes beside its content. */
const SMALL_CHUNKS_MAX = 1024;
const CR = 0x0d;

/** `ending`: an end byte was read, and the next byte says whether the block is over. */
type State = "between" | "inside" | "ending";

/**
 * Finds MLLP blocks in the chunks of one connection, however they are cut.
 *
 * Lenient by default: white space and NUL between blocks are passed over, and so is some junk; a block may
 * end with FS LF, or with FS alone when the next one begins or nothing more comes (see `flush`). An FS that
 * text follows belongs to the data: taking it for the end would cut the message and call it whole. Nothing
 * that follows a block is ever dropped.
 *
 * Linear in the number of bytes: each is copied at most twice, however small the chunks are.
 */
export class FrameDecoder {
  readonly #options: FrameDecoderOptions;
  #state: State = "between";
  #chunks: Uint8Array[] = [];
  /** How many of the first chunks were put together already. */
  #joined = 0;
  #bytes = 0;
  #junkBytes = 0;
  #isBroken = false;
  #junkTotal = 0;
  #hasBegun = false;

  constructor(options: FrameDecoderOptions) {
    this.#options = options;
  }

  /** Whether a block has begun and not ended. */
  get isInFrame(): boolean {
    return this.#state === "inside";
  }
  /** Whether the last byte was the end byte of a block, so that the block may be whole. */
  get isEnding(): boolean {
    return this.#state === "ending";
  }
  /** Whether a start byte was ever seen. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }
  /** Bytes of the block that has begun. */
  get partialBytes(): number {
    return this.#bytes;
  }
  /** Bytes outside of blocks that are neither white space nor NUL, since the beginning. */
  get junkBytes(): number {
    return this.#junkTotal;
  }

  /**
   * The events of one chunk, in order. After `oversize` or `junk` there are no more. Parts of an unfinished
   * block are kept as views of the chunk; a payload is always a copy.
   */
  push(chunk: Uint8Array): MllpEvent[] {
    const events: MllpEvent[] = [];
    let at = 0;
    while (at < chunk.length && !this.#isBroken) {
      if (this.#state === "inside") at = this.#inside(chunk, at, events);
      else if (this.#state === "ending") this.#ending(chunk[at] as number, events);
      else at = this.#between(chunk, at, events);
    }
    return events;
  }

  /**
   * The block whose end byte was the last byte so far, when nothing more comes: its sender leaves out the
   * carriage return. For a caller that has waited for it, or has seen the end of the connection.
   */
  flush(): MllpEvent[] {
    if (this.#state !== "ending" || this.#isBroken || this.#options.isStrict) return [];
    return [this.#whole()];
  }

  #whole(): MllpEvent {
    this.#state = "between";
    this.#junkBytes = 0;
    return { kind: "frame", payload: this.#take() };
  }

  #ending(next: number, events: MllpEvent[]): void {
    if (this.#options.isStrict && next !== CR) {
      this.#junk(events);
    } else if (next <= SPACE) {
      events.push(this.#whole());
    } else {
      this.#keep(Uint8Array.of(END_BLOCK));
      this.#state = "inside";
    }
  }

  #between(chunk: Uint8Array, at: number, events: MllpEvent[]): number {
    const byte = chunk[at] as number;
    if (byte === START_BLOCK) {
      this.#state = "inside";
      this.#hasBegun = true;
    } else if (byte > SPACE || (this.#options.isStrict && byte !== CR)) {
      this.#junkBytes += 1;
      this.#junkTotal += 1;
      if (this.#junkBytes > this.#junkBytesMax() || this.#options.isStrict) this.#junk(events);
    }
    return at + 1;
  }

  #junkBytesMax(): number {
    const { junkBytesMax, junkBytesAtStartMax = junkBytesMax } = this.#options;
    return this.#hasBegun ? junkBytesMax : junkBytesAtStartMax;
  }

  #junk(events: MllpEvent[]): void {
    this.#isBroken = true;
    events.push({ kind: "junk" });
  }

  #inside(chunk: Uint8Array, from: number, events: MllpEvent[]): number {
    const next = chunk.indexOf(END_BLOCK, from);
    let end = next < 0 ? chunk.length : next;
    // Only as far as the end byte, so that many blocks in one chunk are searched once each.
    const start = chunk.subarray(from, end).indexOf(START_BLOCK);
    if (start >= 0) end = from + start;
    if (end > from) this.#keep(chunk.subarray(from, end));
    if (this.#bytes > this.#options.frameBytesMax) {
      this.#isBroken = true;
      events.push({ kind: "oversize", head: this.#takeHead() });
      return end;
    }
    if (end === chunk.length) return end;
    if (start < 0) {
      this.#state = "ending";
    } else if (this.#options.isStrict) {
      this.#junk(events);
    } else {
      this.#junkBytes = 0;
      events.push({ kind: "fragment", payload: this.#take() });
    }
    return end + 1;
  }

  #keep(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#chunks.length - this.#joined < SMALL_CHUNKS_MAX) return;
    this.#chunks.push(join(this.#chunks.splice(this.#joined)));
    this.#joined = this.#chunks.length;
  }

  /** The beginning of a block that is too large to be copied for it. */
  #takeHead(): Uint8Array {
    let bytes = 0;
    let count = 0;
    while (bytes < HEAD_BYTES && count < this.#chunks.length) {
      bytes += (this.#chunks[count++] as Uint8Array).length;
    }
    this.#chunks.length = count;
    return this.#take().slice(0, HEAD_BYTES);
  }

  /** One copy of the block so far. */
  #take(): Uint8Array {
    const payload = join(this.#chunks);
    this.#chunks = [];
    this.#joined = 0;
    this.#bytes = 0;
    return payload;
  }
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((bytes, { length }) => bytes + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
