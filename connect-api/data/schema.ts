/** Kafka Connect's types. Source: org.apache.kafka.connect.data.Schema.Type. */
export type SchemaType =
  | "INT8"
  | "INT16"
  | "INT32"
  | "INT64"
  | "FLOAT32"
  | "FLOAT64"
  | "BOOLEAN"
  | "STRING"
  | "BYTES"
  | "ARRAY"
  | "MAP"
  | "STRUCT";

/** A named member of a STRUCT schema; `index` is its position. */
export interface Field {
  readonly name: string;
  readonly index: number;
  readonly schema: Schema;
}

/**
 * The type of a value. How each type is held in memory:
 *
 *   INT8 INT16 INT32     number
 *   INT64                bigint
 *   FLOAT32 FLOAT64      number
 *   BOOLEAN STRING       boolean, string
 *   BYTES                Uint8Array
 *   ARRAY                array
 *   MAP                  Map
 *   STRUCT               Struct
 *   Date Time Timestamp  Date (logical types over INT32, INT32, INT64)
 *   Decimal              Decimal (logical type over BYTES)
 *
 * Schemaless data (schema null): Java's Map is a plain object, List an array, Long a bigint,
 * Double a number, and a narrower number a NarrowNumber, because header text, Cast and
 * ValueToKey depend on the width. A number kept with its digits is a JSON.rawJSON object.
 */
export interface Schema {
  readonly type: SchemaType;
  readonly optional: boolean;
  readonly defaultValue: unknown;
  readonly name: string | null;
  readonly version: number | null;
  readonly doc: string | null;
  readonly parameters: Readonly<Record<string, string>> | null;
  /** Members, for STRUCT only. */
  readonly fields: readonly Field[];
  /** For MAP only. */
  readonly keySchema: Schema | null;
  /** For MAP (values) and ARRAY (items) only. */
  readonly valueSchema: Schema | null;
  field(name: string): Field | undefined;
}

export interface SchemaAndValue {
  readonly schema: Schema | null;
  readonly value: unknown;
}

/** What every struct is, so that values can be checked without knowing the class. */
export abstract class StructValue {
  abstract readonly schema: Schema;
  /** Throws DataError when a required field without default is missing. */
  abstract validate(): void;
}
