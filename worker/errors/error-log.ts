import type { LogFields, TimestampType } from "#connect-api";
import { getLogger } from "../logging/index.ts";
import type { ErrorMetrics } from "./error-metrics.ts";
import type { FailedRecord, Failure, FailureReporter } from "./failure.ts";

const log = getLogger("worker.errors");

/**
 * Writes a line for each failure (`errors.log.enable`), with Kafka's text. With `errors.log.include.messages` it
 * names the record's place; of a source's record Kafka prints key and value there, which patient data forbids.
 *
 * Source: org.apache.kafka.connect.runtime.errors.LogReporter.
 */
export class ErrorLog implements FailureReporter {
  readonly #fields: LogFields;
  readonly #includesPlace: boolean;
  readonly #metrics: ErrorMetrics;

  constructor(fields: LogFields, includesPlace: boolean, metrics: ErrorMetrics) {
    this.#fields = fields;
    this.#includesPlace = includesPlace;
    this.#metrics = metrics;
  }

  async report({ stage, className, error, record }: Failure): Promise<void> {
    this.#metrics.logged.add();
    const { topic, partition, offset } = record;
    const place = this.#includesPlace ? { topic, partition, offset } : {};
    const { connector, task } = this.#fields;
    const where = this.#includesPlace ? placeText(record) : "";
    const message = `Error encountered in task ${connector}-${task}. Executing stage '${stage}' with class '${className}'${where}.`;
    log.failure(error, { code: "RECORD_FAILED", ...this.#fields, ...place }, message);
  }
}

const TIMESTAMP_TYPES: Readonly<Partial<Record<TimestampType, string>>> = {
  CREATE_TIME: "CreateTime",
  LOG_APPEND_TIME: "LogAppendTime",
};

/** Where a consumed record stands; of a source's record there is only the topic. */
export function placeText(record: FailedRecord): string {
  const { topic, partition, offset, timestamp, timestampType } = record;
  if (offset === undefined) return `, where source record is = {topic='${topic}'}`;
  const type = timestampType && TIMESTAMP_TYPES[timestampType];
  const time = type && timestamp !== null ? `, timestamp=${timestamp}, timestampType=${type}` : "";
  return `, where consumed record is {topic='${topic}', partition=${partition}, offset=${offset}${time}}`;
}
