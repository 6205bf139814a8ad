import { RegistryError } from "./registry-error.ts";
import type { RecordPart } from "./wire/wire-format.ts";

/**
 * Subject of a record's schema. `recordName` is the full name of an Avro record, or a JSON Schema's title.
 *
 * Source: io.confluent.kafka.serializers.subject.*
 */
export const SUBJECT_STRATEGIES = {
  TopicNameStrategy: (topic: string, part: RecordPart) => `${topic}-${part}`,
  RecordNameStrategy: (_topic: string, _part: RecordPart, recordName: string | undefined) =>
    named(recordName),
  TopicRecordNameStrategy: (topic: string, _part: RecordPart, recordName: string | undefined) =>
    `${topic}-${named(recordName)}`,
} as const;
export type SubjectStrategy = keyof typeof SUBJECT_STRATEGIES;

/** The strategy of a Java class name, with or without its package. Undefined for another class. */
export function subjectStrategy(className: string): SubjectStrategy | undefined {
  const simple = className.slice(className.lastIndexOf(".") + 1);
  // Without associations, the newest default names subjects after topics.
  if (simple === "AssociatedNameStrategy") return "TopicNameStrategy";
  return simple in SUBJECT_STRATEGIES ? (simple as SubjectStrategy) : undefined;
}

function named(recordName: string | undefined): string {
  if (recordName !== undefined) return recordName;
  throw new RegistryError(
    "SCHEMA_INVALID",
    "The subject name strategy needs a record schema with a name (JSON Schema: a title)",
  );
}
