import type { NewRecord, Producer } from "#broker";
import { describeError, errorMessage, getLogger } from "../logging/index.ts";
import type { ErrorMetrics } from "./error-metrics.ts";
import type { Failure, FailureReporter } from "./failure.ts";
import { javaErrorName } from "./java-error-name.ts";

const log = getLogger("worker.errors");
const encoder = new TextEncoder();

export interface DeadLetterOptions {
  readonly topic: string;
  readonly hasContextHeaders: boolean;
  readonly connector: string;
  readonly task: number;
}

/**
 * The dead letter of a failure: key, value, headers and timestamp as they were, and, if wanted, the
 * context in `__connect.errors.*` headers.
 *
 * Message and trace come from our own errors only: what foreign code wrote may quote the record, and
 * headers are read by more people than records may be.
 * Source: org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter.
 */
export function deadLetterOf(failure: Failure, options: DeadLetterOptions): NewRecord {
  const { record } = failure;
  const headers = [...record.headers];
  if (options.hasContextHeaders) headers.push(...contextHeaders(failure, options));
  const { key, value, timestamp } = record;
  return { topic: options.topic, key, value, headers, timestamp };
}

function contextHeaders(
  { stage, className, error, record }: Failure,
  { connector, task }: DeadLetterOptions,
): (readonly [string, Uint8Array | null])[] {
  const values: readonly (readonly [string, string | number | undefined])[] = [
    ["topic", record.topic],
    ["partition", record.partition],
    ["offset", record.offset],
    ["connector.name", connector],
    ["task.id", task],
    ["stage", stage],
    ["class.name", className],
    ["exception.class.name", javaErrorName(error)],
    ["exception.message", errorMessage(error)],
    ["exception.stacktrace", describeError(error)],
  ];
  return values
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [`__connect.errors.${key}`, encoder.encode(String(value))]);
}

/** Sends dead letters at once. A failure to send is logged and counted. */
export class DeadLetterQueue implements FailureReporter {
  readonly #producer: Producer;
  readonly #options: DeadLetterOptions;
  readonly #metrics: ErrorMetrics;

  constructor(producer: Producer, options: DeadLetterOptions, metrics: ErrorMetrics) {
    this.#producer = producer;
    this.#options = options;
    this.#metrics = metrics;
  }

  async report(failure: Failure): Promise<void> {
    this.#metrics.deadLetters.add();
    try {
      await this.#producer.send([deadLetterOf(failure, this.#options)]);
    } catch (error) {
      this.#metrics.deadLetterFailures.add();
      const { connector, task, topic } = this.#options;
      log.failure(
        error,
        { code: "DEAD_LETTER_NOT_STORED", connector, task, topic },
        "A dead letter could not be stored",
      );
      throw error;
    }
  }
}
