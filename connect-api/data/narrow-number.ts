/** Java's number types that are neither Long (bigint) nor Double (number). */
export type NarrowType = "INT8" | "INT16" | "INT32" | "FLOAT32";

/** A schemaless number that knows its Java width, as a Cast or a number converter makes it. */
export class NarrowNumber {
  readonly type: NarrowType;
  readonly value: number;

  constructor(type: NarrowType, value: number) {
    this.type = type;
    this.value = value;
  }
  valueOf(): number {
    return this.value;
  }
  toString(): string {
    return String(this.value);
  }
  toJSON(): number {
    return this.value;
  }
}
