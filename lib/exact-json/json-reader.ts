/** Turns the source text of a number into its value. */
export type NumberOf = (source: string) => unknown;

/** Deeper than any message, and far from the end of the stack. */
const DEPTH_MAX = 1000;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What Jackson reads too when it may: numbers with zeros in front. */
const LENIENT_NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const isDigit = (code: number): boolean => code >= ZERO && code <= 0x39;

/** Names of members by the name before them ("": the first): a name that is known costs no new text. */
const namesAfter = new Map<string, string>();
const NAMES_MAX = 2000;

export interface JsonReaderOptions {
  /** Take numbers with zeros in front (`0012`). */
  readonly allowLeadingZeros?: boolean;
}

/**
 * Reads JSON and hands out each number as it is written. JSON.parse does that only with a reviver, which
 * makes it several times slower than this.
 *
 * Objects keep the order of their members, except for names that are whole numbers, as the language has it.
 * Throws SyntaxError without quoting the text.
 */
export class JsonReader {
  readonly #text: string;
  readonly #numberOf: NumberOf;
  readonly #number: RegExp;
  /** Text without control characters needs no look at each string. */
  readonly #hasControls: boolean;
  readonly #hasBackslashes: boolean;
  #position = 0;
  #depth = 0;

  constructor(text: string, numberOf: NumberOf, options: JsonReaderOptions = {}) {
    this.#text = text;
    this.#numberOf = numberOf;
    this.#number = options.allowLeadingZeros ? LENIENT_NUMBER : NUMBER;
    this.#hasControls = /[\0-\x1f]/.test(text);
    this.#hasBackslashes = text.includes("\\");
  }

  /** The value that comes next. */
  value(): unknown {
    const code = this.#next();
    switch (code) {
      case 0x22:
        return this.#string();
      case 0x7b:
        return this.#object();
      case 0x5b:
        return this.#array();
      case 0x74:
        return this.#word("true", true);
      case 0x66:
        return this.#word("false", false);
      case 0x6e:
        return this.#word("null", null);
      default:
        return this.#readNumber();
    }
  }

  /** Consumes a text that has to stand next, after white space; says whether it did. */
  take(text: string): boolean {
    this.#next();
    if (!this.#text.startsWith(text, this.#position)) return false;
    this.#position += text.length;
    return true;
  }

  /** The source text of the value that comes next, unread; only its brackets and strings are looked at. */
  skip(): string {
    this.#next();
    const start = this.#position;
    let depth = 0;
    do {
      const code = this.#next();
      if (code === 0x22) this.#skipString();
      else if (code === 0x7b || code === 0x5b) {
        depth += 1;
        this.#position += 1;
      } else if (code === 0x7d || code === 0x5d) {
        depth -= 1;
        this.#position += 1;
      } else if (code === 0x2c || code === 0x3a) {
        if (depth === 0) break;
        this.#position += 1;
      } else if (Number.isNaN(code)) throw failure();
      else this.#skipWord();
    } while (depth > 0);
    return this.#text.slice(start, this.#position);
  }

  /** Nothing but white space may follow. */
  end(): void {
    if (!Number.isNaN(this.#next())) throw failure();
  }

  /** Skips white space and looks at the character after it; NaN at the end. */
  #next(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code;
      this.#position += 1;
    }
  }

  #string(): string {
    const start = this.#position + 1;
    const end = this.#text.indexOf('"', start);
    if (end < 0) throw failure();
    const plain = this.#text.slice(start, end);
    if (!this.#hasBackslashes || !plain.includes("\\")) {
      if (this.#hasControls && /[\0-\x1f]/.test(plain)) throw failure();
      this.#position = end + 1;
      return plain;
    }
    this.#skipString();
    try {
      return JSON.parse(this.#text.slice(start - 1, this.#position)) as string;
    } catch {
      throw failure();
    }
  }

  #skipString(): void {
    let end = this.#position;
    for (;;) {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw failure();
      let backslashes = 0;
      while (this.#text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
      if (backslashes % 2 === 0) break;
    }
    this.#position = end + 1;
  }

  #object(): Record<string, unknown> {
    this.#enter();
    const object: Record<string, unknown> = {};
    if (this.#next() === 0x7d) {
      this.#leave();
      return object;
    }
    let name = "";
    for (;;) {
      if (this.#next() !== 0x22) throw failure();
      name = this.#name(name);
      if (this.#next() !== 0x3a) throw failure();
      this.#position += 1;
      const value = this.value();
      if (name === "__proto__") {
        const member = { value, writable: true, enumerable: true, configurable: true };
        Object.defineProperty(object, name, member);
      } else object[name] = value;
      const code = this.#next();
      if (code === 0x2c) this.#position += 1;
      else if (code === 0x7d) break;
      else throw failure();
    }
    this.#leave();
    return object;
  }

  /** The name of a member. Records are alike, so what came after the name before is likely to come again. */
  #name(before: string): string {
    const start = this.#position + 1;
    const guess = namesAfter.get(before);
    if (guess !== undefined && this.#text.startsWith(guess, start)) {
      const end = start + guess.length;
      if (this.#text.charCodeAt(end) === 0x22) {
        this.#position = end + 1;
        return guess;
      }
    }
    const name = this.#string();
    if (guess === undefined && /^[\w.-]{1,64}$/.test(name)) {
      if (namesAfter.size >= NAMES_MAX) namesAfter.clear();
      namesAfter.set(before, name);
    }
    return name;
  }

  #array(): unknown[] {
    this.#enter();
    const array: unknown[] = [];
    if (this.#next() === 0x5d) {
      this.#leave();
      return array;
    }
    for (;;) {
      array.push(this.value());
      const code = this.#next();
      if (code === 0x2c) this.#position += 1;
      else if (code === 0x5d) break;
      else throw failure();
    }
    this.#leave();
    return array;
  }

  #enter(): void {
    this.#position += 1;
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw failure();
  }

  #leave(): void {
    this.#position += 1;
    this.#depth -= 1;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#position)) throw failure();
    this.#position += word.length;
    return value;
  }

  #skipWord(): void {
    const word = /[^\s,:[\]{}"]+/y;
    word.lastIndex = this.#position;
    if (!word.test(this.#text)) throw failure();
    this.#position = word.lastIndex;
  }

  #readNumber(): unknown {
    const start = this.#position;
    let end = this.#text.charCodeAt(start) === MINUS ? start + 1 : start;
    const first = this.#text.charCodeAt(end);
    while (isDigit(this.#text.charCodeAt(end))) end += 1;
    const next = this.#text.charCodeAt(end);
    // Most numbers are whole and end here; the rest is left to the pattern.
    const isWhole = next !== POINT && next !== 0x65 && next !== 0x45;
    const isPlain = isDigit(first) && (first !== ZERO || this.#text.charCodeAt(end - 2) === MINUS);
    if (!isWhole || !isPlain) {
      this.#number.lastIndex = start;
      if (!this.#number.test(this.#text)) throw failure();
      end = this.#number.lastIndex;
    }
    this.#position = end;
    return this.#numberOf(this.#text.slice(start, end));
  }
}

function failure(): SyntaxError {
  return new SyntaxError("Not valid JSON");
}
