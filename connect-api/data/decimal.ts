import { DataError } from "../errors.ts";

/** The scale is an `int` in Java. */
const SCALE_MAX = 2 ** 31 - 1;
/** Zeros that an exponent may stand for; a record of a few bytes must not become a number of a gigabyte. */
const ZEROS_MAX = 10_000;

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
    if (bytes.length === 0) return new Decimal(0n, scale);
    // By hexadecimal text, which takes time with the length and not with its square.
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return new Decimal(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)), scale);
  }

  /** Two's complement, big-endian, in as few bytes as possible (BigInteger.toByteArray). */
  toBytes(): Uint8Array {
    const magnitude = this.unscaled < 0n ? ~this.unscaled : this.unscaled;
    const digits = magnitude.toString(16);
    const bits = (digits.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(digits[0] ?? "0", 16)));
    // One bit more for the sign.
    const length = Math.floor(bits / 8) + 1;
    const hex = BigInt.asUintN(length * 8, this.unscaled)
      .toString(16)
      .padStart(length * 2, "0");
    return Uint8Array.from({ length }, (_, index) =>
      Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
    );
  }

  /**
   * The same number with another scale. Throws DataError when digits would be lost, or when an exponent stands for
   * more zeros than anybody means.
   */
  withScale(scale: number): Decimal {
    const zeros = scale - this.scale;
    if (zeros < 0) {
      const message = `The decimal has more than ${scale} digits after the point`;
      throw new DataError("SCHEMA_MISMATCH", message);
    }
    if (this.unscaled === 0n) return new Decimal(0n, scale);
    if (zeros > ZEROS_MAX) {
      throw new DataError("SCHEMA_MISMATCH", "The exponent of the decimal number is too large");
    }
    return new Decimal(this.unscaled * 10n ** BigInt(zeros), scale);
  }

  /** Plain notation with all digits (BigDecimal.toPlainString); with an exponent that is too large for that, Java's text. */
  toString(): string {
    const sign = this.unscaled < 0n ? "-" : "";
    const digits = String(this.unscaled < 0n ? -this.unscaled : this.unscaled);
    if (-this.scale > ZEROS_MAX || this.scale - digits.length > ZEROS_MAX) {
      return this.toJavaString();
    }
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
