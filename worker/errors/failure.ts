import type { TimestampType } from "#connect-api";

/** Where a record failed. Source: org.apache.kafka.connect.runtime.errors.Stage. */
export type Stage =
  | "TRANSFORMATION"
  | "KEY_CONVERTER"
  | "VALUE_CONVERTER"
  | "HEADER_CONVERTER"
  | "TASK_PUT"
  | "KAFKA_PRODUCE";

/** The record as it stands in the log, or as much of it as there is. */
export interface FailedRecord {
  readonly topic: string | undefined;
  readonly partition: number | undefined;
  readonly offset: number | undefined;
  readonly timestamp: number | null;
  /** Whose timestamp it is, of a record that was consumed. */
  readonly timestampType?: TimestampType;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [string, Uint8Array | null])[];
}

/** One record that was given up, and why. */
export interface Failure {
  readonly stage: Stage;
  /** Class that failed: the transformation, the converter, the task. */
  readonly className: string;
  readonly error: unknown;
  readonly record: FailedRecord;
}

/** Something that is told about each failure once. */
export interface FailureReporter {
  report(failure: Failure): Promise<void>;
}
