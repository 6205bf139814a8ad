/** A secret: prints as `[hidden]` wherever it is turned into text. */
export class Password {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }
  /** The secret itself; for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "[hidden]";
  }
  toJSON(): string {
    return "[hidden]";
  }
}
