import { createHash } from "node:crypto";
import type { NewSchema } from "./registry.ts";

/**
 * The GUID of a schema's content: MD5 over its text, references, metadata and rules. The type of the schema
 * is not part of it.
 *
 * Source: Confluent Schema Registry, how its content hash is built (facts checked against its answers).
 */
export function contentGuid({ schema, references, metadata, ruleSet }: NewSchema): string {
  const hash = createHash("md5").update(schema);
  for (const { name, subject, version } of references ?? []) {
    const number = Buffer.alloc(4);
    number.writeInt32BE(version);
    hash.update(name).update(subject).update(number);
  }
  if (metadata) {
    hash.update(Buffer.from([1]));
    for (const [path, tags] of sorted(metadata.tags)) {
      hash.update(path);
      for (const tag of [...tags].toSorted()) hash.update(tag);
    }
    for (const [key, value] of sorted(metadata.properties)) hash.update(key).update(value);
    for (const name of [...(metadata.sensitive ?? [])].toSorted()) hash.update(name);
  }
  if (ruleSet !== undefined && ruleSet !== null)
    hash.update(Buffer.from([1])).update(JSON.stringify(ruleSet));
  return uuidText(hash.digest());
}

function sorted<T>(members: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(members ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** 16 bytes as a UUID. */
export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join("-");
}

export function uuidBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll("-", ""), "hex"));
}
