import { resolve } from "node:path";
import { clinicalReasons } from "../policy/clinical-policy.ts";
import { consumersOfSubject } from "../policy/consumers.ts";
import type { Consumer } from "../policy/consumers.ts";
import { EmbeddedRegistry } from "./embedded-registry.ts";

const open = new Map<string, EmbeddedRegistry>();

/** `embedded:DIR` → DIR; undefined for another address. `embedded:` alone keeps schemas in memory. */
export function embeddedFolder(url: string): string | undefined {
  return url.startsWith("embedded:") ? url.slice("embedded:".length) : undefined;
}

/** The registry of a folder, under the policy `clinical`: one in a process, whoever asks. */
export function openEmbeddedRegistry(folder: string): EmbeddedRegistry {
  const path = folder === "" ? "" : resolve(folder);
  const known = open.get(path);
  if (known) return known;
  const made = new EmbeddedRegistry(path === "" ? undefined : path);
  made.policy = (subject, next, previous) =>
    clinicalReasons(next, previous.at(-1), consumersOfSubject(connectors(), subject));
  open.set(path, made);
  return made;
}

let connectors: () => readonly Consumer[] = () => [];

/** The worker says here which connectors it runs, so that a refusal can name who reads the data. */
export function provideConnectors(list: () => readonly Consumer[]): void {
  connectors = list;
}
