import { DataError } from "../errors.ts";

/** The scale is an `int` in Java. */
const SCALE_MAX = 2 ** 31 - 1;

/**
 * An exact decimal number: `unscaled` × 10^-`scale`. Keeps trailing zeros: 7.10 is 710 with scale 2.
 *
 * Source: java.math.BigDecimal, as org.apache.kafka.connect.data.Decimal uses it.
 */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** Reads plain and exponent notation (`7.10`, `-1E+3`). Throws DataError for other text. */
  static parse(text: string): Decimal {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(text.trim());
    const digits = `${match?.[2] ?? ""}${match?.[3] ?? ""}`;
    if (!match || digits === "") {
      throw new DataError("DECIMAL_INVALID", "The text is not a decimal number");
    }
    const unscaled = BigInt(digits) * (match[1] === "-" ? -1n : 1n);
    const scale = (match[3] ?? "").length - Number(match[4] ?? 0);
    if (Math.abs(scale) > SCALE_MAX) {
      throw new DataError("DECIMAL_INVALID", "The exponent of the decimal number is too large");
    }
    return new Decimal(unscaled, scale);
  }

  /** Reads two's complement, big-endian, as in the BYTES of the logical type. */
  static fromBytes(bytes: Uint8Array, scale: number): Decimal {
    let unscaled = 0n;
    for (const byte of bytes) unscaled = (unscaled << 8n) | BigInt(byte);
    return new Decimal(BigInt.asIntN(Math.max(bytes.length, 1) * 8, unscaled), scale);
  }

  /** Two's complement, big-endian, in as few bytes as possible (BigInteger.toByteArray). */
  toBytes(): Uint8Array {
    let length = 1;
    while (BigInt.asIntN(length * 8, this.unscaled) !== this.unscaled) length += 1;
    const bytes = new Uint8Array(length);
    let rest = BigInt.asUintN(length * 8, this.unscaled);
    for (let index = length - 1; index >= 0; index -= 1) {
      bytes[index] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    return bytes;
  }

  /** Plain notation with all digits (BigDecimal.toPlainString). */
  toString(): string {
    const sign = this.unscaled < 0n ? "-" : "";
    const digits = String(this.unscaled < 0n ? -this.unscaled : this.unscaled);
    if (this.scale <= 0) return `${sign}${digits}${digits === "0" ? "" : "0".repeat(-this.scale)}`;
    const padded = digits.padStart(this.scale + 1, "0");
    return `${sign}${padded.slice(0, -this.scale)}.${padded.slice(-this.scale)}`;
  }

  /** Java's text, with an exponent where there is much to fill (BigDecimal.toString): `1E+3`, `1E-7`. */
  toJavaString(): string {
    const sign = this.unscaled < 0n ? "-" : "";
    const digits = String(this.unscaled < 0n ? -this.unscaled : this.unscaled);
    const exponent = digits.length - 1 - this.scale;
    if (this.scale >= 0 && exponent >= -6) return this.toString();
    const tail = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${tail}${exponent === 0 ? "" : `E${exponent > 0 ? "+" : ""}${exponent}`}`;
  }

  /** The whole part, as wide as 64 bits and no wider: BigDecimal.longValue. */
  toInt64(): bigint {
    // 10^64 is a multiple of 2^64, and a number of that many places after the point may be long.
    if (this.scale <= -64) return 0n;
    if (this.scale <= 0) return BigInt.asIntN(64, this.unscaled * 10n ** BigInt(-this.scale));
    if (this.scale > String(this.unscaled).length) return 0n;
    return BigInt.asIntN(64, this.unscaled / 10n ** BigInt(this.scale));
  }

  toNumber(): number {
    return Number(`${this.unscaled}e${-this.scale}`);
  }
}
