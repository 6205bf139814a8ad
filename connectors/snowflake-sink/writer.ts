import { DataError } from "#connect-api";
import type { TopicPartition } from "#connect-api";
import type { Bind } from "snowflake-sdk";
import type { Column } from "./columns.ts";
import { DELETE_MODE, INSERT_MODE } from "./config.ts";
import { SessionExpiredError } from "./errors.ts";
import type { SinkMetrics } from "./metrics.ts";
import { OffsetTable } from "./offset-table.ts";
import type { Claim } from "./offset-table.ts";
import type { Row } from "./row.ts";
import { Session } from "./session.ts";
import type { Answer } from "./session.ts";
import type { Settings } from "./settings.ts";
import { SEQUENCE, apply, insertStaging, probe, rememberDeletes } from "./statements.ts";
import { qualified, quoted } from "./table-names.ts";
import { Tables } from "./tables.ts";
import type { ReadyTable } from "./tables.ts";

/** Values of one INSERT at most: over Snowflake's threshold (65,280) the driver goes by files on a stage. */
const BINDS_MAX = 60_000;
const BIND_BYTES_MAX = 8_000_000;

/** What is written at once: rows in the order of the log, and where each partition then stands. */
export interface Batch {
  readonly rows: readonly Row[];
  readonly next: ReadonlyMap<string, TopicPartition & { readonly offset: number }>;
}

export const placeName = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

interface Staged {
  readonly table: ReadyTable;
  readonly rows: Row[];
}

/** Writes batches: rows and offsets in one transaction, or nothing. */
export class Writer {
  readonly #settings: Settings;
  readonly #offsets: OffsetTable;
  readonly #metrics: SinkMetrics;
  readonly #signal: AbortSignal;
  readonly #refuse: (row: Row, error: DataError) => Promise<void>;
  readonly #claims = new Map<string, Claim>();
  #session: Session | undefined;
  #tables: Tables | undefined;

  /** `refuse` reports a row that cannot be written, and throws when that is not tolerated. */
  constructor(options: {
    readonly settings: Settings;
    readonly connector: string;
    readonly metrics: SinkMetrics;
    readonly signal: AbortSignal;
    readonly refuse: (row: Row, error: DataError) => Promise<void>;
  }) {
    this.#settings = options.settings;
    this.#offsets = new OffsetTable(options.settings.offsetTable, options.connector);
    this.#metrics = options.metrics;
    this.#signal = options.signal;
    this.#refuse = options.refuse;
  }

  /** Next offset of a partition as Snowflake has it; -1 when there is none. */
  storedOffset(place: TopicPartition): number {
    return this.#claims.get(placeName(place))?.offset ?? -1;
  }

  /** Takes partitions over from whoever had them. */
  async claim(partitions: readonly TopicPartition[]): Promise<void> {
    const session = await this.#open();
    for (const claim of await this.#offsets.claim(session, partitions)) {
      this.#claims.set(placeName(claim), claim);
    }
  }

  release(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#claims.delete(placeName(place));
  }

  /** Sets a partition back, because its topic was made anew. */
  async reset(place: TopicPartition, offset: number): Promise<void> {
    const claim = this.#claims.get(placeName(place));
    if (!claim) return;
    await this.#offsets.reset(await this.#open(), claim, offset);
    this.#claims.set(placeName(place), { ...claim, offset });
  }

  /**
   * Writes a batch. When it returns, rows and offsets are committed. RetriableError: call again with the same
   * batch; what was committed after all, although its answer was lost, is then left out.
   */
  async write(batch: Batch): Promise<void> {
    try {
      await this.#attempt(batch);
    } catch (error) {
      if (!(error instanceof SessionExpiredError)) throw error;
      // A session that has ended did nothing: it is opened again at once, and only then counts as a failure.
      await this.#attempt(batch);
    }
  }

  async #attempt({ rows, next }: Batch): Promise<void> {
    const session = await this.#open();
    const isNew = ({ record }: Row): boolean =>
      record.originalOffset >=
      this.storedOffset({ topic: record.originalTopic, partition: record.originalPartition });
    const moves = [...next.values()].flatMap(({ offset, ...place }) => {
      const claim = this.#claims.get(placeName(place));
      return claim && claim.offset < offset ? [{ ...claim, next: offset }] : [];
    });
    const staged = await this.#stage(session, rows.filter(isNew));
    const answers = await this.#transact(session, staged, moves);
    for (const { next: offset, ...claim } of moves) {
      this.#claims.set(placeName(claim), { ...claim, offset });
    }
    for (const [index, { rows: written }] of staged.entries()) {
      this.#count(written.length, answers[index] as Answer);
    }
  }

  /** Puts the rows as text into the staging tables, outside of the transaction. */
  async #stage(session: Session, rows: readonly Row[]): Promise<Staged[]> {
    const byTable = Map.groupBy(rows, ({ record }) =>
      qualified(this.#settings.tables.of(record.topic)),
    );
    const staged: Staged[] = [];
    for (const group of byTable.values()) {
      const name = this.#settings.tables.of((group[0] as Row).record.topic);
      const refused = new Map<Row, DataError>();
      const table = await (this.#tables as Tables).ready(name, group, (row, error) =>
        refused.set(row, error),
      );
      for (const [row, error] of refused) await this.#refuse(row, error);
      const kept = group.filter((row) => !refused.has(row));
      await session.execute(`DELETE FROM ${quoted(table.staging)}`);
      for (const part of partsOf(kept, table.columns)) {
        await session.execute(insertStaging(table.staging, table.columns), part);
      }
      staged.push({ table, rows: kept });
    }
    return staged;
  }

  /** Invariant: rows become visible only together with the offsets that count them. */
  async #transact(
    session: Session,
    staged: readonly Staged[],
    moves: readonly (Claim & { readonly next: number })[],
  ): Promise<readonly Answer[]> {
    for (;;) {
      await session.execute("BEGIN TRANSACTION");
      let current: Staged | undefined;
      try {
        const answers: Answer[] = [];
        for (current of staged) answers.push(await this.#apply(session, current.table));
        current = undefined;
        await this.#offsets.advance(session, moves);
        await session.execute("COMMIT");
        return answers;
      } catch (error) {
        if (session.isUsable) await session.execute("ROLLBACK");
        if (!(error instanceof DataError) || !current) throw error;
        await this.#removePoison(session, current, error);
      }
    }
  }

  async #apply(session: Session, { name, staging, columns }: ReadyTable): Promise<Answer> {
    const { values } = this.#settings;
    if (values[INSERT_MODE] === "upsert" && values[DELETE_MODE] === "hard") {
      await session.execute(rememberDeletes(name, staging, this.#settings));
    }
    return session.execute(apply(name, staging, columns, this.#settings));
  }

  /**
   * Finds the first row that does not convert, by halves, reports it, and takes it out of the staging table. One row
   * of n costs about log2(n) statements.
   */
  async #removePoison(session: Session, staged: Staged, error: DataError): Promise<void> {
    const { table, rows } = staged;
    const converts = async (from: number, to: number): Promise<boolean> => {
      try {
        await session.execute(probe(table.staging, table.columns), [from, to]);
        return true;
      } catch (failure) {
        if (failure instanceof DataError) return false;
        throw failure;
      }
    };
    let [from, to] = [0, rows.length];
    while (to - from > 1) {
      const middle = Math.floor((from + to) / 2);
      if (await converts(from, middle)) from = middle;
      else to = middle;
    }
    // The batch fails, and no single row of it does: then it is not a row that is wrong.
    if (await converts(from, to)) throw error;
    await this.#refuse(rows[from] as Row, error);
    await session.execute(`DELETE FROM ${quoted(table.staging)} WHERE ${quoted(SEQUENCE)} = ?`, [
      from,
    ]);
  }

  #count(staged: number, { columns, rows, changed }: Answer): void {
    const counted = (what: string): number =>
      Number(rows[0]?.[columns.findIndex((name) => name.includes(what))] ?? 0);
    const [inserted, updated, deleted] = ["inserted", "updated", "deleted"].map(counted);
    this.#metrics.written({
      inserted: inserted ?? changed,
      updated: (updated ?? 0) + (deleted ?? 0),
      skipped: staged - changed,
    });
  }

  /** The session, opened anew when it is gone; then all partitions are claimed again. */
  async #open(): Promise<Session> {
    if (this.#session?.isUsable) return this.#session;
    const session = await Session.open(this.#settings, this.#signal);
    try {
      await session.execute(this.#offsets.createStatement);
      // Whatever the last session left open ends before this returns, one way or the other.
      for (const claim of await this.#offsets.claim(session, [...this.#claims.values()])) {
        this.#claims.set(placeName(claim), claim);
      }
    } catch (error) {
      session.close();
      throw error;
    }
    this.#session = session;
    this.#tables = new Tables(session, this.#settings);
    return session;
  }

  close(): void {
    this.#session?.close();
    this.#session = undefined;
  }
}

/** Rows as values of INSERT statements, by size. */
function partsOf(rows: readonly Row[], columns: readonly Column[]): Bind[][][] {
  const parts: Bind[][][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  let part: Bind[][] = [];
  for (const [index, row] of rows.entries()) {
    const isFull = (part.length + 1) * (columns.length + 1) > BINDS_MAX;
    if (isFull || bytes + row.bytes > BIND_BYTES_MAX) {
      part = [];
      parts.push(part);
      bytes = 0;
    }
    part.push([index, ...columns.map(({ name }) => row.cells[name] ?? null)]);
    bytes += row.bytes;
  }
  return parts;
}
