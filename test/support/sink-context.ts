import { Headers, NO_METRICS, SinkRecord } from "#connect-api";
import type { Props, SinkTaskContext } from "#connect-api";

const nothing = (): void => {};

/** What a sink task has around it without a worker: nothing is noted, nothing is reported; `own` says what a test watches. */
export const sinkContext = (props: Props, own: Partial<SinkTaskContext> = {}): SinkTaskContext => ({
  connectorName: "sink",
  taskId: 0,
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  metrics: NO_METRICS,
  configs: () => props,
  offset: nothing,
  timeout: nothing,
  assignment: () => [],
  pause: nothing,
  resume: nothing,
  requestCommit: nothing,
  errantRecordReporter: undefined,
  ...own,
});

export interface RecordOptions {
  readonly topic?: string;
  readonly partition?: number;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timestamp?: number;
}

/** A topic of the pipeline. */
export const TOPIC = "healthcare.fhir.patient";

/** A record of the topic; a value that is an object is written as JSON text. */
export function recordOf(offset: number, value: unknown, options: RecordOptions = {}): SinkRecord {
  const { topic = TOPIC, partition = 0, key = "k", timestamp = 1_790_000_000_000 } = options;
  return new SinkRecord({
    topic,
    partition,
    offset,
    key,
    timestamp,
    timestampType: "CREATE_TIME",
    value: value === null || typeof value === "string" ? value : JSON.stringify(value),
    headers: Object.entries(options.headers ?? {}).reduce(
      (all, [name, text]) => all.add(name, text),
      Headers.empty,
    ),
  });
}
