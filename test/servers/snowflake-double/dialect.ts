/**
 * The sink's own statements in DuckDB's words. Not a translator of Snowflake's SQL: only what the connector sends is
 * known, so an error here means that the connector sends something new.
 */

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/\bTIMESTAMP_TZ(\(\d\))?/g, "TIMESTAMPTZ"],
  [/\bTIMESTAMP_NTZ(\(\d\))?/g, "TIMESTAMP"],
  [/\bTIME\(\d\)/g, "TIME"],
  [/\bVARIANT\b/g, "JSON"],
  [/\bAS ARRAY\b/g, "AS JSON"],
  [/(" )ARRAY\b/g, "$1JSON"],
  [/(" )BINARY\b/g, "$1BLOB"],
  [/(" )INTEGER\b/g, "$1BIGINT"],
  [/\bAS INTEGER\b/g, "AS BIGINT"],
  [/(" )FLOAT\b/g, "$1DOUBLE"],
  [/\bAS FLOAT\b/g, "AS DOUBLE"],
];

const FUNCTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bPARSE_JSON\(/g, "json("],
  [/\bTO_VARIANT\(/g, "to_json("],
  [/\bTO_BINARY\(("[^"]+"), 'HEX'\)/g, "unhex($1)"],
];

/** Text outside of quotes is changed, so that no value and no name can be. */
export function duckDbSql(sql: string): string {
  const schema = /FROM "([^"]+)"\."INFORMATION_SCHEMA"\."COLUMNS" WHERE/.exec(sql);
  let text = schema
    ? sql.replace(
        schema[0],
        `FROM information_schema.columns WHERE table_catalog = '${schema[1]}' AND`,
      )
    : sql;
  for (const [pattern, replacement] of [...TYPES, ...FUNCTIONS]) {
    text = text.replaceAll(pattern, replacement);
  }
  return /^MERGE\b/.test(text) ? `${text} RETURNING merge_action` : text;
}

export type StatementKind =
  | "SELECT"
  | "INSERT"
  | "UPDATE"
  | "DELETE"
  | "MERGE"
  | "DDL"
  | "BEGIN"
  | "COMMIT"
  | "ROLLBACK"
  | "OTHER";

export function kindOf(sql: string): StatementKind {
  const word = /^\s*([A-Za-z]+)/.exec(sql)?.[1]?.toUpperCase() ?? "";
  if (["CREATE", "ALTER", "DROP", "TRUNCATE"].includes(word)) return "DDL";
  const known = ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "BEGIN", "COMMIT", "ROLLBACK"];
  return known.includes(word) ? (word as StatementKind) : "OTHER";
}

/** The source and condition of one of the sink's MERGE statements. */
export function mergeParts(
  sql: string,
): { target: string; source: string; on: string } | undefined {
  const match = /^MERGE INTO (\S+) t USING \((.*)\) s ON (.*?) WHEN /s.exec(sql);
  const [, target = "", source = "", on = ""] = match ?? [];
  return match ? { target, source, on } : undefined;
}
