import type { Schema } from "./data/schema.ts";

/** One header: keys may repeat, order is kept, and a value has its own schema (null: schemaless). */
export interface Header {
  readonly key: string;
  readonly schema: Schema | null;
  readonly value: unknown;
}

/**
 * Immutable ordered headers of a record.
 *
 * Source: org.apache.kafka.connect.header.ConnectHeaders, which is mutable; here each change
 * returns a new object, so that a transformation cannot alter a record that another one holds.
 */
export class Headers implements Iterable<Header> {
  static readonly empty = new Headers([]);
  readonly #entries: readonly Header[];

  constructor(entries: readonly Header[]) {
    this.#entries = entries;
  }

  get size(): number {
    return this.#entries.length;
  }

  [Symbol.iterator](): Iterator<Header> {
    return this.#entries[Symbol.iterator]();
  }

  /** All headers of that key, in order. */
  all(key: string): readonly Header[] {
    return this.#entries.filter((header) => header.key === key);
  }

  /** The last header of that key: the one a consumer should believe. */
  last(key: string): Header | undefined {
    return this.#entries.findLast((header) => header.key === key);
  }

  /** Appends one header and keeps those of the same key. */
  add(key: string, value: unknown, schema: Schema | null = null): Headers {
    return new Headers([...this.#entries, { key, schema, value }]);
  }

  /** Appends one header after removing those of the same key. */
  set(key: string, value: unknown, schema: Schema | null = null): Headers {
    return this.remove(key).add(key, value, schema);
  }

  /** Removes all headers of the given keys. */
  remove(...keys: readonly string[]): Headers {
    return new Headers(this.#entries.filter((header) => !keys.includes(header.key)));
  }
}
