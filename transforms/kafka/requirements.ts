import {
  ConfigError,
  DataError,
  SinkRecord,
  Struct,
  isSchemalessMap,
  javaClassName,
} from "#connect-api";
import type { ConnectRecord, Schema } from "#connect-api";

/** Demands on a record, with Kafka's texts. Source: org.apache.kafka.connect.transforms.util.Requirements. */

export type SchemalessMap = Readonly<Record<string, unknown>>;

export function requireMap(value: unknown, purpose: string): SchemalessMap {
  if (isSchemalessMap(value)) return value;
  const message = `Only Map objects supported in absence of schema for [${purpose}], found: ${javaClassName(value)}`;
  throw new DataError("MAP_REQUIRED", message);
}

export function requireStruct(value: unknown, schema: Schema, purpose: string): Struct {
  if (value instanceof Struct) return value;
  const message = `Only Struct objects supported for [${purpose}], found: ${javaClassName(value, schema)}`;
  throw new DataError("STRUCT_REQUIRED", message);
}

export function requireSchema(schema: Schema | null, purpose: string): Schema {
  if (schema) return schema;
  throw new DataError("SCHEMA_REQUIRED", `Schema required for [${purpose}]`);
}

export function requireSinkRecord(record: ConnectRecord, purpose: string): SinkRecord {
  if (record instanceof SinkRecord) return record;
  const message = `Only SinkRecord supported for [${purpose}], found: org.apache.kafka.connect.source.SourceRecord`;
  throw new DataError("SINK_RECORD_REQUIRED", message);
}

/** The schema is a struct's, so that its fields can be listed, or looked up. */
export function requireFields(schema: Schema, what: "list" | "look up"): void {
  if (schema.type === "STRUCT") return;
  throw new DataError("STRUCT_REQUIRED", `Cannot ${what} fields on non-struct type`);
}

/** A setting that only a person can mend. */
export function configError(message: string): ConfigError {
  return new ConfigError("CONFIG_INVALID", message);
}
