import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { RecordLogError } from "../record-log.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, config TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS partitions (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, start INTEGER NOT NULL, head INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL,
    timestamp INTEGER NOT NULL, key BLOB, value BLOB, headers BLOB,
    PRIMARY KEY (topic, partition, position)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS group_offsets (
    group_id TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY (group_id, topic, partition)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS transactional_ids (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL) WITHOUT ROWID;
`;

type Row = Record<string, unknown>;

/**
 * The files of an embedded log: `log.db` (SQLite, WAL) and `lock.db`, which the writing process keeps
 * locked as long as it lives, so that the operating system frees it even after a SIGKILL.
 */
export class Database {
  readonly clusterId: string;
  readonly #isReadOnly: boolean;
  readonly #db: DatabaseSync;
  readonly #lock: DatabaseSync | undefined;
  readonly #statements = new Map<string, StatementSync>();
  #isClosed = false;

  /** Throws LOG_IN_USE, LOG_CORRUPT or LOG_UNAVAILABLE. */
  constructor(directory: string, options: { readonly isReadOnly: boolean }) {
    this.#isReadOnly = options.isReadOnly;
    const file = join(directory, "log.db");
    let opened: DatabaseSync | undefined;
    try {
      if (options.isReadOnly) {
        this.#db = opened = new DatabaseSync(file, { readOnly: true });
      } else {
        mkdirSync(directory, { recursive: true });
        this.#lock = lockedBy(directory);
        this.#db = opened = new DatabaseSync(file);
        this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        this.#db.exec(SCHEMA);
      }
      this.#db.exec("PRAGMA busy_timeout = 5000; PRAGMA cache_size = -32000;");
      this.clusterId = this.#readClusterId();
    } catch (cause) {
      // Otherwise the directory would stay locked until this process ends.
      opened?.close();
      this.#lock?.close();
      throw openError(cause, directory, options.isReadOnly);
    }
  }

  #readClusterId(): string {
    const found = this.get("SELECT value FROM meta WHERE name = 'cluster.id'");
    if (found) return String(found["value"]);
    const id = randomUUID().replaceAll("-", "").slice(0, 22);
    this.run("INSERT INTO meta (name, value) VALUES ('cluster.id', ?)", id);
    return id;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    this.#statements.clear();
    this.#db.close();
    this.#lock?.close();
  }

  ensureOpen(): void {
    if (this.#isClosed) throw closedError();
  }

  ensureWritable(): void {
    this.ensureOpen();
    if (!this.#isReadOnly) return;
    throw new RecordLogError("LOG_FAILED", "This embedded log was opened for reading only");
  }

  /** A statement, prepared at its first use. */
  prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  run(sql: string, ...values: (string | number | Uint8Array | null)[]) {
    return this.prepared(sql).run(...values);
  }
  get(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.prepared(sql).get(...values);
  }
  all(sql: string, ...values: (string | number)[]): Row[] {
    return this.prepared(sql).all(...values);
  }

  /** All of it, or nothing. */
  atomically<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

function lockedBy(directory: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, "lock.db"));
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
    return lock;
  } catch (cause) {
    lock.close();
    throw new RecordLogError(
      "LOG_IN_USE",
      `The embedded log in ${directory} is in use by another process; stop that worker or choose another directory`,
      { cause },
    );
  }
}

function openError(cause: unknown, directory: string, isReadOnly: boolean): RecordLogError {
  if (cause instanceof RecordLogError) return cause;
  if (isCorrupt(cause)) {
    return new RecordLogError(
      "LOG_CORRUPT",
      `${join(directory, "log.db")} is damaged or not an embedded log; restore it from a backup, or move it away to begin anew`,
      { cause },
    );
  }
  const message = isReadOnly
    ? `There is no embedded log in ${directory}`
    : `The embedded log in ${directory} cannot be opened`;
  return new RecordLogError("LOG_UNAVAILABLE", message, { cause });
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isCorrupt(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error)) return false;
  return error.errcode === 11 || error.errcode === 26;
}

export function closedError(): RecordLogError {
  return new RecordLogError("CLIENT_CLOSED", "The embedded log is closed");
}
