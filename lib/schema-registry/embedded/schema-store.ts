import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SchemaMetadata, SchemaReference, SchemaType } from "../registry.ts";

/** A version of a subject as it is stored. */
export interface StoredVersion {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly guid: string;
  readonly schemaType: SchemaType;
  readonly schema: string;
  readonly references: readonly SchemaReference[];
  readonly metadata: SchemaMetadata | undefined;
  readonly ruleSet: unknown;
  readonly isDeleted: boolean;
}

interface Row {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly guid: string;
  readonly type: string;
  readonly text: string;
  readonly refs: string;
  readonly metadata: string | null;
  readonly rules: string | null;
  readonly deleted: number;
}

/**
 * Subjects, versions, ids and settings in one SQLite file, `schemas.db`. Every change is on the disk when the call
 * returns; several processes may share the folder.
 */
export class SchemaStore {
  readonly #db: DatabaseSync;

  /** `folder` is made when it is missing; undefined keeps everything in memory. */
  constructor(folder: string | undefined) {
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
    this.#db = new DatabaseSync(folder === undefined ? ":memory:" : join(folder, "schemas.db"));
    this.#db.exec(`
      PRAGMA busy_timeout = 10000;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS contents (
        id INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT NOT NULL, type TEXT NOT NULL, text TEXT NOT NULL, refs TEXT NOT NULL,
        metadata TEXT, rules TEXT, hash TEXT NOT NULL UNIQUE);
      CREATE INDEX IF NOT EXISTS contents_guid ON contents (guid);
      CREATE TABLE IF NOT EXISTS versions (
        subject TEXT NOT NULL, version INTEGER NOT NULL, content INTEGER NOT NULL REFERENCES contents (id),
        deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (subject, version)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS highest (subject TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS settings (scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (scope, name)) WITHOUT ROWID;`);
  }

  /** Runs a change so that no other process comes in between. */
  transaction<T>(change: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = change();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #versions(where: string, ...values: (string | number)[]): StoredVersion[] {
    const rows = this.#db
      .prepare(
        `SELECT v.subject, v.version, v.deleted, c.id, c.guid, c.type, c.text, c.refs, c.metadata, c.rules
         FROM versions v JOIN contents c ON c.id = v.content WHERE ${where} ORDER BY v.subject, v.version`,
      )
      .all(...values) as unknown as Row[];
    return rows.map(storedOf);
  }

  versions(subject: string): StoredVersion[] {
    return this.#versions("v.subject = ?", subject);
  }
  byId(id: number): StoredVersion[] {
    return this.#versions("c.id = ?", id);
  }
  byGuid(guid: string): StoredVersion[] {
    return this.#versions("c.guid = ?", guid);
  }
  all(): StoredVersion[] {
    return this.#versions("1 = 1");
  }

  /** Id of a content, which is the same under every subject; made when it is new. */
  contentId(
    hash: string,
    content: Omit<StoredVersion, "subject" | "version" | "id" | "isDeleted">,
  ) {
    const known = this.#db.prepare("SELECT id FROM contents WHERE hash = ?").get(hash);
    if (known) return Number(known["id"]);
    const { lastInsertRowid } = this.#db
      .prepare(
        "INSERT INTO contents (guid, type, text, refs, metadata, rules, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(
        content.guid,
        content.schemaType,
        content.schema,
        JSON.stringify(content.references),
        content.metadata === undefined ? null : JSON.stringify(content.metadata),
        content.ruleSet === undefined ? null : JSON.stringify(content.ruleSet),
        hash,
      );
    return Number(lastInsertRowid);
  }

  /** The next version of a subject: one more than was ever used. */
  addVersion(subject: string, content: number): number {
    const { version } = this.#db
      .prepare(
        `INSERT INTO highest (subject, version) VALUES (?, 1)
         ON CONFLICT (subject) DO UPDATE SET version = version + 1 RETURNING version`,
      )
      .get(subject) as { version: number };
    this.#db
      .prepare("INSERT INTO versions (subject, version, content) VALUES (?, ?, ?)")
      .run(subject, version, content);
    return version;
  }

  setDeleted(subject: string, version: number): void {
    this.#db
      .prepare("UPDATE versions SET deleted = 1 WHERE subject = ? AND version = ?")
      .run(subject, version);
  }

  remove(subject: string, version: number): void {
    this.#db
      .prepare("DELETE FROM versions WHERE subject = ? AND version = ?")
      .run(subject, version);
  }

  setting(scope: string, name: string): string | undefined {
    const row = this.#db
      .prepare("SELECT value FROM settings WHERE scope = ? AND name = ?")
      .get(scope, name);
    return row === undefined ? undefined : String(row["value"]);
  }
  setSetting(scope: string, name: string, value: string): void {
    this.#db
      .prepare("INSERT OR REPLACE INTO settings (scope, name, value) VALUES (?, ?, ?)")
      .run(scope, name, value);
  }
  removeSetting(scope: string, name: string): void {
    this.#db.prepare("DELETE FROM settings WHERE scope = ? AND name = ?").run(scope, name);
  }

  close(): void {
    this.#db.close();
  }
}

function storedOf(row: Row): StoredVersion {
  return {
    subject: row.subject,
    version: row.version,
    id: row.id,
    guid: row.guid,
    schemaType: row.type as SchemaType,
    schema: row.text,
    references: JSON.parse(row.refs) as SchemaReference[],
    metadata: row.metadata === null ? undefined : (JSON.parse(row.metadata) as SchemaMetadata),
    ruleSet: row.rules === null ? undefined : (JSON.parse(row.rules) as unknown),
    isDeleted: row.deleted === 1,
  };
}
