import type { Schema } from "#connect-api";
import { plainReader } from "./read-plain.ts";
import type { ReadOptions } from "./read-value.ts";
import { schemaFromJson } from "./schema-json.ts";

/**
 * The schemas that were read, by their text: records of one kind share one schema object, so that what
 * transformations and sinks derive from it is made once. Holds as many as `schemas.cache.size` says.
 */
export class SchemaCache {
  readonly #byText = new Map<string, Schema | null>();
  readonly #size: number;
  readonly #options: ReadOptions;

  constructor(size: number, options: ReadOptions) {
    this.#size = size;
    this.#options = options;
  }

  /** Throws DataError for what is no schema, SyntaxError for what is no JSON. */
  schemaOf(text: string): Schema | null {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const reader = plainReader(text);
    const json = reader.value();
    reader.end();
    const schema = json === null ? null : schemaFromJson(json, this.#options);
    if (this.#byText.size >= this.#size) {
      const [oldest] = this.#byText.keys();
      if (oldest !== undefined) this.#byText.delete(oldest);
    }
    if (this.#size > 0) this.#byText.set(text, schema);
    return schema;
  }
}
