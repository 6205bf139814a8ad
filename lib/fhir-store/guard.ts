import { etagOfResource } from "./bundle.ts";
import type { EntryAnswer, EntryRequest } from "./bundle.ts";
import type { StoredState } from "./known-states.ts";
import { storedVersion } from "./source-version.ts";
import type { Write } from "./write.ts";

/** What the store must not be made to forget: how its states are read, for the guard of the source version. */

export const readState = ({ key }: Write): EntryRequest => ({ method: "GET", url: key });

/** The last states of a deleted resource: the deletion itself carries no source version. */
export const readHistory = ({ key }: Write): EntryRequest => ({
  method: "GET",
  url: `${key}/_history?_count=3`,
});

const NOTHING: StoredState = { etag: undefined, version: undefined };

/** The state that an answer to `readState` shows; undefined when it shows none (an error, for example). */
export function stateRead({ status, resource, etag }: EntryAnswer): StoredState | undefined {
  if (status === 404 || status === 410) return NOTHING;
  if (status !== 200) return undefined;
  const found = resource as
    | { readonly resourceType?: unknown; readonly type?: unknown }
    | undefined;
  if (found?.resourceType === "Bundle" && found.type === "searchset") {
    const [only] = resourcesOf(resource);
    return only === undefined ? NOTHING : { etag: undefined, version: storedVersion(only) };
  }
  return { etag: etag ?? etagOfResource(resource), version: storedVersion(resource) };
}

/** The newest source version in an answer to `readHistory`. */
export function versionInHistory({ status, resource }: EntryAnswer): string | undefined {
  if (status !== 200) return undefined;
  for (const state of resourcesOf(resource)) {
    const version = storedVersion(state);
    if (version !== undefined) return version;
  }
  return undefined;
}

function resourcesOf(bundle: unknown): readonly unknown[] {
  const { entry } = (bundle ?? {}) as { readonly entry?: unknown };
  if (!Array.isArray(entry)) return [];
  return (entry as readonly { readonly resource?: unknown }[])
    .map((each) => each?.resource)
    .filter((each) => (each as { resourceType?: unknown })?.resourceType !== "OperationOutcome")
    .filter((each) => each !== undefined);
}
