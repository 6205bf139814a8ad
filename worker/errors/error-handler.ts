import { setTimeout as delay } from "node:timers/promises";
import { ConnectError, RetriableError } from "#connect-api";
import type { Awaitable } from "#connect-api";
import type { ErrorMetrics } from "./error-metrics.ts";
import type { FailedRecord, Failure, FailureReporter, Stage } from "./failure.ts";

export interface ErrorHandlerOptions {
  readonly isTolerant: boolean;
  /** 0: no retry; -1: for ever. Milliseconds. */
  readonly retryTimeoutMs: number;
  readonly retryDelayMaxMs: number;
  readonly reporters: readonly FailureReporter[];
  readonly metrics: ErrorMetrics;
  readonly signal: AbortSignal;
}

/** What an operation on a record came to. */
export type Outcome<T> = { readonly value: T } | undefined;

const FIRST_DELAY_MS = 300;

/**
 * Runs the steps that a record goes through, tries them again, reports and tolerates failures.
 *
 * A retriable error whose time is used up fails the task under tolerance none; Kafka skips the record
 * then, which loses it without anyone having allowed that.
 * Source: org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator.
 */
export class ErrorHandler {
  readonly #options: ErrorHandlerOptions;

  constructor(options: ErrorHandlerOptions) {
    this.#options = options;
  }

  get isTolerant(): boolean {
    return this.#options.isTolerant;
  }
  get hasReporters(): boolean {
    return this.#options.reporters.length > 0;
  }

  /**
   * Runs one step. `record` is asked for only when it fails.
   *
   * Returns undefined for a record that is to be skipped; throws when the task has to fail, and the
   * RetriableError itself when a stop ended the attempts.
   */
  run<T>(
    stage: Stage,
    className: string,
    record: () => FailedRecord,
    step: () => Awaitable<T>,
  ): Awaitable<Outcome<T>> {
    let made: Awaitable<T>;
    try {
      made = step();
    } catch (error) {
      return this.recover({ stage, className, error }, record, step);
    }
    // Most steps are done at once, and a promise for each step of each record costs more than the step.
    if (!(made instanceof Promise)) return { value: made };
    const startedAt = performance.now();
    return made.then(
      (value) => ({ value }),
      (error: unknown) => this.recover({ stage, className, error }, record, step, startedAt),
    );
  }

  /**
   * Goes on after the first attempt of a step failed; returns and throws what `run` does. `startedAt`: when
   * that attempt began, by performance.now.
   */
  async recover<T>(
    first: Omit<Failure, "record">,
    record: () => FailedRecord,
    step: () => Awaitable<T>,
    startedAt = performance.now(),
  ): Promise<Outcome<T>> {
    let { error } = first;
    for (let attempt = 1; ; attempt += 1) {
      this.#options.metrics.failures.add();
      if (!(await this.#mayTryAgain(error, attempt, startedAt))) break;
      try {
        return { value: await step() };
      } catch (again) {
        error = again;
      }
    }
    // A stop cut the attempts short: the record is not given up, the next run reads it again.
    if (this.#isCutShort(error)) throw error;
    await this.failed({ ...first, error, record: record() });
    return undefined;
  }

  /** Waits before the next attempt; says whether there is one. */
  async #mayTryAgain(error: unknown, attempt: number, startedAt: number): Promise<boolean> {
    const { retryTimeoutMs, retryDelayMaxMs, signal, metrics } = this.#options;
    if (!(error instanceof RetriableError) || retryTimeoutMs === 0 || signal.aborted) return false;
    const left = retryTimeoutMs < 0 ? Infinity : retryTimeoutMs - (performance.now() - startedAt);
    if (left <= 0) return false;
    const doubled = FIRST_DELAY_MS * 2 ** (attempt - 1);
    const pause = doubled > retryDelayMaxMs ? Math.random() * retryDelayMaxMs : doubled;
    metrics.retries.add();
    // Rounded up: a timer that fires early would make one attempt too many at the deadline.
    await delay(Math.ceil(Math.min(pause, left)), undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }

  #isCutShort(error: unknown): boolean {
    const { retryTimeoutMs, signal } = this.#options;
    return error instanceof RetriableError && retryTimeoutMs !== 0 && signal.aborted;
  }

  /** Reports a failure once. Throws when it is not tolerated. */
  async failed(failure: Failure): Promise<void> {
    const { reporters, isTolerant, metrics } = this.#options;
    metrics.errors.add();
    metrics.lastErrorAt = Date.now();
    // A dead letter that could not be stored must not let the record pass as dealt with.
    for (const reporter of reporters) await reporter.report(failure);
    if (!isTolerant) {
      throw new ConnectError("TOLERANCE_EXCEEDED", "Tolerance exceeded in error handler", {
        cause: failure.error,
      });
    }
    metrics.skipped.add();
  }
}
