import { ConnectError } from "#connect-api";
import type { TopicPartition, TopicPartitionOffset } from "#connect-api";
import type { Session } from "./session.ts";
import { qualified } from "./table-names.ts";
import type { TableName } from "./table-names.ts";

/** A partition as the table has it: the next offset (-1: none yet), and whose turn it is. */
export interface Claim extends TopicPartitionOffset {
  readonly epoch: number;
}

/**
 * The next offset of each partition, in the same transaction as the rows.
 *
 * Every owner of a partition claims it with a greater epoch, and a flush counts only while its epoch stands. So
 * a task that lost its partitions, or one whose session is still at work somewhere, can commit nothing any more
 * once the claim of its successor is done; and a claim waits for whatever holds the row. That makes the outcome of a
 * commit without an answer plain: claim again, and read.
 */
export class OffsetTable {
  readonly #name: string;
  readonly #connector: string;

  constructor(table: TableName, connector: string) {
    this.#name = qualified(table);
    this.#connector = connector;
  }

  get createStatement(): string {
    return `CREATE TABLE IF NOT EXISTS ${this.#name} ("CONNECTOR" VARCHAR, "TOPIC" VARCHAR, "PARTITION" INTEGER, "NEXT_OFFSET" INTEGER, "EPOCH" INTEGER)`;
  }

  /**
   * Takes the partitions over; returns where each of them stands. With an `epoch` a partition is only taken again
   * while it is ours: throws ConnectError when somebody else has it by now.
   */
  async claim(
    session: Session,
    partitions: readonly (TopicPartition & { readonly epoch?: number })[],
  ): Promise<readonly Claim[]> {
    const claims: Claim[] = [];
    for (const place of partitions) {
      await session.execute("BEGIN TRANSACTION");
      try {
        const claim = await this.#claimOne(session, place);
        // Thrown before the commit, so that the other owner's epoch stays.
        if (place.epoch !== undefined && claim.epoch !== place.epoch + 1) throw fenced();
        await session.execute("COMMIT");
        claims.push(claim);
      } catch (error) {
        if (session.isUsable) await session.execute("ROLLBACK");
        throw error;
      }
    }
    return claims;
  }

  async #claimOne(session: Session, { topic, partition }: TopicPartition): Promise<Claim> {
    const key = [this.#connector, topic, partition];
    // One statement, so that two who come at the same time cannot both make the first row.
    await session.execute(
      `MERGE INTO ${this.#name} t USING (SELECT ? AS "CONNECTOR", ? AS "TOPIC", ? AS "PARTITION") s` +
        ` ON t."CONNECTOR" = s."CONNECTOR" AND t."TOPIC" = s."TOPIC" AND t."PARTITION" = s."PARTITION"` +
        ` WHEN MATCHED THEN UPDATE SET "EPOCH" = t."EPOCH" + 1` +
        ` WHEN NOT MATCHED THEN INSERT ("CONNECTOR", "TOPIC", "PARTITION", "NEXT_OFFSET", "EPOCH") VALUES (s."CONNECTOR", s."TOPIC", s."PARTITION", -1, 1)`,
      key,
    );
    const { rows } = await session.execute(
      `SELECT MAX("NEXT_OFFSET"), MAX("EPOCH") FROM ${this.#name} WHERE "CONNECTOR" = ? AND "TOPIC" = ? AND "PARTITION" = ?`,
      key,
    );
    const [offset, epoch] = (rows[0] ?? []).map(Number);
    return { topic, partition, offset: offset ?? -1, epoch: epoch ?? 0 };
  }

  /**
   * Moves the partitions on, within the transaction of their rows.
   *
   * Throws ConnectError when somebody else has one of them by now: the transaction must be rolled back.
   */
  async advance(
    session: Session,
    moves: readonly (Claim & { readonly next: number })[],
  ): Promise<void> {
    if (moves.length === 0) return;
    const values = moves
      .map(() => `SELECT ? AS "TOPIC", ? AS "PARTITION", ? AS "EPOCH", ? AS "NEXT_OFFSET"`)
      .join(" UNION ALL ");
    const { changed } = await session.execute(
      `UPDATE ${this.#name} t SET "NEXT_OFFSET" = s."NEXT_OFFSET" FROM (${values}) s` +
        ` WHERE t."CONNECTOR" = ? AND t."TOPIC" = s."TOPIC" AND t."PARTITION" = s."PARTITION" AND t."EPOCH" = s."EPOCH" AND t."NEXT_OFFSET" <= s."NEXT_OFFSET"`,
      [
        ...moves.flatMap(({ topic, partition, epoch, next }) => [topic, partition, epoch, next]),
        this.#connector,
      ],
    );
    if (changed !== moves.length) throw fenced();
  }

  /** Sets a partition back to an offset, for a topic that was made anew. */
  async reset(session: Session, { topic, partition, epoch }: Claim, offset: number): Promise<void> {
    await session.execute(
      `UPDATE ${this.#name} SET "NEXT_OFFSET" = ? WHERE "CONNECTOR" = ? AND "TOPIC" = ? AND "PARTITION" = ? AND "EPOCH" = ?`,
      [offset, this.#connector, topic, partition, epoch],
    );
  }
}

function fenced(): ConnectError {
  return new ConnectError(
    "SNOWFLAKE_FENCED",
    "Another task has taken over a partition of this one, so nothing was written; this task ends",
  );
}
