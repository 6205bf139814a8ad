import type { Interaction } from "./exchange.ts";
import type { FhirStore, WriteRefusedError } from "./store.ts";
import type { Write } from "./write.ts";

export interface WriterOptions<R> {
  readonly store: FhirStore;
  readonly interaction: Interaction;
  readonly entriesMax: number;
  readonly bytesMax: number;
  readonly inFlightMax: number;
  /** Look before writing, and never put an older state over a newer one. */
  readonly isGuarded: boolean;
  readonly onConflict: "reread" | "dlq" | "fail";
  readonly onMissingReference: "retry" | "dlq" | "fail";
  /** How long a missing reference may stay missing, in milliseconds. */
  readonly referenceMs: number;
  /** Failures of one resource, while the store takes others, before it counts as refused. */
  readonly retriesMax: number;
  readonly backoff: { readonly minMs: number; readonly maxMs: number };
  /** What is added to DELETE, such as `hardDelete=true`. */
  readonly deleteQuery?: string;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly on: WriterEvents<R>;
}

/** What the writer tells its owner. `written` and `stale` mean that the write is settled. */
export interface WriterEvents<R> {
  written(write: Write<R>): void;
  /** Left out, because the store has this state or a newer one. */
  stale(write: Write<R>): void;
  /** Keeps a refused write somewhere else; settled when it resolves. Throwing ends the writer. */
  refused(write: Write<R>, error: WriteRefusedError): Promise<void>;
  /** The writer has ended; nothing more is written. */
  failed(error: Error): void;
  sent?(entries: number, seconds: number): void;
  throttled?(): void;
  retried?(what: string): void;
}
