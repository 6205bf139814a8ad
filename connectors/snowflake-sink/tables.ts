import { ConnectError } from "#connect-api";
import type { DataError } from "#connect-api";
import { SOURCE_VERSION, checkType, fixedColumns, keyColumns, typeFamily } from "./columns.ts";
import type { Column } from "./columns.ts";
import { AUTOCREATE_TABLE_TYPE, DELETE_MODE, INSERT_MODE } from "./config.ts";
import type { Row } from "./row.ts";
import type { Session } from "./session.ts";
import type { Settings } from "./settings.ts";
import { createStaging, createTable, tombstonesOf } from "./statements.ts";
import { qualified, quoted } from "./table-names.ts";
import type { TableName } from "./table-names.ts";

/** A table that is there, with the staging table of this session. */
export interface ReadyTable {
  readonly name: TableName;
  readonly staging: string;
  /** What is staged and written: the fixed columns, and the typed ones seen so far. */
  readonly columns: readonly Column[];
}

interface Existing {
  readonly type: string;
  readonly isNullable: boolean;
}

/**
 * The tables of one session: made when they are missing, and widened when records have more fields. All of it is
 * done outside of transactions, because Snowflake commits an open one at every such statement.
 */
export class Tables {
  readonly #session: Session;
  readonly #settings: Settings;
  readonly #ready = new Map<string, ReadyTable>();
  readonly #existing = new Map<string, Map<string, Existing>>();

  constructor(session: Session, settings: Settings) {
    this.#session = session;
    this.#settings = settings;
  }

  /**
   * The table, ready for the rows. Rows with a field that its column cannot take are given to `refuse`; the
   * others are ready to be staged.
   */
  async ready(
    name: TableName,
    rows: readonly Row[],
    refuse: (row: Row, error: DataError) => void,
  ): Promise<ReadyTable> {
    const key = qualified(name);
    const existing = this.#existing.get(key) ?? (await this.#open(name, key));
    const before = this.#ready.get(key);
    const columns = new Map(
      (before?.columns ?? fixedColumns(this.#settings)).map((column) => [column.name, column]),
    );
    const isKnown = (column: Column): boolean => columns.has(column.name);
    for (const row of rows) {
      try {
        for (const column of row.typed) {
          const found = existing.get(column.name);
          if (found) checkType(column, found.type);
        }
      } catch (error) {
        refuse(row, error as DataError);
        continue;
      }
      for (const column of row.typed) {
        if (!existing.has(column.name)) await this.#addColumn(name, column, existing);
        if (!isKnown(column)) columns.set(column.name, fitting(column, existing.get(column.name)));
      }
      await this.#relax(name, row, existing);
    }
    if (before && columns.size === before.columns.length) return before;
    const staging = before?.staging ?? `CC_STAGE_${this.#ready.size}`;
    const table = { name, staging, columns: [...columns.values()] };
    await this.#session.execute(createStaging(staging, table.columns));
    this.#ready.set(key, table);
    return table;
  }

  async #open(name: TableName, key: string): Promise<Map<string, Existing>> {
    const { values } = this.#settings;
    const columns = fixedColumns(this.#settings);
    let existing = await this.#describe(name);
    if (existing.size === 0) {
      if (values[AUTOCREATE_TABLE_TYPE].toLowerCase() === "none") {
        throw new ConnectError(
          "SNOWFLAKE_TABLE_MISSING",
          `The table ${key} does not exist, and ${AUTOCREATE_TABLE_TYPE} is none; create it`,
        );
      }
      await this.#session.execute(createTable(name, columns));
      existing = await this.#describe(name);
    }
    for (const column of columns) {
      if (!existing.has(column.name)) await this.#addColumn(name, column, existing);
    }
    if (values[INSERT_MODE] === "upsert" && values[DELETE_MODE] === "hard") {
      const wanted = new Set([...keyColumns(this.#settings), SOURCE_VERSION]);
      const kept = columns.filter((column) => wanted.has(column.name));
      await this.#session.execute(createTable(tombstonesOf(name), kept));
    }
    this.#existing.set(key, existing);
    return existing;
  }

  async #describe({ database, schema, table }: TableName): Promise<Map<string, Existing>> {
    const { rows } = await this.#session.execute(
      `SELECT "COLUMN_NAME", "DATA_TYPE", "IS_NULLABLE" FROM ${quoted(database)}."INFORMATION_SCHEMA"."COLUMNS" WHERE "TABLE_SCHEMA" = ? AND "TABLE_NAME" = ?`,
      [schema, table],
    );
    return new Map(
      rows.map(([column, type, isNullable]) => [
        String(column),
        { type: String(type), isNullable: String(isNullable).toUpperCase() !== "NO" },
      ]),
    );
  }

  /** Another task may have added it meanwhile; then its type counts. */
  async #addColumn(
    name: TableName,
    column: Column,
    existing: Map<string, Existing>,
  ): Promise<void> {
    await this.#session.execute(
      `ALTER TABLE ${qualified(name)} ADD COLUMN IF NOT EXISTS ${quoted(column.name)} ${column.type}`,
    );
    const found = (await this.#describe(name)).get(column.name);
    existing.set(column.name, found ?? { type: column.type, isNullable: true });
  }

  /** A field that is gone, or may be null now, must not be refused by the table. */
  async #relax(name: TableName, row: Row, existing: Map<string, Existing>): Promise<void> {
    for (const [column, { type, isNullable }] of existing) {
      if (isNullable || (row.cells[column] ?? null) !== null) continue;
      await this.#session.execute(
        `ALTER TABLE ${qualified(name)} ALTER COLUMN ${quoted(column)} DROP NOT NULL`,
      );
      existing.set(column, { type, isNullable: true });
    }
  }
}

/** What a value becomes in a column that is wider than its own. */
function fitting(column: Column, existing: Existing | undefined): Column {
  const present = typeFamily(existing?.type ?? column.type);
  if (present === "VARIANT" && column.type !== "VARIANT") {
    return { ...column, expression: (staged) => `TO_VARIANT(${column.expression(staged)})` };
  }
  if (present === "TEXT") return { ...column, expression: (staged) => staged };
  return column;
}
