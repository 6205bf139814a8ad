import { avroIncompatibilities, avroSchemaOf, isNamed, nullableBranch } from "#lib/avro";
import type { AvroSchema } from "#lib/avro";

/** A generated schema cannot read what was written with the one before it. */
export class SeedError extends Error {
  override readonly name = "SeedError";
  readonly code = "SCHEMA_SEED_UNREADABLE";
  readonly paths: readonly string[];

  constructor(problems: readonly { readonly path: string; readonly message: string }[]) {
    const text = problems.map(({ path, message }) => `${path} (${message})`).join("; ");
    super(
      `Data of the earlier schema could not be read: ${text}. Keep its type there, or publish a major version`,
    );
    this.paths = problems.map(({ path }) => path);
  }
}

interface Json {
  [member: string]: unknown;
}

/**
 * Makes a generated schema read what was written with an earlier one: a record that had another name at the same place gets that
 * name as an alias.
 *
 * Throws SeedError with every path where names are not enough. `generated` is not changed.
 */
export function seededAvro(generated: object, previous: object): object {
  const aliases = new Map<string, Set<string>>();
  collect(avroSchemaOf(generated), avroSchemaOf(previous), aliases, new Set());
  const copy = structuredClone(generated) as Json;
  addAliases(copy, aliases);
  const reasons = avroIncompatibilities(avroSchemaOf(copy), avroSchemaOf(previous));
  if (reasons.length > 0) throw new SeedError(reasons);
  return copy;
}

function collect(
  now: AvroSchema,
  before: AvroSchema,
  aliases: Map<string, Set<string>>,
  seen: Set<AvroSchema>,
): void {
  const [next, old] = [nullableBranch(now) ?? now, nullableBranch(before) ?? before];
  if (next.type === "array" && old.type === "array") {
    return collect(next.items, old.items, aliases, seen);
  }
  if (next.type !== "record" || old.type !== "record" || seen.has(old)) return;
  seen.add(old);
  if (isNamed(old) && next.fullName !== old.fullName) {
    const names = aliases.get(next.name) ?? new Set<string>();
    const isNear = old.namespace === next.namespace;
    aliases.set(next.name, names.add(isNear ? old.name : old.fullName));
  }
  for (const field of old.fields) {
    const same = next.fields.find(({ name }) => name === field.name);
    if (same) collect(same.type, field.type, aliases, seen);
  }
}

function addAliases(part: unknown, aliases: ReadonlyMap<string, ReadonlySet<string>>): void {
  if (Array.isArray(part)) return part.forEach((item) => addAliases(item, aliases));
  if (typeof part !== "object" || part === null) return;
  const members = part as Json;
  for (const member of Object.values(members)) addAliases(member, aliases);
  const names = members["type"] === "record" ? aliases.get(String(members["name"])) : undefined;
  if (names) members["aliases"] = [...names];
}
