import type { Delimiters } from "./delimiters.ts";
import { Field } from "./field.ts";

const HEADER_NAMES: ReadonlySet<string> = new Set(["MSH", "FHS", "BHS"]);

/** One segment; its fields are split when the first of them is asked for. */
export class Segment {
  readonly name: string;
  /** As sent, without the line end. */
  readonly text: string;
  /** 0-based place in the message. */
  readonly position: number;
  readonly #delimiters: Delimiters;
  #parts: readonly string[] | undefined;

  constructor(text: string, position: number, delimiters: Delimiters) {
    const end = text.indexOf(delimiters.field);
    this.name = end < 0 ? text.trimEnd() : text.slice(0, end);
    this.text = text;
    this.position = position;
    this.#delimiters = delimiters;
  }

  /**
   * The field at a position, counted from 1; an empty one when it is not there.
   *
   * In MSH, FHS and BHS field 1 is the separator itself, and field 2 holds the encoding characters.
   */
  field(position: number): Field {
    const parts = (this.#parts ??= this.text.split(this.#delimiters.field));
    if (!HEADER_NAMES.has(this.name)) return new Field(parts[position] ?? "", this.#delimiters);
    if (position === 1) return new Field(this.#delimiters.field, NO_DELIMITERS);
    const text = parts[position - 1] ?? "";
    return new Field(text, position === 2 ? NO_DELIMITERS : this.#delimiters);
  }

  /** The highest position that was sent. */
  get fieldCount(): number {
    const parts = (this.#parts ??= this.text.split(this.#delimiters.field));
    return parts.length - (HEADER_NAMES.has(this.name) ? 0 : 1);
  }
}

/** For fields that hold the delimiters themselves: nothing in them separates anything. */
const NO_DELIMITERS: Delimiters = {
  field: "\u0000",
  component: "\u0000",
  repetition: "\u0000",
  escape: "\u0000",
  subcomponent: "\u0000",
  truncation: undefined,
};
