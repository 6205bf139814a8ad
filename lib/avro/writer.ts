import { AvroDataError } from "./avro-error.ts";

const encoder = new TextEncoder();
/** Shorter texts are copied character by character, which is faster than a call into the engine. */
const SHORT_TEXT = 48;
const SIZE_MAX = 256 * 1024 * 1024;

/**
 * Binary output that grows. Writing past the end is harmless: `pos` goes on, and `hasOverflowed` tells that
 * the same data must be written once more after `grow`.
 */
export class AvroWriter {
  bytes: Buffer;
  pos = 0;

  constructor(size = 4096) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  get hasOverflowed(): boolean {
    return this.pos > this.bytes.length;
  }

  /** Room for what was written, and some more. */
  grow(): void {
    if (this.pos > SIZE_MAX) throw mismatch("the data is larger than 256 MiB");
    this.bytes = Buffer.allocUnsafeSlow(Math.max(this.pos + 1024, this.bytes.length * 2));
  }

  /** A copy of what was written from `start` on. */
  taken(start = 0): Uint8Array {
    const copy = new Uint8Array(this.pos - start);
    copy.set(this.bytes.subarray(start, this.pos));
    return copy;
  }

  boolean(value: boolean): void {
    this.bytes[this.pos++] = value ? 1 : 0;
  }

  /** A whole number of 32 bits, zigzag. */
  int(value: number): void {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.bytes[this.pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.pos++] = rest;
  }

  long(value: bigint): void {
    const small = Number(value);
    if (small >= -0x40000000 && small < 0x40000000) return this.int(small);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      this.bytes[this.pos++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.pos++] = Number(rest);
  }

  float(value: number): void {
    if (this.pos + 4 <= this.bytes.length) this.bytes.writeFloatLE(value, this.pos);
    this.pos += 4;
  }

  double(value: number): void {
    if (this.pos + 8 <= this.bytes.length) this.bytes.writeDoubleLE(value, this.pos);
    this.pos += 8;
  }

  fixed(value: Uint8Array): void {
    if (this.pos + value.length <= this.bytes.length) this.bytes.set(value, this.pos);
    this.pos += value.length;
  }

  binary(value: Uint8Array): void {
    this.int(value.length);
    this.fixed(value);
  }

  string(value: string): void {
    const { length } = value;
    if (length > SHORT_TEXT) return this.#longText(value);
    const { bytes } = this;
    const start = this.pos;
    bytes[start] = length << 1;
    // At most 48 characters: their length needs one byte.
    let at = start + 1;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return this.#longText(value);
      bytes[at++] = code;
    }
    this.pos = at;
  }

  #longText(value: string): void {
    const { length } = value;
    const size = Buffer.byteLength(value);
    if (size !== length && !value.isWellFormed()) {
      throw mismatch("a text holds half of a surrogate pair");
    }
    this.int(size);
    if (this.pos + size <= this.bytes.length) {
      if (size === length) this.bytes.latin1Write(value, this.pos, size);
      else encoder.encodeInto(value, this.bytes.subarray(this.pos));
    }
    this.pos += size;
  }
}

declare global {
  interface Buffer {
    /** Node's own writer and reader of one-byte text, without the checks of write() and toString(). */
    latin1Write(text: string, offset: number, length: number): number;
    latin1Slice(start: number, end: number): string;
    utf8Slice(start: number, end: number): string;
  }
}

function mismatch(message: string): AvroDataError {
  return new AvroDataError("AVRO_DATA_MISMATCH", message);
}
