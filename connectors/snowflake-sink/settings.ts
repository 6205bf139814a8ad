import type { ConfigValues, Props } from "#connect-api";
import {
  BUFFER_BYTES,
  BUFFER_RECORDS,
  CLIENT_LAG,
  DATABASE_NAME,
  FLUSH_TIME,
  INGESTION_METHOD,
  INSERT_MODE,
  MEMORY_LIMIT_BYTES,
  OFFSET_TABLE_NAME,
  SANITIZE_TABLE_NAMES,
  SCHEMA_NAME,
  SINGLE_BUFFER,
  TOPIC2TABLE_MAP,
} from "./config.ts";
import type { configKeys } from "./config.ts";
import { TableNames, identifier } from "./table-names.ts";
import type { TableName } from "./table-names.ts";

type Values = ConfigValues<typeof configKeys>;
type Definition = { parse(props: Props): Values };

/** Which columns a table has: ours (`bronze`), or those of Java's connector. */
export type Layout = "bronze" | "java";

/** What one task works with. */
export interface Settings {
  readonly values: Values;
  readonly layout: Layout;
  readonly tables: TableNames;
  readonly offsetTable: TableName;
  readonly flush: { readonly records: number; readonly bytes: number; readonly ms: number };
}

/** Throws ConfigError. `isJava`: the class is one of Java's, so append means Java's layout. */
export function parseSettings(props: Props, definition: Definition, isJava: boolean): Settings {
  const values = definition.parse(props);
  return {
    values,
    layout: isJava && values[INSERT_MODE] === "append" ? "java" : "bronze",
    tables: new TableNames({
      map: values[TOPIC2TABLE_MAP],
      database: values[DATABASE_NAME],
      schema: values[SCHEMA_NAME],
      isSanitized: values[SANITIZE_TABLE_NAMES],
      hasHash: isJava,
    }),
    offsetTable: {
      database: identifier(values[DATABASE_NAME]),
      schema: identifier(values[SCHEMA_NAME]),
      table: identifier(values[OFFSET_TABLE_NAME]),
    },
    flush: flushOf(values),
  };
}

function flushOf(values: Values): Settings["flush"] {
  const isStreaming = values[INGESTION_METHOD].toUpperCase() === "SNOWPIPE_STREAMING";
  const seconds = isStreaming && values[SINGLE_BUFFER] ? values[CLIENT_LAG] : values[FLUSH_TIME];
  const limit = values[MEMORY_LIMIT_BYTES];
  return {
    records: values[BUFFER_RECORDS],
    bytes: limit > 0 ? Math.min(limit, values[BUFFER_BYTES]) : values[BUFFER_BYTES],
    ms: seconds * 1000,
  };
}
