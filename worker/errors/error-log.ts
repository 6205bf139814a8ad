import type { LogFields } from "#connect-api";
import { getLogger } from "../logging/index.ts";
import type { ErrorMetrics } from "./error-metrics.ts";
import type { Failure, FailureReporter } from "./failure.ts";

const log = getLogger("worker.errors");

/**
 * Writes a line for each failure (`errors.log.enable`). With `errors.log.include.messages` it names the
 * record's place; Kafka prints the record itself there, which patient data forbids.
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
    const message = `Error encountered in task ${this.#fields["connector"]}-${this.#fields["task"]}. Executing stage '${stage}' with class '${className}'`;
    log.failure(error, { code: "RECORD_FAILED", ...this.#fields, ...place }, message);
  }
}
