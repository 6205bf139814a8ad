import {
  ConfluentRegistry,
  authorizationOf,
  embeddedFolder,
  openEmbeddedRegistry,
} from "#lib/schema-registry";
import type { GovernedRegistry } from "#lib/schema-registry";
import { UsageError } from "./command.ts";

export const registryOptions = {
  registry: { type: "string" },
} as const;
export const REGISTRY_USAGE = "--registry URL|embedded:DIR";

/** The registry of `--registry`, else of SCHEMA_REGISTRY_URL. Name and password may stand in the address. */
export function openRegistryOf(given: string | undefined): GovernedRegistry {
  const address = given ?? process.env["SCHEMA_REGISTRY_URL"];
  if (!address) throw new UsageError(`${REGISTRY_USAGE} is needed`);
  const folder = embeddedFolder(address);
  if (folder !== undefined) return openEmbeddedRegistry(folder);
  if (!/^https?:\/\//.test(address)) {
    throw new UsageError("--registry takes http://…, https://… or embedded:DIR");
  }
  const url = new URL(address);
  const [name, password] = [url.username, url.password].map(decodeURIComponent);
  [url.username, url.password] = ["", ""];
  return new ConfluentRegistry({
    urls: [String(url)],
    authorization: authorizationOf(
      name ? { kind: "basic", userInfo: `${name}:${password}` } : { kind: "none" },
    ),
    connectTimeoutMs: 10_000,
    readTimeoutMs: 30_000,
    retriesMax: 2,
    retryWaitMs: 500,
    retryWaitMaxMs: 2000,
  });
}
