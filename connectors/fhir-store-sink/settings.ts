import type { ConfigValues } from "#connect-api";
import type { FhirStore, WriterOptions } from "#lib/fhir-store";
import {
  BUFFER_BYTES,
  BUFFER_RECORDS,
  BUNDLE_BYTES,
  BUNDLE_ENTRIES,
  CONFLICT_POLICY,
  DELETE_MODE,
  IDENTIFIER_SYSTEMS,
  INTERACTION,
  IN_FLIGHT,
  MISSING_ID,
  ORDERING_GUARD,
  REFERENCE_POLICY,
  REFERENCE_RETRY_MS,
  RESOURCE_TYPES,
  RETRIES_MAX,
  RETRY_BACKOFF_MAX_MS,
  RETRY_BACKOFF_MS,
  UPDATE_MODE,
  VERSION_PATH,
} from "./config.ts";
import type { writingKeys } from "./config.ts";
import type { WriteSettings } from "./resource-writes.ts";
import { sensitiveIdsOf } from "./sensitive-ids.ts";

export type WritingValues = ConfigValues<typeof writingKeys>;

/** How a task's writer works; the store and the events come to it. */
export type WriterSettings = Omit<WriterOptions<unknown>, "store" | "on" | "now" | "random">;

/** What one task works with. */
export interface Settings {
  readonly write: WriteSettings;
  readonly writer: WriterSettings;
  readonly buffer: { readonly count: number; readonly bytes: number };
  /** Opens the store; nothing is asked yet. Throws ConfigError. */
  openStore(): Promise<FhirStore> | FhirStore;
}

/** Throws ConfigError. `limits`: what the vendor allows in one Bundle. */
export function writingSettings(
  values: WritingValues,
  limits: { readonly entries: number; readonly bytes: number; readonly deleteQuery?: string },
): Pick<Settings, "write" | "writer" | "buffer"> {
  const isGuarded = values[ORDERING_GUARD] === "source-version";
  return {
    write: {
      resourceTypes: new Set(values[RESOURCE_TYPES]),
      updateMode: values[UPDATE_MODE] as WriteSettings["updateMode"],
      identifierSystems: values[IDENTIFIER_SYSTEMS],
      isIdDerived: values[MISSING_ID] === "derive",
      sensitiveIds: sensitiveIdsOf(values),
      isDeleteIgnored: values[DELETE_MODE] === "ignore",
      isGuarded,
      versionPath: values[VERSION_PATH],
    },
    writer: {
      interaction: values[INTERACTION] as WriterSettings["interaction"],
      entriesMax: Math.min(values[BUNDLE_ENTRIES], limits.entries),
      bytesMax: Math.min(values[BUNDLE_BYTES], limits.bytes),
      inFlightMax: values[IN_FLIGHT],
      isGuarded,
      onConflict: values[CONFLICT_POLICY] as WriterSettings["onConflict"],
      onMissingReference: values[REFERENCE_POLICY] as WriterSettings["onMissingReference"],
      referenceMs: values[REFERENCE_RETRY_MS],
      retriesMax: values[RETRIES_MAX],
      backoff: { minMs: values[RETRY_BACKOFF_MS], maxMs: values[RETRY_BACKOFF_MAX_MS] },
      ...(limits.deleteQuery === undefined ? {} : { deleteQuery: limits.deleteQuery }),
    },
    buffer: { count: values[BUFFER_RECORDS], bytes: values[BUFFER_BYTES] },
  };
}
