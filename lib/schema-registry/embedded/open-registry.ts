import { resolve } from "node:path";
import { EmbeddedRegistry } from "./embedded-registry.ts";

const open = new Map<string, EmbeddedRegistry>();

/** `embedded:DIR` → DIR; undefined for another address. `embedded:` alone keeps schemas in memory. */
export function embeddedFolder(url: string): string | undefined {
  return url.startsWith("embedded:") ? url.slice("embedded:".length) : undefined;
}

/** The registry of a folder: one in a process, whoever asks. */
export function openEmbeddedRegistry(folder: string): EmbeddedRegistry {
  const path = folder === "" ? "" : resolve(folder);
  const known = open.get(path);
  if (known) return known;
  const made = new EmbeddedRegistry(path === "" ? undefined : path);
  open.set(path, made);
  return made;
}
