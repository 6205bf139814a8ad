import { avroOf, jsonOf } from "../compatibility-level.ts";
import type { ResolvedSchema } from "../compatibility-level.ts";
import type { SchemaMetadata } from "../registry.ts";
import { avroChanges } from "./avro-changes.ts";
import { readersOf } from "./consumers.ts";
import type { Consumer } from "./consumers.ts";
import { jsonChanges } from "./json-changes.ts";
import { classOfChanges } from "./schema-change.ts";
import type { ChangeClass, SchemaChange } from "./schema-change.ts";

/** The metadata property that numbers the major versions of a subject; absent is 1. */
export const MAJOR_VERSION = "major_version";

export interface VersionedSchema extends ResolvedSchema {
  readonly metadata?: SchemaMetadata;
}

export interface ChangePlan {
  readonly changes: readonly SchemaChange[];
  /** Of the heaviest change; undefined when nothing changed. */
  readonly class: ChangeClass | undefined;
  /** A major change without a new major version. */
  readonly isRefused: boolean;
}

export function majorVersionOf(metadata: SchemaMetadata | undefined): number {
  return Number(metadata?.properties?.[MAJOR_VERSION] ?? 1);
}

/**
 * What a schema changes against the one before it, and whether the policy `clinical` lets it pass: a field that is removed,
 * renamed without alias, of another type, scale, enum or namespace is a major change, and a major change needs the next
 * major version (metadata property `major_version`) or a new subject.
 */
export function planChange(next: VersionedSchema, previous: VersionedSchema): ChangePlan {
  const changes = changesBetween(next, previous);
  const changeClass = classOfChanges(changes);
  const isNewMajor = majorVersionOf(next.metadata) > majorVersionOf(previous.metadata);
  return { changes, class: changeClass, isRefused: changeClass === "major" && !isNewMajor };
}

function changesBetween(next: VersionedSchema, previous: VersionedSchema): readonly SchemaChange[] {
  if (next.schemaType !== previous.schemaType) {
    const message = `the schema was ${previous.schemaType} and is ${next.schemaType}`;
    return [{ path: "", kind: "type", class: "major", message }];
  }
  if (next.schemaType === "AVRO") return avroChanges(avroOf(previous), avroOf(next));
  if (next.schemaType === "JSON") return jsonChanges(jsonOf(previous), jsonOf(next));
  return [];
}

const NAMED_MAX = 20;

/** Reasons of the policy against a schema; empty when it passes. `consumers` are those of the subject's topic. */
export function clinicalReasons(
  next: VersionedSchema,
  previous: VersionedSchema | undefined,
  consumers: readonly Consumer[],
): readonly string[] {
  if (!previous) return [];
  const plan = planChange(next, previous);
  if (!plan.isRefused) return [];
  const majors = plan.changes.filter((change) => change.class === "major");
  const named = majors.slice(0, NAMED_MAX).map(({ path, message }) => {
    const readers = readersOf(consumers, path);
    const who = readers.length === 0 ? "" : `; read by ${readers.join(", ")}`;
    return `policy clinical: ${path === "" ? "the schema" : path}: ${message}${who}`;
  });
  const rest = majors.length - named.length;
  return [
    ...named,
    ...(rest > 0 ? [`and ${rest} more changes`] : []),
    `a major change needs metadata ${MAJOR_VERSION} ${majorVersionOf(previous.metadata) + 1}, or a new subject`,
  ];
}
