import { floatText } from "./java-text.ts";

/** Java's number types that are neither Long (bigint) nor Double (number). */
export type NarrowType = "INT8" | "INT16" | "INT32" | "FLOAT32";

/** A schemaless number that knows its Java width, as a Cast or a number converter makes it. */
export class NarrowNumber {
  readonly type: NarrowType;
  readonly value: number;

  constructor(type: NarrowType, value: number) {
    this.type = type;
    this.value = type === "FLOAT32" ? Math.fround(value) : value;
  }
  valueOf(): number {
    return this.value;
  }
  /** Java's text: a FLOAT32 always has a digit after the point. */
  toString(): string {
    return this.type === "FLOAT32" ? floatText(this.value) : String(this.value);
  }
  toJSON(): number {
    return this.value;
  }
}
