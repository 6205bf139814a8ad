import { DataError, Struct, headerText, jsonText, keyText } from "#connect-api";
import type { SinkRecord } from "#connect-api";
import {
  INTERACTION_HEADER,
  resourceEvent,
  resourceOfKey,
  sourceTime,
  sourceVersion,
  utcTime,
} from "#lib/fhir";
import type { ResourceEvent } from "#lib/fhir";
import { inferredColumn, stagedText, typedColumn } from "./columns.ts";
import type { Column } from "./columns.ts";
import {
  DELETE_MODE,
  INSERT_MODE,
  METADATA_ALL,
  METADATA_CREATETIME,
  METADATA_OFFSET,
  METADATA_PUSH_TIME,
  METADATA_TOPIC,
  NORMALIZE_COLUMNS,
  NULL_VALUES,
  SCHEMATIZATION,
  TENANT_HEADER,
  VERSION_PATH,
} from "./config.ts";
import type { Settings } from "./settings.ts";

/** One record on its way into a table: the text of each staged column, by name. */
export interface Row {
  readonly record: SinkRecord;
  readonly cells: Readonly<Record<string, string | null>>;
  /** Columns made of the record's fields. */
  readonly typed: readonly Column[];
  /** What the row takes in a buffer, about. */
  readonly bytes: number;
}

/** Snowflake's limit of a VARIANT and of a VARCHAR, in bytes. */
const VALUE_BYTES_MAX = 16 * 1024 * 1024;

const decoder = new TextDecoder();

/**
 * The row of a record; undefined when nothing is to be written for it.
 *
 * Throws DataError for what the table cannot hold: no JSON, no resource with type and id (upsert), too large.
 */
export function rowOf(record: SinkRecord, settings: Settings): Row | undefined {
  const document = documentText(record.value);
  const { values, layout } = settings;
  if (document === null && values[INSERT_MODE] === "append") {
    if (values[NULL_VALUES].toLowerCase() === "ignore") return undefined;
  }
  const content = document === null ? null : parsed(document);
  const bronze = layout === "java" ? {} : bronzeCells(record, document, content, settings);
  if (!bronze) return undefined;
  const metadata = values[METADATA_ALL] ? metadataText(record, settings) : null;
  const fields = values[SCHEMATIZATION] ? typedCells(record.value, content, settings) : NO_FIELDS;
  const cells = {
    ...bronze,
    RECORD_CONTENT: document,
    RECORD_METADATA: metadata,
    RECORD_RAW: document,
    ...fields.cells,
  };
  return {
    record,
    cells,
    typed: fields.columns,
    bytes: 2 * (document?.length ?? 0) + (metadata?.length ?? 0),
  };
}

/** The value as JSON text; text and bytes are taken for JSON as they are. */
function documentText(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return decoder.decode(value);
  return jsonText(value);
}

function parsed(document: string): unknown {
  // Two bytes of a letter at most stand for three of UTF-8, so only long texts are counted exactly.
  if (document.length > VALUE_BYTES_MAX / 3 && Buffer.byteLength(document) > VALUE_BYTES_MAX) {
    throw new DataError(
      "SNOWFLAKE_VALUE_TOO_LARGE",
      "The record's value is over 16 MiB, which is more than a VARIANT holds",
    );
  }
  try {
    return JSON.parse(document);
  } catch (cause) {
    throw new DataError("SNOWFLAKE_VALUE_NOT_JSON", "The record's value is not JSON", { cause });
  }
}

function bronzeCells(
  record: SinkRecord,
  document: string | null,
  content: unknown,
  { values }: Settings,
): Record<string, string | null> | undefined {
  const isUpsert = values[INSERT_MODE] === "upsert";
  const isDelete =
    document === null || headerText(record, INTERACTION_HEADER)?.toLowerCase() === "delete";
  if (isUpsert && isDelete && values[DELETE_MODE] === "ignore") return undefined;
  const event =
    document === null
      ? resourceOfKey(keyText(record) ?? "")
      : resourceEvent(content, { versionPath: values[VERSION_PATH], isDelete });
  if (!event && isUpsert) {
    throw new DataError(
      "SNOWFLAKE_KEY_MISSING",
      document === null
        ? "A record without value names no resource in its key (Patient/123), so nothing can be deleted"
        : "The record's value is no FHIR resource with resourceType and id, so it has no row of its own",
    );
  }
  const place = {
    topic: record.originalTopic,
    partition: record.originalPartition,
    offset: record.originalOffset,
  };
  const lastUpdated =
    event?.lastUpdated ?? sourceTime(headerText(record, "event-time"), record.timestamp);
  const isKnownTime = !Number.isNaN(Date.parse(lastUpdated ?? ""));
  return {
    TENANT:
      values[TENANT_HEADER] === null ? null : (headerText(record, values[TENANT_HEADER]) ?? ""),
    RESOURCE_TYPE: event?.resourceType ?? null,
    RESOURCE_ID: event?.id ?? null,
    VERSION_ID: event?.versionId ?? null,
    LAST_UPDATED: isKnownTime ? utcTime(lastUpdated) : null,
    IS_DELETED: String(isDelete),
    SOURCE_TOPIC: place.topic,
    SOURCE_PARTITION: String(place.partition),
    SOURCE_OFFSET: String(place.offset),
    SOURCE_VERSION: sourceVersion({ versionId: event?.versionId, lastUpdated }, place),
    SOURCE_KEY: sourceKey(event, place),
  };
}

/** One row for each version of a resource; what has no version is a row of its own. */
function sourceKey(
  event: ResourceEvent | undefined,
  { topic, partition, offset }: { topic: string; partition: number; offset: number },
): string {
  return event?.versionId === undefined
    ? `${topic} ${partition} ${offset}`
    : `${event.resourceType}/${event.id}/${event.versionId}`;
}

/** Source: Java's RecordService: names and shape of RECORD_METADATA. */
function metadataText(record: SinkRecord, { values }: Settings): string {
  const isAppendTime = record.timestampType === "LOG_APPEND_TIME";
  const timeName = isAppendTime ? "LogAppendTime" : "CreateTime";
  return jsonText({
    ...(values[METADATA_TOPIC] ? { topic: record.originalTopic } : {}),
    ...(values[METADATA_OFFSET]
      ? { offset: record.originalOffset, partition: record.originalPartition }
      : {}),
    ...(values[METADATA_CREATETIME] && record.timestamp !== null
      ? { [timeName]: record.timestamp }
      : {}),
    ...(record.key === null ? {} : { key: keyText(record) ?? record.key }),
    ...(values[METADATA_PUSH_TIME] ? { SnowflakeConnectorPushTime: Date.now() } : {}),
    ...(record.headers.size === 0
      ? {}
      : { headers: Object.fromEntries([...record.headers].map(({ key, value }) => [key, value])) }),
  });
}

const NO_FIELDS: { columns: Column[]; cells: Record<string, string | null> } = {
  columns: [],
  cells: {},
};

/** The fields of a struct, or of a document without schema, as columns. */
function typedCells(value: unknown, content: unknown, { values }: Settings): typeof NO_FIELDS {
  const columns: Column[] = [];
  const cells: Record<string, string | null> = {};
  const nameOf = (name: string): string => (values[NORMALIZE_COLUMNS] ? name.toUpperCase() : name);
  if (value instanceof Struct) {
    for (const { name, schema } of value.schema.fields) {
      const column = typedColumn(nameOf(name), schema);
      columns.push(column);
      cells[column.name] = stagedText(schema, value.get(name));
    }
  } else if (typeof content === "object" && content !== null && !Array.isArray(content)) {
    for (const [name, member] of Object.entries(content)) {
      const column = inferredColumn(nameOf(name), member);
      if (!column) continue;
      columns.push(column);
      cells[column.name] = stagedText(null, member);
    }
  }
  return { columns, cells };
}
