import type { ErrantRecordReporter, SinkRecord } from "#connect-api";
import type { LogRecord } from "#broker";
import type { ErrorHandler } from "../errors/error-handler.ts";
import { failedLogRecord } from "./record-conversion.ts";

/**
 * Records that the sink itself refuses. A report is stored before the record's offset is committed, and
 * under tolerance none it fails the task even if the task swallows the error.
 *
 * Source: org.apache.kafka.connect.runtime.errors.WorkerErrantRecordReporter.
 */
export class ErrantRecords implements ErrantRecordReporter {
  readonly #errors: ErrorHandler;
  readonly #raw = new WeakMap<SinkRecord, LogRecord>();
  readonly #pending = new Set<Promise<void>>();
  #failure: unknown;

  constructor(errors: ErrorHandler) {
    this.#errors = errors;
  }

  /** Which record of the log a delivered record came from. */
  remember(record: SinkRecord, raw: LogRecord): void {
    this.#raw.set(record, raw);
  }

  report(record: SinkRecord, error: unknown): Promise<void> {
    const raw = this.#raw.get(record);
    const place = {
      topic: record.originalTopic,
      partition: record.originalPartition,
      offset: record.originalOffset,
      timestamp: record.timestamp,
      key: null,
      value: null,
      headers: [],
    };
    const reported = this.#errors.failed({
      stage: "TASK_PUT",
      className: "SinkTask",
      error,
      record: raw ? failedLogRecord(raw) : place,
    });
    this.#pending.add(reported);
    reported
      .catch((failure: unknown) => {
        this.#failure ??= failure;
      })
      .finally(() => this.#pending.delete(reported));
    return reported;
  }

  /** Waits for all reports. Throws when one could not be stored or is not tolerated. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#pending);
    await this.rethrow();
  }

  async rethrow(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
  }
}
