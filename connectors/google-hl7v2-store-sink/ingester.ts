import { ConnectError, DataError } from "#connect-api";
import type { ConfigError } from "#connect-api";
import { Dispatcher } from "#lib/delivery";
import type { Queued, Waiting as QueuedWaiting } from "#lib/delivery";
import { GoogleCredentialsError, GoogleUnreachableError } from "#lib/google-healthcare";
import type { GoogleAnswer } from "#lib/google-healthcare";
import { ingestedOf } from "./ingest-answer.ts";

/** One message on its way. */
export interface Outgoing<R> extends Queued {
  readonly message: Uint8Array;
  readonly origin: R;
}

export interface IngesterOptions<R> {
  /** One call of `messages.ingest`. Throws GoogleUnreachableError, GoogleCredentialsError. */
  readonly ingest: (message: Uint8Array, signal: AbortSignal) => Promise<GoogleAnswer>;
  readonly inFlightMax: number;
  readonly retriesMax: number;
  readonly backoff: { readonly minMs: number; readonly maxMs: number };
  readonly on: {
    done(outgoing: Outgoing<R>): void;
    /** Keeps it somewhere else; throwing ends the ingester. */
    refused(outgoing: Outgoing<R>, error: DataError): Promise<void>;
    failed(error: Error | ConfigError): void;
    retried(what: string): void;
    throttled(): void;
  };
}

type Waiting<R> = QueuedWaiting<Outgoing<R>>;

/** Ingests messages at least once: those of one key in order, others side by side. It owns every retry. */
export class Ingester<R> {
  readonly dispatcher: Dispatcher<Outgoing<R>>;
  readonly #options: IngesterOptions<R>;

  constructor(options: IngesterOptions<R>) {
    this.#options = options;
    this.dispatcher = new Dispatcher({
      ...options,
      request: { entriesMax: 1, bytesMax: Number.POSITIVE_INFINITY },
      work: ([waiting]) => this.#ingest(waiting as Waiting<R>),
      failed: (error) => options.on.failed(error),
    });
  }

  async #ingest(waiting: Waiting<R>): Promise<void> {
    const { ingest, on } = this.#options;
    let answer: GoogleAnswer;
    try {
      answer = await ingest(waiting.write.message, this.dispatcher.signal);
    } catch (error) {
      if (error instanceof GoogleCredentialsError) {
        throw new ConnectError("GOOGLE_CREDENTIALS", error.message, { cause: error });
      }
      if (!(error instanceof GoogleUnreachableError)) throw error;
      // Whether it was taken is unknown; the same bytes again are the same message.
      this.dispatcher.pace.slowDown();
      on.retried(error.reason);
      this.dispatcher.putOff(waiting, 0);
      return;
    }
    const ingested = ingestedOf(answer);
    switch (ingested.kind) {
      case "done":
        this.dispatcher.noteSuccess();
        this.dispatcher.pace.succeeded();
        this.dispatcher.done(waiting);
        on.done(waiting.write);
        return;
      case "throttled":
        on.throttled();
        this.dispatcher.pace.slowDown(ingested.retryAfterMs);
        this.dispatcher.putOff(waiting, 0);
        return;
      case "retry":
        return this.#tryAgain(waiting, ingested.what);
      case "refused":
        this.dispatcher.pace.succeeded();
        return this.#refuse(waiting, ingested.error);
      case "setup":
        throw ingested.error;
    }
  }

  async #tryAgain(waiting: Waiting<R>, what: string): Promise<void> {
    const { retriesMax, on } = this.#options;
    on.retried(what);
    this.dispatcher.pace.slowDown();
    this.dispatcher.countFailure(waiting);
    if (waiting.tries <= retriesMax) {
      this.dispatcher.putOff(waiting, this.dispatcher.jitter(waiting.tries));
      return;
    }
    const message = `The HL7v2 store takes others and failed this message ${waiting.tries} times (${what})`;
    return this.#refuse(waiting, new DataError("HL7V2_STORE_KEEPS_FAILING", message));
  }

  async #refuse(waiting: Waiting<R>, error: DataError): Promise<void> {
    await this.#options.on.refused(waiting.write, error);
    // Settled only now, because it is kept somewhere else.
    this.dispatcher.done(waiting);
  }
}
