import type { Delimiters } from "./delimiters.ts";
import {
  EMPTY_FIELD,
  Field,
  HAS_COMPONENTS,
  HAS_ESCAPES,
  HAS_REPETITIONS,
  HAS_SUBCOMPONENTS,
} from "./field.ts";

/** Segments whose first two fields are the delimiters themselves. */
const isHeader = (name: string): boolean => name === "MSH" || name === "FHS" || name === "BHS";

/** One segment; its fields are split when the first of them is asked for. */
export class Segment {
  readonly name: string;
  /** 0-based place in the message. */
  readonly position: number;
  readonly #source: string;
  readonly #start: number;
  readonly #end: number;
  readonly #delimiters: Delimiters;
  #fields: readonly Field[] | undefined;

  /** `source` from `start` to `end`, without the line end. */
  constructor(
    source: string,
    position: number,
    delimiters: Delimiters,
    start = 0,
    end = source.length,
  ) {
    this.#source = source;
    this.#start = start;
    this.#end = end;
    this.#delimiters = delimiters;
    this.position = position;
    this.name = nameOf(source, delimiters.field.charCodeAt(0), start, end);
  }

  /** As sent, without the line end. */
  get text(): string {
    return this.#source.slice(this.#start, this.#end);
  }

  /** Where its text begins in the text of the message, from MSH on. */
  get start(): number {
    return this.#start;
  }
  /** Where its text ends in the text of the message. */
  get end(): number {
    return this.#end;
  }
  get delimiters(): Delimiters {
    return this.#delimiters;
  }

  /**
   * The field at a position, counted from 1; an empty one when it is not there.
   *
   * In MSH, FHS and BHS field 1 is the separator itself, and field 2 holds the encoding characters.
   */
  field(position: number): Field {
    return (this.#fields ??= this.#split())[position - 1] ?? EMPTY_FIELD;
  }

  /** Every field that was sent, from the first on. */
  get fields(): readonly Field[] {
    return (this.#fields ??= this.#split());
  }

  /** The highest position that was sent. */
  get fieldCount(): number {
    return this.fields.length;
  }

  /** One pass over the text finds the fields and what each of them holds. */
  #split(): readonly Field[] {
    const [source, end, delimiters] = [this.#source, this.#end, this.#delimiters];
    const separator = delimiters.field.charCodeAt(0);
    const component = delimiters.component.charCodeAt(0);
    const repetition = delimiters.repetition.charCodeAt(0);
    const escape = delimiters.escape.charCodeAt(0);
    const subcomponent = delimiters.subcomponent.charCodeAt(0);
    const fields: Field[] = [];
    let start = this.#start + this.name.length;
    // A name is followed by a separator, or by blanks and nothing else.
    if (start >= end || source.charCodeAt(start) !== separator) return fields;
    start += 1;
    if (isHeader(this.name)) {
      fields.push(new Field(delimiters.field, delimiters, 0));
      const next = source.indexOf(delimiters.field, start);
      const stop = next < 0 || next > end ? end : next;
      fields.push(new Field(source.slice(start, stop), delimiters, 0));
      if (stop === end) return fields;
      start = stop + 1;
    }
    let has = 0;
    for (let at = start; at < end; at += 1) {
      const code = source.charCodeAt(at);
      if (code === separator) {
        fields.push(
          at === start ? EMPTY_FIELD : new Field(source.slice(start, at), delimiters, has),
        );
        start = at + 1;
        has = 0;
      } else if (code === component) has |= HAS_COMPONENTS;
      else if (code === repetition) has |= HAS_REPETITIONS;
      else if (code === subcomponent) has |= HAS_SUBCOMPONENTS;
      else if (code === escape) has |= HAS_ESCAPES;
    }
    fields.push(start === end ? EMPTY_FIELD : new Field(source.slice(start, end), delimiters, has));
    return fields;
  }
}

function nameOf(source: string, code: number, start: number, end: number): string {
  // Nearly always three letters; a segment of another name is kept as it is.
  const stop = start + 3;
  if (stop === end || (stop < end && source.charCodeAt(stop) === code)) {
    const known = knownName(source, start);
    if (known !== undefined) return known;
  }
  let next = start;
  // Never beyond the segment: in a message without separators each search would go through all the rest.
  while (next < end && source.charCodeAt(next) !== code) next += 1;
  return next === end ? source.slice(start, end).trimEnd() : source.slice(start, next);
}

/** Names of three letters or digits by their characters, each made once. */
const names = new Map<number, string>();

/** The name of three capital letters or digits that stands there; undefined for anything else. */
function knownName(source: string, start: number): string | undefined {
  let key = 0;
  for (let at = start; at < start + 3; at += 1) {
    const code = source.charCodeAt(at);
    const digit =
      code >= 0x41 && code <= 0x5a ? code - 0x40 : code >= 0x30 && code <= 0x39 ? code - 0x15 : 0;
    if (digit === 0) return undefined;
    key = key * 37 + digit;
  }
  // Bounded by 37 to the power of 3.
  let name = names.get(key);
  if (name === undefined) names.set(key, (name = source.slice(start, start + 3)));
  return name;
}
