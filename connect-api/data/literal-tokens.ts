import { javaTrim } from "./java-text.ts";

const DELIMITERS: ReadonlySet<string> = new Set([":", ",", "{", "}", "[", "]", '"']);

/**
 * The tokens of a literal: each of `: , { } [ ] "` that no backslash stands before, and the text between them.
 *
 * Source: the tokens of org.apache.kafka.connect.data.Values.parseString.
 */
export class LiteralTokens {
  readonly text: string;
  #position = 0;
  #next: string | undefined;
  #previous: string | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** The token that was handed out last. */
  get previous(): string | undefined {
    return this.#previous;
  }
  get hasNext(): boolean {
    return this.#next !== undefined || this.#position < this.text.length;
  }

  /** A place to `rewind` to. */
  mark(): number {
    return this.#position - (this.#next?.length ?? 0);
  }
  rewind(mark: number): void {
    this.#position = mark;
    this.#next = undefined;
    this.#previous = undefined;
  }

  next(): string {
    this.#previous = this.#next ?? this.#read();
    this.#next = undefined;
    return this.#previous;
  }

  /** Several tokens as one text, or undefined (and nothing consumed) when there are not so many. */
  nextSeveral(count: number): string | undefined {
    const start = this.mark();
    for (let index = 0; index < count; index += 1) {
      if (!this.hasNext) {
        this.rewind(start);
        return undefined;
      }
      this.next();
    }
    return this.text.slice(start, this.#position);
  }

  /** Consumes the next token if it is the expected one; blanks before it and around it do not count. */
  consume(expected: string): boolean {
    if (this.#next === undefined) {
      if (!this.hasNext) return false;
      this.#next = this.#read();
    }
    while (javaTrim(this.#next) === "" && this.#position < this.text.length) {
      this.#next = this.#read();
    }
    if (javaTrim(this.#next) !== expected) return false;
    this.#next = undefined;
    return true;
  }

  #read(): string {
    const start = this.#position;
    let isEscaped = false;
    while (this.#position < this.text.length) {
      const character = this.text[this.#position] as string;
      if (character === "\\") {
        isEscaped = !isEscaped;
      } else {
        if (!isEscaped && DELIMITERS.has(character)) {
          if (start === this.#position) this.#position += 1;
          break;
        }
        isEscaped = false;
      }
      this.#position += 1;
    }
    return this.text.slice(start, this.#position);
  }
}
