import { DEFAULT_DELIMITERS } from "./delimiters.ts";
import type { Delimiters } from "./delimiters.ts";
import { decodeEscapes } from "./escape.ts";

/** Two quotes: the sender says that a value is to be deleted. Source: HL7 v2.9 chapter 2.5.3. */
export const NULL_TEXT = '""';

/**
 * Which delimiters a text may hold, found in the one pass that splits a segment. A bit that is not set saves
 * looking for that delimiter again; one that is set promises nothing.
 */
export const HAS_REPETITIONS = 1;
export const HAS_COMPONENTS = 2;
export const HAS_SUBCOMPONENTS = 4;
export const HAS_ESCAPES = 8;
export const HAS_ANY = 15;

/** One component. `text` is as sent, with escapes; `value` is decoded, and "" when empty or null. */
export class Component {
  readonly text: string;
  readonly #has: number;
  readonly #delimiters: Delimiters;

  constructor(text: string, delimiters: Delimiters, has = HAS_ANY) {
    this.text = text;
    this.#has = has;
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
    const { text } = this;
    if ((this.#has & HAS_SUBCOMPONENTS) === 0) {
      return position === 1 ? decoded(text, this.#has, this.#delimiters) : "";
    }
    return decoded(
      partOf(text, this.#delimiters.subcomponent, position),
      this.#has,
      this.#delimiters,
    );
  }
  get subcomponentCount(): number {
    return (this.#has & HAS_SUBCOMPONENTS) === 0
      ? 1
      : countOf(this.text, this.#delimiters.subcomponent);
  }
}

const EMPTY_COMPONENT = new Component("", DEFAULT_DELIMITERS, 0);

/** One repetition of a field. */
export class Repetition {
  readonly text: string;
  readonly #has: number;
  readonly #delimiters: Delimiters;
  #components: readonly Component[] | undefined;

  constructor(text: string, delimiters: Delimiters, has = HAS_ANY) {
    this.text = text;
    this.#has = has;
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
    return this.components[position - 1] ?? EMPTY_COMPONENT;
  }
  /** At least one, perhaps empty. */
  get components(): readonly Component[] {
    return (this.#components ??= this.#split());
  }
  get componentCount(): number {
    return this.components.length;
  }
  /** The decoded first sub-component of the first component. */
  get value(): string {
    if ((this.#has & ~HAS_ESCAPES) === 0) return decoded(this.text, this.#has, this.#delimiters);
    return this.component(1).value;
  }

  #split(): readonly Component[] {
    const { text } = this;
    const [has, delimiters] = [this.#has, this.#delimiters];
    if ((has & HAS_COMPONENTS) === 0) return [new Component(text, delimiters, has)];
    const components: Component[] = [];
    let start = 0;
    for (;;) {
      const end = text.indexOf(delimiters.component, start);
      const part = end < 0 ? text.slice(start) : text.slice(start, end);
      components.push(part === "" ? EMPTY_COMPONENT : new Component(part, delimiters, has));
      if (end < 0) return components;
      start = end + 1;
    }
  }
}

const EMPTY_REPETITION = new Repetition("", DEFAULT_DELIMITERS, 0);
const NO_REPETITIONS: readonly Repetition[] = [EMPTY_REPETITION];

/** A field with its repetitions, split when they are asked for. */
export class Field {
  readonly text: string;
  readonly #has: number;
  readonly #delimiters: Delimiters;
  #repetitions: readonly Repetition[] | undefined;

  constructor(text: string, delimiters: Delimiters, has = HAS_ANY) {
    this.text = text;
    this.#has = has;
    this.#delimiters = delimiters;
  }
  get isEmpty(): boolean {
    return this.text === "";
  }
  /** `""`: the sender wants the value deleted. */
  get isNull(): boolean {
    return this.text === NULL_TEXT;
  }
  get hasRepetitions(): boolean {
    return (this.#has & HAS_REPETITIONS) !== 0 && this.text.includes(this.#delimiters.repetition);
  }
  /** At least one, perhaps empty. */
  get repetitions(): readonly Repetition[] {
    return (this.#repetitions ??= this.#split());
  }
  get first(): Repetition {
    return this.repetitions[0] ?? EMPTY_REPETITION;
  }
  /** The decoded first sub-component of the first component of the first repetition. */
  get value(): string {
    if ((this.#has & ~HAS_ESCAPES) === 0) return decoded(this.text, this.#has, this.#delimiters);
    return this.first.value;
  }
  component(position: number): Component {
    return this.first.component(position);
  }
  /** The whole text decoded, for types without components (ST, TX, FT) whose senders forget to escape. */
  get decoded(): string {
    return decoded(this.text, this.#has, this.#delimiters);
  }

  #split(): readonly Repetition[] {
    const { text } = this;
    if (text === "") return NO_REPETITIONS;
    const [has, delimiters] = [this.#has, this.#delimiters];
    if ((has & HAS_REPETITIONS) === 0) return [new Repetition(text, delimiters, has)];
    const repetitions: Repetition[] = [];
    let start = 0;
    for (;;) {
      const end = text.indexOf(delimiters.repetition, start);
      const part = end < 0 ? text.slice(start) : text.slice(start, end);
      repetitions.push(part === "" ? EMPTY_REPETITION : new Repetition(part, delimiters, has));
      if (end < 0) return repetitions;
      start = end + 1;
    }
  }
}

export const EMPTY_FIELD = new Field("", DEFAULT_DELIMITERS, 0);

/** The value of a text without inner delimiters. */
export function decoded(text: string, has: number, delimiters: Delimiters): string {
  if (text === NULL_TEXT) return "";
  return (has & HAS_ESCAPES) === 0 ? text : decodeEscapes(text, delimiters);
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
