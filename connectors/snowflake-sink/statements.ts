import { IS_DELETED, SOURCE_KEY, SOURCE_VERSION, keyColumns } from "./columns.ts";
import type { Column } from "./columns.ts";
import { NO_RANK } from "#lib/fhir";
import { DELETE_MODE, INSERT_MODE } from "./config.ts";
import type { Settings } from "./settings.ts";
import { qualified, quoted } from "./table-names.ts";
import type { TableName } from "./table-names.ts";

/** Place of a row in its batch, in the staging table. */
export const SEQUENCE = "CC_SEQUENCE";

const list = (names: readonly string[]): string => names.map(quoted).join(", ");

/** The side table that remembers which version of a resource was deleted, in delete mode hard. */
export const tombstonesOf = (table: TableName): TableName => ({
  ...table,
  table: `${table.table}_DELETED`,
});

export function createTable(table: TableName, columns: readonly Column[]): string {
  const definitions = columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(", ");
  return `CREATE TABLE IF NOT EXISTS ${qualified(table)} (${definitions})`;
}

/** A table of this session alone, everything as text. */
export function createStaging(staging: string, columns: readonly Column[]): string {
  const definitions = columns.map(({ name }) => `${quoted(name)} VARCHAR`).join(", ");
  return `CREATE OR REPLACE TEMPORARY TABLE ${quoted(staging)} (${quoted(SEQUENCE)} INTEGER, ${definitions})`;
}

export function insertStaging(staging: string, columns: readonly Column[]): string {
  const names = [SEQUENCE, ...columns.map(({ name }) => name)];
  return `INSERT INTO ${quoted(staging)} (${list(names)}) VALUES (${names.map(() => "?").join(", ")})`;
}

/** The staged rows as the table's types. Fails as a whole when one of them does not convert. */
function converted(staging: string, columns: readonly Column[]): string {
  const expressions = columns.map(
    (column) => `${column.expression(quoted(column.name))} AS ${quoted(column.name)}`,
  );
  return `SELECT ${expressions.join(", ")} FROM ${quoted(staging)}`;
}

/** Converts the staged rows from one place to another and stores nothing: fails when one does not convert. */
export function probe(staging: string, columns: readonly Column[]): string {
  const counts = columns.map((column) => `COUNT(${column.expression(quoted(column.name))})`);
  return `SELECT ${counts.join(", ")} FROM ${quoted(staging)} WHERE ${quoted(SEQUENCE)} >= ? AND ${quoted(SEQUENCE)} < ?`;
}

/** Moves the staged rows into their table. */
export function apply(
  table: TableName,
  staging: string,
  columns: readonly Column[],
  settings: Settings,
): string {
  const names = columns.map(({ name }) => name);
  if (settings.layout === "java") {
    return `INSERT INTO ${qualified(table)} (${list(names)}) ${converted(staging, columns)}`;
  }
  const keys = keyColumns(settings);
  const matches = keys.map((key) => `t.${quoted(key)} = s.${quoted(key)}`).join(" AND ");
  const insert = `INSERT (${list(names)}) VALUES (${names.map((name) => `s.${quoted(name)}`).join(", ")})`;
  if (settings.values[INSERT_MODE] === "append") {
    const source = firstOfEach(converted(staging, columns));
    return `MERGE INTO ${qualified(table)} t USING (${source}) s ON ${matches} WHEN NOT MATCHED THEN ${insert}`;
  }
  const newest = newestOfEach(converted(staging, columns), keys);
  const sets = names.filter((name) => !keys.includes(name));
  const update = `UPDATE SET ${sets.map((name) => `${quoted(name)} = s.${quoted(name)}`).join(", ")}`;
  const isNewer = newer("s", "t");
  if (settings.values[DELETE_MODE] !== "hard") {
    return `MERGE INTO ${qualified(table)} t USING (${newest}) s ON ${matches} WHEN MATCHED AND ${isNewer} THEN ${update} WHEN NOT MATCHED THEN ${insert}`;
  }
  const notDeleted = keys.map((key) => `d.${quoted(key)} = n.${quoted(key)}`).join(" AND ");
  const living = `SELECT n.* FROM (${newest}) n LEFT JOIN ${qualified(tombstonesOf(table))} d ON ${notDeleted} AND ${newer("d", "n")} WHERE d.${quoted(SOURCE_VERSION)} IS NULL`;
  return [
    `MERGE INTO ${qualified(table)} t USING (${living}) s ON ${matches}`,
    `WHEN MATCHED AND ${isNewer} AND s.${quoted(IS_DELETED)} THEN DELETE`,
    `WHEN MATCHED AND ${isNewer} THEN ${update}`,
    `WHEN NOT MATCHED AND NOT s.${quoted(IS_DELETED)} THEN ${insert}`,
  ].join(" ");
}

/** Delete mode hard: remembers the newest deletion of each resource, before the rows are moved. */
export function rememberDeletes(table: TableName, staging: string, settings: Settings): string {
  const keys = keyColumns(settings);
  const remembered = [...keys, SOURCE_VERSION];
  const deleted = `SELECT ${list(remembered)} FROM ${quoted(staging)} WHERE CAST(${quoted(IS_DELETED)} AS BOOLEAN)`;
  const source = newestOfEach(deleted, keys);
  const matches = keys.map((key) => `t.${quoted(key)} = s.${quoted(key)}`).join(" AND ");
  const version = quoted(SOURCE_VERSION);
  return `MERGE INTO ${qualified(tombstonesOf(table))} t USING (${source}) s ON ${matches} WHEN MATCHED AND ${newer("s", "t")} THEN UPDATE SET ${version} = s.${version} WHEN NOT MATCHED THEN INSERT (${list(remembered)}) VALUES (${remembered.map((name) => `s.${quoted(name)}`).join(", ")})`;
}

/**
 * Whether one row's state is newer than another's, as `isNewer` of `#lib/fhir` has it: the number of a version counts
 * only when both have one, because a tombstone has none and still comes after what it deletes.
 */
function newer(one: string, other: string): string {
  const [own, than] = [one, other].map((alias) => `${alias}.${quoted(SOURCE_VERSION)}`);
  const isRankless = [own, than].map(
    (version) => `LEFT(${version}, ${NO_RANK.length}) = '${NO_RANK}'`,
  );
  const rest = `SUBSTR(${own}, ${NO_RANK.length + 1}) > SUBSTR(${than}, ${NO_RANK.length + 1})`;
  return `CASE WHEN ${isRankless.join(" OR ")} THEN ${rest} ELSE ${own} > ${than} END`;
}

/** The newest row for each key: of those with the number of a version, of those without, and then of these two. */
function newestOfEach(select: string, keys: readonly string[]): string {
  const version = quoted(SOURCE_VERSION);
  const isRankless = `LEFT(${version}, ${NO_RANK.length}) = '${NO_RANK}'`;
  const two = `SELECT * FROM (${select}) QUALIFY ROW_NUMBER() OVER (PARTITION BY ${list(keys)}, ${isRankless} ORDER BY ${version} DESC) = 1`;
  const rest = `SUBSTR(${version}, ${NO_RANK.length + 1})`;
  return `SELECT * FROM (${two}) QUALIFY ROW_NUMBER() OVER (PARTITION BY ${list(keys)} ORDER BY ${rest} DESC) = 1`;
}

/** The first row for each version: a MERGE fails when two rows of its source meet one of the table. */
const firstOfEach = (select: string): string =>
  `SELECT * FROM (${select}) QUALIFY ROW_NUMBER() OVER (PARTITION BY ${quoted(SOURCE_KEY)} ORDER BY ${quoted("SOURCE_OFFSET")} ASC) = 1`;
