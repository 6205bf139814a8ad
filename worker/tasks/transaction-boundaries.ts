import { ConnectError } from "#connect-api";
import type { SourceRecord, TransactionContext } from "#connect-api";

/** What becomes of the transaction at a point: it ends in one of two ways, or goes on. */
export type TransactionEnd = "COMMIT" | "ABORT" | "GO_ON";

/**
 * Where the transactions of a source task end. Points are looked at in the order of the records: after each
 * record, then after the batch. Source: o.a.k.connect.runtime.ExactlyOnceWorkerSourceTask.
 */
export interface TransactionBoundaries {
  readonly context: TransactionContext | undefined;
  /** Whether neighbouring transactions may be stored as one, because nobody defines where they end. */
  readonly mayMerge: boolean;
  /** How long a transaction may stay open, in milliseconds. */
  readonly intervalMs: number | undefined;
  /** Whether pause and stop are boundaries too. */
  readonly endsAtStop: boolean;
  afterRecord(record: SourceRecord): TransactionEnd;
  afterBatch(): TransactionEnd;
}

const never = (): TransactionEnd => "GO_ON";

/** Each batch is whole in one transaction. */
export const pollBoundaries: TransactionBoundaries = {
  context: undefined,
  mayMerge: true,
  intervalMs: undefined,
  endsAtStop: true,
  afterRecord: never,
  afterBatch: () => "COMMIT",
};

/** The delivery ends a transaction when it has been open for that long. */
export function intervalBoundaries(intervalMs: number): TransactionBoundaries {
  return {
    context: undefined,
    mayMerge: false,
    intervalMs,
    endsAtStop: true,
    afterRecord: never,
    afterBatch: never,
  };
}

/** The task says where. */
export class ConnectorBoundaries implements TransactionBoundaries {
  readonly mayMerge = false;
  readonly intervalMs = undefined;
  readonly endsAtStop = false;
  readonly #commits = new Set<SourceRecord>();
  readonly #aborts = new Set<SourceRecord>();
  #commitsBatch = false;
  #abortsBatch = false;

  readonly context: TransactionContext = {
    commitTransaction: (record) => {
      if (record) this.#commits.add(record);
      else this.#commitsBatch = true;
    },
    abortTransaction: (record) => {
      if (record) this.#aborts.add(record);
      else this.#abortsBatch = true;
    },
  };

  afterRecord(record: SourceRecord): TransactionEnd {
    const isCommit = this.#commits.delete(record);
    const isAbort = this.#aborts.delete(record);
    return endOf(isCommit, isAbort);
  }

  afterBatch(): TransactionEnd {
    const end = endOf(this.#commitsBatch, this.#abortsBatch);
    this.#commitsBatch = false;
    this.#abortsBatch = false;
    return end;
  }
}

function endOf(isCommit: boolean, isAbort: boolean): TransactionEnd {
  if (isCommit && isAbort) {
    throw new ConnectError(
      "TRANSACTION_END_UNCLEAR",
      "The task asked for commit and abort of the same transaction; nothing of it was stored",
    );
  }
  if (isCommit) return "COMMIT";
  return isAbort ? "ABORT" : "GO_ON";
}
