import { DataError, DATE, DECIMAL, TIMESTAMP, TIME, jsonText } from "#connect-api";
import type { Schema } from "#connect-api";
import { INSERT_MODE, RAW_COLUMN, TENANT_HEADER } from "./config.ts";
import type { Settings } from "./settings.ts";

/** A column: what it is in the table, and how it is made of the text that stands in the staging table. */
export interface Column {
  readonly name: string;
  /** Snowflake type. */
  readonly type: string;
  /** `staged` is the staging column as SQL. */
  expression(staged: string): string;
}

const text = (name: string): Column => ({ name, type: "VARCHAR", expression: (staged) => staged });
const cast = (name: string, type: string): Column => ({
  name,
  type,
  expression: (staged) => `CAST(${staged} AS ${type})`,
});
const variant = (name: string): Column => ({
  name,
  type: "VARIANT",
  expression: (staged) => `PARSE_JSON(${staged})`,
});

export const CONTENT = "RECORD_CONTENT";
export const METADATA = "RECORD_METADATA";
export const TENANT = "TENANT";
export const SOURCE_KEY = "SOURCE_KEY";
export const SOURCE_VERSION = "SOURCE_VERSION";
export const IS_DELETED = "IS_DELETED";

/** The columns that every table of the layout has; typed ones come behind them. */
export function fixedColumns({ layout, values }: Settings): readonly Column[] {
  if (layout === "java") return [variant(CONTENT), variant(METADATA)];
  return [
    ...(values[TENANT_HEADER] === null ? [] : [text(TENANT)]),
    text("RESOURCE_TYPE"),
    text("RESOURCE_ID"),
    text("VERSION_ID"),
    cast("LAST_UPDATED", "TIMESTAMP_TZ"),
    cast(IS_DELETED, "BOOLEAN"),
    text("SOURCE_TOPIC"),
    cast("SOURCE_PARTITION", "INTEGER"),
    cast("SOURCE_OFFSET", "INTEGER"),
    text(values[INSERT_MODE] === "upsert" ? SOURCE_VERSION : SOURCE_KEY),
    variant(CONTENT),
    variant(METADATA),
    ...(values[RAW_COLUMN] ? [text("RECORD_RAW")] : []),
  ];
}

/** What makes a row the same row: in upsert mode the resource, in append mode the version or the record. */
export function keyColumns({ layout, values }: Settings): readonly string[] {
  if (layout === "java") return [];
  if (values[INSERT_MODE] === "append") return [SOURCE_KEY];
  return [...(values[TENANT_HEADER] === null ? [] : [TENANT]), "RESOURCE_TYPE", "RESOURCE_ID"];
}

/** A column made of a field of a registered schema, with the types of Java's connector. */
export function typedColumn(name: string, schema: Schema): Column {
  switch (schema.name) {
    case DATE:
      return cast(name, "DATE");
    case TIME:
      return cast(name, "TIME(6)");
    case TIMESTAMP:
      return cast(name, "TIMESTAMP_NTZ(6)");
    case DECIMAL:
      return text(name);
    default:
  }
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "INT64":
      return cast(name, "INTEGER");
    case "FLOAT32":
    case "FLOAT64":
      return cast(name, "FLOAT");
    case "BOOLEAN":
      return cast(name, "BOOLEAN");
    case "STRING":
      return text(name);
    case "BYTES":
      return { name, type: "BINARY", expression: (staged) => `TO_BINARY(${staged}, 'HEX')` };
    case "ARRAY":
      return {
        name,
        type: "ARRAY",
        expression: (staged) => `CAST(PARSE_JSON(${staged}) AS ARRAY)`,
      };
    case "MAP":
    case "STRUCT":
      return variant(name);
  }
}

/** A column made of a member of a document without schema; a null says nothing of its type. */
export function inferredColumn(name: string, value: unknown): Column | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "boolean") return cast(name, "BOOLEAN");
  if (typeof value === "bigint") return cast(name, "INTEGER");
  if (typeof value === "number" || JSON.isRawJSON(value)) return cast(name, "FLOAT");
  if (typeof value === "string") return text(name);
  return Array.isArray(value)
    ? { name, type: "ARRAY", expression: (staged) => `CAST(PARSE_JSON(${staged}) AS ARRAY)` }
    : variant(name);
}

/** The text of a field's value in the staging table; null stays null. */
export function stagedText(schema: Schema | null, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) {
    const iso = value.toISOString();
    if (schema?.name === DATE) return iso.slice(0, 10);
    return schema?.name === TIME ? iso.slice(11, 23) : iso.slice(0, 23);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "string") return value;
  if (typeof value === "number" && !Number.isFinite(value)) {
    // Snowflake's own words for them.
    return Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
  }
  const isDocument = typeof value === "object" && !JSON.isRawJSON(value) && !isDecimal(schema);
  return isDocument ? jsonText(value) : String(isRaw(value) ? value.rawJSON : value);
}

const isDecimal = (schema: Schema | null): boolean => schema?.name === DECIMAL;
const isRaw = (value: unknown): value is { readonly rawJSON: string } => JSON.isRawJSON(value);

/** The family of a type: what may stand in one column. `NUMBER(38,0)` and INTEGER are one. */
export function typeFamily(type: string): string {
  const base = type.toUpperCase().replace(/\(.*$/, "").trim();
  const found = FAMILIES.find(([, names]) => names.includes(base));
  return found ? found[0] : base;
}

const FAMILIES: readonly (readonly [string, readonly string[]])[] = [
  [
    "NUMBER",
    [
      "NUMBER",
      "DECIMAL",
      "NUMERIC",
      "INTEGER",
      "INT",
      "BIGINT",
      "SMALLINT",
      "TINYINT",
      "BYTEINT",
      "FIXED",
    ],
  ],
  ["FLOAT", ["FLOAT", "DOUBLE", "REAL", "FLOAT4", "FLOAT8"]],
  ["TEXT", ["TEXT", "VARCHAR", "STRING", "CHAR"]],
  ["BINARY", ["BINARY", "VARBINARY", "BLOB"]],
];

/** Throws DataError when a column of a table cannot take what a record has for it. */
export function checkType(column: Column, existing: string): void {
  const wanted = typeFamily(column.type);
  const present = typeFamily(existing);
  // Every value fits into VARIANT and, as text, into VARCHAR; a whole number fits into FLOAT.
  if (wanted === present || present === "VARIANT" || present === "TEXT") return;
  if (wanted === "NUMBER" && present === "FLOAT") return;
  throw new DataError(
    "SNOWFLAKE_COLUMN_TYPE",
    `The field of column ${column.name} became ${wanted}, and the column is ${present}; the record was not written`,
  );
}
