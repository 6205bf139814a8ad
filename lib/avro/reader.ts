import { AvroDataError } from "./avro-error.ts";

/** How many texts are remembered, and how long they may be: codes, systems and URLs come again and again. */
const KNOWN_TEXTS = 4096;
const KNOWN_TEXT_BYTES = 64;
/** Items of no size (null) in one array; everything else is bounded by the bytes. */
const EMPTY_ITEMS_MAX = 1_000_000;

const knownTexts: (string | undefined)[] = Array.from<string | undefined>({ length: KNOWN_TEXTS });

/** Binary input. Every method throws AvroDataError rather than read past the end. */
export class AvroReader {
  bytes: Buffer = Buffer.alloc(0);
  pos = 0;

  open(bytes: Uint8Array, pos = 0): void {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.pos = pos;
  }

  /** Throws when more was read than there is: numbers read past the end are zeros until here. */
  checkEnd(): void {
    if (this.pos > this.bytes.length) throw truncated();
  }

  boolean(): boolean {
    const byte = this.bytes[this.pos++];
    if (byte === undefined || byte > 1) throw invalid("a boolean is neither 0 nor 1");
    return byte === 1;
  }

  int(): number {
    let byte = this.bytes[this.pos++] as number;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let result = byte & 0x7f;
    let shift = 7;
    do {
      if (shift > 28) throw invalid("a number has more than 32 bits");
      byte = this.bytes[this.pos++] ?? 0;
      result |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte > 0x7f);
    return (result >>> 1) ^ -(result & 1);
  }

  long(): bigint {
    let byte = this.bytes[this.pos++] ?? 0;
    let low = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift === 28) return this.#longRest(low);
      byte = this.bytes[this.pos++] ?? 0;
      low |= (byte & 0x7f) << shift;
    }
    return BigInt((low >>> 1) ^ -(low & 1));
  }

  #longRest(low: number): bigint {
    let result = BigInt(low);
    for (let shift = 28n; ; shift += 7n) {
      if (shift > 63n) throw invalid("a number has more than 64 bits");
      const byte = this.bytes[this.pos++] ?? 0;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    result = BigInt.asUintN(64, result);
    return BigInt.asIntN(64, (result >> 1n) ^ -(result & 1n));
  }

  float(): number {
    const at = this.#skip(4);
    return this.bytes.readFloatLE(at);
  }

  double(): number {
    const at = this.#skip(8);
    return this.bytes.readDoubleLE(at);
  }

  fixed(size: number): Uint8Array {
    const at = this.#skip(size);
    return new Uint8Array(this.bytes.subarray(at, at + size));
  }

  binary(): Uint8Array {
    return this.fixed(this.size());
  }

  string(): string {
    const size = this.size();
    const start = this.#skip(size);
    if (size === 0) return "";
    return size <= KNOWN_TEXT_BYTES
      ? this.#shortText(start, size)
      : this.bytes.utf8Slice(start, start + size);
  }

  /** The text from the memory, when its bytes are the same; otherwise made and remembered. */
  #shortText(start: number, size: number): string {
    const { bytes } = this;
    const end = start + size;
    let hash = size;
    let high = 0;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      high |= byte;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    if (high > 0x7f) return bytes.utf8Slice(start, end);
    const slot = (hash ^ (hash >>> 15)) & (KNOWN_TEXTS - 1);
    const known = knownTexts[slot];
    if (known !== undefined && known.length === size) {
      let index = 0;
      while (index < size && known.charCodeAt(index) === bytes[start + index]) index += 1;
      if (index === size) return known;
    }
    const text = bytes.latin1Slice(start, end);
    knownTexts[slot] = text;
    return text;
  }

  /** A length that the rest of the bytes can hold. */
  size(): number {
    const size = this.int();
    if (size < 0) throw invalid("a length is negative");
    return size;
  }

  /** Number of items in the next block of an array or map; 0 at the end. */
  block(): number {
    let count = Number(this.long());
    if (count < 0) {
      // A negative count is followed by the block's size in bytes, which only a skipping reader needs.
      count = -count;
      this.long();
    }
    if (this.pos > this.bytes.length) throw truncated();
    if (count > this.bytes.length - this.pos && count > EMPTY_ITEMS_MAX) {
      throw invalid("a list is longer than the data");
    }
    return count;
  }

  #skip(size: number): number {
    const at = this.pos;
    this.pos = at + size;
    if (this.pos > this.bytes.length) throw truncated();
    return at;
  }
}

function invalid(problem: string): AvroDataError {
  return new AvroDataError(
    "AVRO_BYTES_INVALID",
    `The bytes are not data of the schema: ${problem}`,
  );
}

function truncated(): AvroDataError {
  return invalid("they end too early");
}
