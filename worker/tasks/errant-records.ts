import { headersToBytes } from "#connect-api";
import type { ErrantRecordReporter, SinkRecord } from "#connect-api";
import type { LogRecord } from "#broker";
import type { ErrorHandler } from "../errors/error-handler.ts";
import type { FailedRecord } from "../errors/failure.ts";
import type { Converters } from "./converters.ts";
import { failedLogRecord } from "./record-conversion.ts";

/** Kafka's name of what executes the stage. */
const SINK_TASK = "org.apache.kafka.connect.sink.SinkTask";

/**
 * Records that the sink itself refuses. A report is stored before the record's offset is committed, and
 * under tolerance none it fails the task even if the task swallows the error.
 *
 * Source: org.apache.kafka.connect.runtime.errors.WorkerErrantRecordReporter.
 */
export class ErrantRecords implements ErrantRecordReporter {
  readonly #errors: ErrorHandler;
  readonly #converters: Converters;
  readonly #raw = new WeakMap<SinkRecord, LogRecord>();
  readonly #pending = new Set<Promise<void>>();
  #failure: unknown;

  constructor(errors: ErrorHandler, converters: Converters) {
    this.#errors = errors;
    this.#converters = converters;
  }

  /** Which record of the log a delivered record came from. */
  remember(record: SinkRecord, raw: LogRecord): void {
    this.#raw.set(record, raw);
  }

  report(record: SinkRecord, error: unknown): Promise<void> {
    const reported = this.#report(record, error);
    this.#pending.add(reported);
    reported
      .catch((failure: unknown) => {
        this.#failure ??= failure;
      })
      .finally(() => this.#pending.delete(reported));
    return reported;
  }

  async #report(record: SinkRecord, error: unknown): Promise<void> {
    const raw = this.#raw.get(record);
    const failed = raw ? failedLogRecord(raw) : await this.#written(record);
    await this.#errors.failed({ stage: "TASK_PUT", className: SINK_TASK, error, record: failed });
  }

  /** A record that the task made itself, as the converters of the task write it. */
  async #written(record: SinkRecord): Promise<FailedRecord> {
    const { key, value, header } = this.#converters;
    const { topic, timestampType, timestamp } = record;
    const headers = headersToBytes(header.instance, topic, record.headers);
    return {
      topic,
      partition: record.partition ?? undefined,
      offset: record.offset,
      timestamp,
      timestampType,
      key: await key.instance.fromConnectData(topic, record.keySchema, record.key, headers),
      value: await value.instance.fromConnectData(topic, record.valueSchema, record.value, headers),
      headers,
    };
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
