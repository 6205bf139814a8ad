import type { ConfigDef } from "./config-def/index.ts";
import type { Props } from "./connector.ts";
import type { PluginMetrics } from "./plugin-metrics.ts";
import type { ConnectRecord } from "./record.ts";

/**
 * Changes one record at a time. One instance per task; calls never overlap.
 *
 * `apply` returns a record, null (drop it), or several records (an extension to Kafka's contract:
 * one HL7 message becomes many FHIR resources). An empty array drops it too. Made records come from
 * `record.with(…)`, so that they keep the place of the record they came from.
 *
 * Throws DataError for a record that cannot be processed.
 * Source: org.apache.kafka.connect.transforms.Transformation.
 */
export abstract class Transformation {
  readonly version: string | undefined = undefined;
  abstract config(): ConfigDef;
  /** Called once before `configure`. Source: org.apache.kafka.common.metrics.Monitorable. */
  withPluginMetrics(_metrics: PluginMetrics): void {}
  abstract configure(props: Props): void;
  abstract apply<R extends ConnectRecord>(record: R): R | null | readonly R[];
  close(): void {}
}

/** Decides whether a transformation applies to a record. Source: …transforms.predicates.Predicate. */
export abstract class Predicate {
  readonly version: string | undefined = undefined;
  abstract config(): ConfigDef;
  abstract configure(props: Props): void;
  abstract test(record: ConnectRecord): boolean;
  close(): void {}
}
