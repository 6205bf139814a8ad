import { DataError } from "../errors.ts";
import { StructValue } from "./schema.ts";
import type { Field, Schema } from "./schema.ts";
import { validateValue } from "./validate-value.ts";

/**
 * A value of a STRUCT schema. Every `put` checks the value against the field's schema.
 *
 * Source: org.apache.kafka.connect.data.Struct.
 */
export class Struct extends StructValue {
  override readonly schema: Schema;
  readonly #values: unknown[];

  constructor(schema: Schema) {
    super();
    if (schema.type !== "STRUCT") {
      throw new DataError("SCHEMA_MISMATCH", `Not a struct schema: ${schema.type}`);
    }
    this.schema = schema;
    this.#values = Array.from<unknown>({ length: schema.fields.length }).fill(null);
  }

  /** The value, or the field's default when it is null. Throws DataError for an unknown field. */
  get(name: string): unknown {
    const field = this.#field(name);
    return this.#values[field.index] ?? field.schema.defaultValue ?? null;
  }

  /** The value as it was put; null although the field has a default. */
  getWithoutDefault(name: string): unknown {
    return this.#values[this.#field(name).index] ?? null;
  }

  put(name: string, value: unknown): this {
    const field = this.#field(name);
    validateValue(field.schema, value ?? null, name);
    this.#values[field.index] = value ?? null;
    return this;
  }

  /** Throws DataError when a required field without default is missing. */
  override validate(): void {
    for (const field of this.schema.fields) {
      const value = this.#values[field.index] ?? null;
      if (value === null && field.schema.defaultValue !== null) continue;
      validateValue(field.schema, value, field.name);
    }
  }

  #field(name: string): Field {
    const field = this.schema.field(name);
    if (!field) throw new DataError("FIELD_UNKNOWN", `${name} is not a valid field name`);
    return field;
  }
}
