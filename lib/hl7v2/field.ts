import type { Delimiters } from "./delimiters.ts";
import { decodeEscapes } from "./escape.ts";

/** Two quotes: the sender says that a value is to be deleted. Source: HL7 v2.9 chapter 2.5.3. */
const NULL_TEXT = '""';

/** One component. `text` is as sent, with escapes; `value` is decoded, and "" when empty or null. */
export class Component {
  readonly text: string;
  readonly #delimiters: Delimiters;

  constructor(text: string, delimiters: Delimiters) {
    this.text = text;
    this.#delimiters = delimiters;
  }
  get isEmpty(): boolean {
    return this.text === "";
  }
  get isNull(): boolean {
    return this.text === NULL_TEXT;
  }
  /** The first sub-component. */
  get value(): string {
    return this.subcomponent(1);
  }
  /** The decoded sub-component, counted from 1; "" when it is empty, null or not there. */
  subcomponent(position: number): string {
    const text = partOf(this.text, this.#delimiters.subcomponent, position);
    return text === NULL_TEXT ? "" : decodeEscapes(text, this.#delimiters);
  }
  get subcomponentCount(): number {
    return countOf(this.text, this.#delimiters.subcomponent);
  }
}

/** One repetition of a field. */
export class Repetition {
  readonly text: string;
  readonly #delimiters: Delimiters;

  constructor(text: string, delimiters: Delimiters) {
    this.text = text;
    this.#delimiters = delimiters;
  }
  get isEmpty(): boolean {
    return this.text === "";
  }
  get isNull(): boolean {
    return this.text === NULL_TEXT;
  }
  /** The component, counted from 1; an empty one when it is not there. */
  component(position: number): Component {
    return new Component(partOf(this.text, this.#delimiters.component, position), this.#delimiters);
  }
  get componentCount(): number {
    return countOf(this.text, this.#delimiters.component);
  }
  /** The decoded first sub-component of the first component. */
  get value(): string {
    return this.component(1).value;
  }
}

/** A field with its repetitions, split when they are asked for. */
export class Field {
  readonly text: string;
  readonly #delimiters: Delimiters;
  #repetitions: readonly Repetition[] | undefined;

  constructor(text: string, delimiters: Delimiters) {
    this.text = text;
    this.#delimiters = delimiters;
  }
  get isEmpty(): boolean {
    return this.text === "";
  }
  /** `""`: the sender wants the value deleted. */
  get isNull(): boolean {
    return this.text === NULL_TEXT;
  }
  /** At least one, perhaps empty. */
  get repetitions(): readonly Repetition[] {
    this.#repetitions ??= this.text
      .split(this.#delimiters.repetition)
      .map((text) => new Repetition(text, this.#delimiters));
    return this.#repetitions;
  }
  get first(): Repetition {
    return new Repetition(partOf(this.text, this.#delimiters.repetition, 1), this.#delimiters);
  }
  /** The decoded first sub-component of the first component of the first repetition. */
  get value(): string {
    return this.first.value;
  }
  component(position: number): Component {
    return this.first.component(position);
  }
  /** The whole text decoded, for types without components (ST, TX, FT) whose senders forget to escape. */
  get decoded(): string {
    return this.isNull ? "" : decodeEscapes(this.text, this.#delimiters);
  }
}

/** The part at a position, counted from 1, without splitting the rest. */
function partOf(text: string, separator: string, position: number): string {
  let start = 0;
  for (let index = 1; index < position; index += 1) {
    const next = text.indexOf(separator, start);
    if (next < 0) return "";
    start = next + separator.length;
  }
  const end = text.indexOf(separator, start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

function countOf(text: string, separator: string): number {
  let count = 1;
  for (let at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, at + 1)) count += 1;
  return count;
}
