import { DuckDBDataChunk, DuckDBInstance, INTEGER, VARCHAR } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { duckDbSql, kindOf, mergeParts } from "./dialect.ts";

/** An error as Snowflake tells it: number, SQL state, text. */
export class SnowflakeDoubleError extends Error {
  readonly code: string;
  readonly sqlState: string;

  constructor(code: string, sqlState: string, message: string) {
    super(message);
    this.code = code;
    this.sqlState = sqlState;
  }
}

export interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface Binding {
  readonly type: string;
  readonly value: string | null | readonly (string | null)[];
}

const LOCK_TIMEOUT_MS = 20_000;
/** Snowflake rolls a transaction back that others wait for and whose client says nothing for five minutes. */
const DETACHED_AFTER_MS = 2000;
const CHUNK = 2048;

/** The data of an account. Writing transactions come one after the other, as if they met at Snowflake's locks. */
export class Engine {
  readonly #instance: DuckDBInstance;
  readonly #waiting: (() => void)[] = [];
  #owner: EngineSession | undefined;
  /** Whether sources of MERGE are looked through before; a benchmark would measure that as well. */
  isChecking = true;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  static async open(schemas: readonly (readonly [database: string, schema: string])[]) {
    const engine = new Engine(await DuckDBInstance.create(":memory:"));
    const connection = await engine.#instance.connect();
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    for (const database of new Set(schemas.map(([name]) => name))) {
      await connection.run(`ATTACH ':memory:' AS "${database}"`);
    }
    for (const [database, schema] of schemas) {
      await connection.run(`CREATE SCHEMA "${database}"."${schema}"`);
    }
    connection.closeSync();
    return engine;
  }

  async session(database: string | undefined, schema: string | undefined): Promise<EngineSession> {
    const connection = await this.#instance.connect();
    if (database !== undefined && schema !== undefined) {
      await connection.run(`USE "${database}"."${schema}"`);
    }
    return new EngineSession(this, connection, { database, schema });
  }

  /** Waits until nobody else writes. */
  async lock(session: EngineSession): Promise<void> {
    const deadline = performance.now() + LOCK_TIMEOUT_MS;
    while (this.#owner !== undefined && this.#owner !== session) {
      if (deadline <= performance.now()) {
        throw new SnowflakeDoubleError("000625", "57014", "lock wait timed out");
      }
      if (this.#owner.idleMs > DETACHED_AFTER_MS) {
        await this.#owner.abort();
        continue;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    this.#owner = session;
  }

  unlock(session: EngineSession): void {
    if (this.#owner !== session) return;
    this.#owner = undefined;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  close(): void {
    this.#instance.closeSync();
  }
}

/** One session: its temporary tables, its transaction. */
export class EngineSession {
  readonly #engine: Engine;
  readonly #connection: DuckDBConnection;
  readonly #place: { readonly database: string | undefined; readonly schema: string | undefined };
  #isInTransaction = false;
  #hasBegun = false;
  #isClosed = false;
  #work: Promise<unknown> = Promise.resolve();
  /** When the last statement was done; undefined while one is at work. */
  #idleSince: number | undefined;

  constructor(
    engine: Engine,
    connection: DuckDBConnection,
    place: { readonly database: string | undefined; readonly schema: string | undefined },
  ) {
    this.#place = place;
    this.#engine = engine;
    this.#connection = connection;
  }

  /** How long its client has said nothing. */
  get idleMs(): number {
    return this.#idleSince === undefined ? 0 : performance.now() - this.#idleSince;
  }

  /** Rolls back what a client left open. */
  abort(): Promise<void> {
    return this.#end("ROLLBACK");
  }

  execute(sql: string, bindings: readonly Binding[]): Promise<Result> {
    const done = this.#work.then(() => {
      if (this.#isClosed)
        throw new SnowflakeDoubleError("390111", "08001", "Session no longer exists");
      return this.#execute(sql, bindings);
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #execute(sql: string, bindings: readonly Binding[]): Promise<Result> {
    const kind = kindOf(sql);
    this.#idleSince = undefined;
    try {
      switch (kind) {
        case "BEGIN":
          this.#isInTransaction = true;
          return OK;
        case "COMMIT":
        case "ROLLBACK":
          await this.#end(kind);
          return OK;
        case "DDL":
          // Snowflake commits an open transaction before every such statement.
          await this.#end("COMMIT");
          // DuckDB would refuse one of two that meet; Snowflake does them one after the other.
          await this.#engine.lock(this);
          break;
        default:
      }
      const writes = ["UPDATE", "DELETE", "MERGE", "INSERT"].includes(kind) && !isStaging(sql);
      if (writes) await this.#engine.lock(this);
      // Begun late, so that a statement that had to wait sees what was committed meanwhile.
      if (this.#isInTransaction && !this.#hasBegun) {
        await this.#connection.run("BEGIN TRANSACTION");
        this.#hasBegun = true;
      }
      if (kind === "MERGE" && this.#engine.isChecking) await this.#checkMerge(sql, bindings);
      return await this.#run(sql, kind, bindings);
    } catch (error) {
      throw asSnowflake(error);
    } finally {
      if (!this.#isInTransaction) this.#engine.unlock(this);
      this.#idleSince = performance.now();
    }
  }

  async #end(how: "COMMIT" | "ROLLBACK"): Promise<void> {
    if (this.#hasBegun) await this.#connection.run(how);
    this.#hasBegun = false;
    this.#isInTransaction = false;
    this.#engine.unlock(this);
  }

  /** Snowflake refuses a MERGE in which two rows of the source meet one row of the table. */
  async #checkMerge(sql: string, bindings: readonly Binding[]): Promise<void> {
    const parts = mergeParts(duckDbSql(sql));
    if (!parts)
      throw new SnowflakeDoubleError("001003", "42000", "MERGE that the double cannot read");
    const check = `SELECT count(*) FROM (SELECT t.rowid FROM ${parts.target} t JOIN (${parts.source}) s ON ${parts.on} GROUP BY t.rowid HAVING count(*) > 1)`;
    const reader = await this.#connection.runAndReadAll(check, bindings.map(scalar));
    if (Number(reader.getRows()[0]?.[0] ?? 0) > 0) {
      throw new SnowflakeDoubleError("100090", "42P18", "Duplicate row detected during DML action");
    }
  }

  async #run(sql: string, kind: string, bindings: readonly Binding[]): Promise<Result> {
    if (bindings.some(({ value }) => Array.isArray(value))) return this.#append(sql, bindings);
    const reader = await this.#connection.runAndReadAll(duckDbSql(sql), bindings.map(scalar));
    const rows = reader.getRowsJson();
    switch (kind) {
      case "INSERT":
        return counted({ inserted: Number(rows[0]?.[0] ?? 0) });
      case "UPDATE":
        return counted({ updated: Number(rows[0]?.[0] ?? 0) });
      case "DELETE":
        return counted({ deleted: Number(rows[0]?.[0] ?? 0) });
      case "MERGE":
        return counted({
          inserted: rows.filter(([action]) => action === "INSERT").length,
          updated: rows.filter(([action]) => action === "UPDATE").length,
          deleted: rows.filter(([action]) => action === "DELETE").length,
        });
      default:
        return {
          columns: reader.columnNames(),
          rows: rows.map((row) =>
            row.map((cell) =>
              cell === null ? null : typeof cell === "object" ? JSON.stringify(cell) : String(cell),
            ),
          ),
        };
    }
  }

  /** Rows of an array binding, for a staging table or any other whose columns stand in the order of the INSERT. */
  async #append(sql: string, bindings: readonly Binding[]): Promise<Result> {
    const table = /^INSERT INTO "([^"]+)"/.exec(sql)?.[1] ?? "";
    const isTemporary = isStaging(sql);
    const columns = bindings.map(({ value }) => value as readonly (string | null)[]);
    const count = columns[0]?.length ?? 0;
    const types = columns.map((_, index) => (isTemporary && index === 0 ? INTEGER : VARCHAR));
    const appender = isTemporary
      ? await this.#connection.createAppender(table, "main", "temp")
      : await this.#connection.createAppender(table, this.#place.schema, this.#place.database);
    for (let from = 0; from < count; from += CHUNK) {
      const chunk = DuckDBDataChunk.create(types);
      chunk.setColumns(
        columns.map((values, index) => {
          const part = values.slice(from, from + CHUNK);
          return types[index] === INTEGER ? part.map(Number) : part;
        }),
      );
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    return counted({ inserted: count });
  }

  /** Ends it; an open transaction is rolled back. */
  async close(): Promise<void> {
    await this.#work;
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#end("ROLLBACK").catch(() => undefined);
    this.#connection.closeSync();
  }
}

const OK: Result = { columns: ["status"], rows: [["Statement executed successfully."]] };

const isStaging = (sql: string): boolean => /^\w+ (INTO|FROM) "CC_STAGE_/.test(sql);

function counted(counts: Readonly<Record<string, number>>): Result {
  return {
    columns: Object.keys(counts).map((what) => `number of rows ${what}`),
    rows: [Object.values(counts).map(String)],
  };
}

function scalar({ type, value }: Binding): DuckDBValue {
  if (value === null) return null;
  return type === "FIXED" || type === "REAL" ? Number(value) : (value as string);
}

/** DuckDB's kinds of errors as Snowflake's numbers. */
function asSnowflake(error: unknown): unknown {
  if (error instanceof SnowflakeDoubleError || !(error instanceof Error)) return error;
  const { message } = error;
  if (/^(Conversion|Invalid Input|Out of Range|Malformed JSON)/i.test(message)) {
    return new SnowflakeDoubleError("100038", "22018", message);
  }
  if (/does not exist/.test(message)) return new SnowflakeDoubleError("002003", "02000", message);
  if (message.startsWith("Constraint")) return new SnowflakeDoubleError("100072", "22000", message);
  return new SnowflakeDoubleError("001003", "42000", message);
}
