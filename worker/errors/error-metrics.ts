import type { CountingMetric, Meter, Tags } from "../metrics/index.ts";

/** Counters of `task-error-metrics`. Source: org.apache.kafka.connect.runtime.errors.ErrorHandlingMetrics. */
export class ErrorMetrics {
  readonly failures: CountingMetric;
  readonly errors: CountingMetric;
  readonly skipped: CountingMetric;
  readonly retries: CountingMetric;
  readonly logged: CountingMetric;
  readonly deadLetters: CountingMetric;
  readonly deadLetterFailures: CountingMetric;
  /** Milliseconds since 1970; 0 without an error. */
  lastErrorAt = 0;

  constructor(metrics: Meter, tags: Tags) {
    const counter = (attribute: string) => metrics.counter("task-error-metrics", attribute, tags);
    this.failures = counter("total-record-failures");
    this.errors = counter("total-record-errors");
    this.skipped = counter("total-records-skipped");
    this.retries = counter("total-retries");
    this.logged = counter("total-errors-logged");
    this.deadLetters = counter("deadletterqueue-produce-requests");
    this.deadLetterFailures = counter("deadletterqueue-produce-failures");
    metrics.measured("task-error-metrics", "last-error-timestamp", tags, () => this.lastErrorAt);
  }
}
