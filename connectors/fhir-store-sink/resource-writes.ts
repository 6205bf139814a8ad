import { DataError, headerText, jsonText, keyText } from "#connect-api";
import type { SinkRecord } from "#connect-api";
import { exactNumber, parseExactJson } from "#lib/exact-json";
import {
  INTERACTION_HEADER,
  resourceEvent,
  resourceId,
  resourceOfKey,
  sourceTime,
  sourceVersion,
} from "#lib/fhir";
import type { ResourceEvent } from "#lib/fhir";
import { withSourceVersion } from "#lib/fhir-store";
import type { Write } from "#lib/fhir-store";
import { hashReferences } from "./sensitive-ids.ts";
import type { SensitiveIds } from "./sensitive-ids.ts";

/** What turns a record into writes. */
export interface WriteSettings {
  /** Empty: all. */
  readonly resourceTypes: ReadonlySet<string>;
  readonly updateMode: "id" | "identifier";
  readonly identifierSystems: readonly string[];
  readonly isIdDerived: boolean;
  readonly sensitiveIds: SensitiveIds | undefined;
  readonly isDeleteIgnored: boolean;
  readonly isGuarded: boolean;
  readonly versionPath: string;
}

export type RecordWrite = Omit<Write, "origin">;

/** A JSON object that was read from a record. */
type Resource = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder();

/**
 * The writes that a record stands for: one for a resource, one for each entry of a batch or transaction Bundle, none for what is
 * passed over. `sequence` tells records of one place in the log apart, when a transformation made several of one.
 *
 * Throws DataError for what is no resource with a type and an id.
 */
export function writesOf(
  record: SinkRecord,
  settings: WriteSettings,
  sequence: number = 0,
): readonly RecordWrite[] {
  const text = textOf(record.value);
  if (text === null)
    return deletion(record, resourceOfKey(keyText(record) ?? ""), settings, sequence);
  const parsed = parsedResource(text);
  if (headerText(record, INTERACTION_HEADER)?.toLowerCase() === "delete") {
    const event = resourceEvent(parsed, { versionPath: settings.versionPath, isDelete: true });
    return deletion(record, event, settings, sequence);
  }
  const { resourceType, type } = parsed;
  if (resourceType === "Bundle" && (type === "batch" || type === "transaction")) {
    return entriesOf(text).flatMap((entry, index) =>
      writeOfEntry(record, entry, settings, sequence + index),
    );
  }
  return update(record, { text, parsed }, settings, sequence);
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return decoder.decode(value);
  return jsonText(value);
}

function parsedResource(text: string): Resource {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without its cause: the parser's message quotes the value.
    throw new DataError("FHIR_VALUE_NOT_JSON", "The record's value is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw noResource();
  return value as Resource;
}

function noResource(): DataError {
  return new DataError(
    "FHIR_NO_RESOURCE",
    "The record's value is no FHIR resource with resourceType and id",
  );
}

function deletion(
  record: SinkRecord,
  event: ResourceEvent | undefined,
  settings: WriteSettings,
  sequence: number,
): readonly RecordWrite[] {
  if (settings.isDeleteIgnored) return [];
  if (!event) {
    throw new DataError(
      "FHIR_KEY_MISSING",
      "The record says that something is deleted, and neither its key (Patient/123) nor its value names a resource",
    );
  }
  if (isPassedOver(event.resourceType, settings)) return [];
  const { resourceType } = event;
  return [
    {
      key: `${resourceType}/${safeId(event.id, settings)}`,
      method: "DELETE",
      resourceType,
      body: undefined,
      version: versionOf(record, event, sequence),
      bytes: 0,
    },
  ];
}

const isPassedOver = (resourceType: string, { resourceTypes }: WriteSettings): boolean =>
  resourceTypes.size > 0 && !resourceTypes.has(resourceType);

function update(
  record: SinkRecord,
  resource: { readonly text: string; readonly parsed: Resource },
  settings: WriteSettings,
  sequence: number,
): readonly RecordWrite[] {
  const { resourceType } = resource.parsed;
  if (typeof resourceType === "string" && isPassedOver(resourceType, settings)) return [];
  const { text, parsed } = sendable(resource, settings);
  const isConditional = settings.updateMode === "identifier";
  // A conditional update has no id of its own; it is read as if it had one, for type, version and time.
  const event = resourceEvent(isConditional ? { ...parsed, id: "any" } : parsed, settings);
  if (!event) throw noResource();
  const version = versionOf(record, event, sequence);
  const body = settings.isGuarded ? withSourceVersion(text, parsed, version) : text;
  return [
    {
      key: isConditional
        ? conditionalKey(event.resourceType, parsed, settings)
        : `${event.resourceType}/${event.id}`,
      method: "PUT",
      resourceType: event.resourceType,
      body,
      version,
      bytes: Buffer.byteLength(body),
    },
  ];
}

/** The resource as it goes to the store: with a derived id, without the id, with hashed ids; mostly just as it came. */
function sendable(
  resource: { readonly text: string; readonly parsed: Resource },
  settings: WriteSettings,
): { readonly text: string; readonly parsed: Resource } {
  const { parsed } = resource;
  const { sensitiveIds, updateMode, isIdDerived } = settings;
  const isConditional = updateMode === "identifier";
  const isMissing = parsed["id"] === undefined && !isConditional;
  if (isMissing && !isIdDerived) throw noResource();
  if (!isMissing && !sensitiveIds && !(isConditional && "id" in parsed)) return resource;
  const changed = parseExactJson(resource.text, exactNumber) as Record<string, unknown>;
  if (isConditional) delete changed["id"];
  if (isMissing) {
    const { system, value } = identifierOf(parsed, settings);
    changed["id"] = resourceId(String(parsed["resourceType"]), system, value);
  }
  if (sensitiveIds) {
    if (typeof changed["id"] === "string") changed["id"] = safeId(changed["id"], settings);
    if (sensitiveIds.action === "hash") hashReferences(changed, sensitiveIds);
  }
  return { text: JSON.stringify(changed), parsed: changed };
}

function safeId(id: string, { sensitiveIds }: WriteSettings): string {
  if (!sensitiveIds?.isSensitive(id)) return id;
  if (sensitiveIds.action === "hash") return sensitiveIds.hashed(id);
  throw new DataError(
    "FHIR_ID_SENSITIVE",
    "The resource's id matches fhir.sensitive.id.pattern, so it does not go where ids are logged",
  );
}

function conditionalKey(resourceType: string, resource: Resource, settings: WriteSettings): string {
  const { system, value } = identifierOf(resource, settings);
  // Within a token of a search `\`, `|`, `,` and `$` are escaped. Source: FHIR R4, search, 3.1.1.4.0.1.
  const token = [system, value].map((part) => part.replaceAll(/[\\|,$]/g, "\\$&")).join("|");
  return `${resourceType}?identifier=${encodeURIComponent(token)}`;
}

/** The identifier that stands for a resource: of the first preferred system that it has one of. */
function identifierOf(
  resource: Resource,
  { identifierSystems }: WriteSettings,
): { readonly system: string; readonly value: string } {
  const found = [resource["identifier"]]
    .flat()
    .filter((each) => typeof each === "object" && each !== null)
    .map((each) => each as { readonly system?: unknown; readonly value?: unknown })
    .flatMap(({ system, value }) =>
      typeof system === "string" && typeof value === "string" ? [{ system, value }] : [],
    );
  const wanted =
    identifierSystems.length === 0
      ? found
      : identifierSystems.flatMap((system) => found.filter((each) => each.system === system));
  const [first] = wanted;
  if (first) return first;
  throw new DataError(
    "FHIR_IDENTIFIER_MISSING",
    "The resource has no identifier with a system (or none of fhir.identifier.systems) by which it could be found again",
  );
}

interface Entry {
  readonly resource?: unknown;
  readonly request?: { readonly method?: unknown; readonly url?: unknown };
}

/** The entries of a Bundle, with numbers that keep their digits. */
function entriesOf(text: string): readonly Entry[] {
  const { entry } = parseExactJson(text, exactNumber) as { readonly entry?: unknown };
  return Array.isArray(entry) ? (entry as readonly Entry[]) : [];
}

function writeOfEntry(
  record: SinkRecord,
  { resource, request }: Entry,
  settings: WriteSettings,
  sequence: number,
): readonly RecordWrite[] {
  const method = String(request?.method ?? "PUT").toUpperCase();
  if (method === "DELETE") {
    return deletion(record, resourceOfKey(String(request?.url ?? "")), settings, sequence);
  }
  if (method !== "PUT") {
    throw new DataError(
      "FHIR_VERB_UNSAFE",
      `The Bundle asks for ${/^[A-Z]{3,6}$/.test(method) ? method : "something"}; only PUT and DELETE may be repeated without doubling anything`,
    );
  }
  if (typeof resource !== "object" || resource === null) throw noResource();
  const text = JSON.stringify(resource);
  return update(record, { text, parsed: resource as Resource }, settings, sequence);
}

/** The text by which states are compared; records of one place are in the order in which they came. */
function versionOf(record: SinkRecord, event: ResourceEvent, sequence: number): string {
  const place = {
    topic: record.originalTopic,
    partition: record.originalPartition,
    offset: record.originalOffset,
  };
  const lastUpdated =
    event.lastUpdated ?? sourceTime(headerText(record, "event-time"), record.timestamp);
  const version = sourceVersion({ versionId: event.versionId, lastUpdated }, place);
  return sequence === 0 ? version : `${version} ${String(sequence).padStart(6, "0")}`;
}
