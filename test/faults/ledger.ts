import {
  appendFileSync,
  closeSync,
  createReadStream,
  fdatasync,
  openSync,
  writeSync,
} from "node:fs";
import { createInterface } from "node:readline";

/** A message was about to be written to a socket; noted and synced before it was. */
export interface SentEntry {
  readonly kind: "sent";
  readonly id: string;
  readonly sha256: string;
  readonly connection: number;
  /** Place among the messages of that connection, from 0. */
  readonly sequence: number;
  /** 1 at first, more for each repetition. */
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** An answer was read. */
export interface AnsweredEntry {
  readonly kind: "answered";
  readonly id: string;
  readonly attempt: number;
  /** MSA-1. */
  readonly code: string;
  readonly errors: readonly string[];
  readonly at: number;
  /** From the write of this attempt to the answer, in milliseconds of the monotonic clock. */
  readonly afterMs: number;
}

/** Something that must never be, such as an answer out of order. */
export interface ViolationEntry {
  readonly kind: "violation";
  readonly invariant: string;
  readonly text: string;
}

export type LedgerEntry = SentEntry | AnsweredEntry | ViolationEntry;

/**
 * What a sender knows, on disk: lines of JSON, synced before the sender acts on them. Many entries share one
 * sync, so that the ledger does not become the bound of what is measured.
 */
export class LedgerWriter {
  readonly #file: number;
  #lines: string[] = [];
  #waiting: (() => void)[] = [];
  #isSyncing = false;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  /** Calls back when the entry is on disk. */
  write(entry: LedgerEntry, onSynced?: () => void): void {
    this.#lines.push(JSON.stringify(entry));
    if (onSynced) this.#waiting.push(onSynced);
    if (!this.#isSyncing) this.#sync();
  }

  #sync(): void {
    this.#isSyncing = true;
    // What is noted in this turn of the event loop goes to disk together.
    setImmediate(() => {
      const waiting = this.#waiting;
      const text = this.#lines.map((line) => `${line}\n`).join("");
      this.#lines = [];
      this.#waiting = [];
      writeSync(this.#file, text);
      fdatasync(this.#file, (error) => {
        if (error) throw error;
        this.#isSyncing = false;
        for (const done of waiting) done();
        if (this.#lines.length > 0 && !this.#isSyncing) this.#sync();
      });
    });
  }

  async close(): Promise<void> {
    while (this.#isSyncing || this.#lines.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    closeSync(this.#file);
  }
}

/** Adds an entry from another process than the senders'. */
export function addToLedger(path: string, entry: LedgerEntry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}

export async function readLedger(path: string): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== "") entries.push(JSON.parse(line) as LedgerEntry);
  }
  return entries;
}
