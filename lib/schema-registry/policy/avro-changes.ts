import { branchName, isNamed, nullableBranch } from "#lib/avro";
import type { AvroField, AvroNamed, AvroRecord, AvroSchema } from "#lib/avro";
import type { ChangeClass, ChangeKind, SchemaChange } from "./schema-change.ts";

/** Properties that decide what a value is. */
const TYPE_PROPS = ["logicalType", "precision", "scale", "fhir.type", "fhir.json", "connect.type"];

/**
 * What changed from one Avro schema to the next, path by path, with what it means for readers.
 *
 * Stricter than Avro's own rules: those see no difference in a namespace, a decimal's scale or a removed field.
 */
export function avroChanges(before: AvroSchema, after: AvroSchema): readonly SchemaChange[] {
  const walk = new Walk();
  walk.compare(before, after, "");
  return walk.changes;
}

class Walk {
  readonly changes: SchemaChange[] = [];
  readonly #seen = new Map<AvroSchema, Set<AvroSchema>>();

  compare(before: AvroSchema, after: AvroSchema, path: string): void {
    const [was, is] = [nullableBranch(before), nullableBranch(after)];
    if (was && is) return this.compare(was, is, path);
    if (was || is) {
      const [a, b] = [was ?? before, is ?? after];
      // A union of more branches than one beside null is compared as such.
      if (a.type !== "union" && b.type !== "union" && a.type === b.type) {
        this.#add(path, "nullability", "major", is ? "may be null now" : "may no longer be null");
        return this.compare(a, b, path);
      }
    }
    if (before.type !== after.type) {
      return this.#add(path, "type", "major", `was ${nameOf(before)} and is ${nameOf(after)}`);
    }
    this.#compareProps(before, after, path);
    switch (before.type) {
      case "array":
        return this.compare(before.items, (after as typeof before).items, `${path}[]`);
      case "map":
        return this.compare(before.values, (after as typeof before).values, `${path}{}`);
      case "union":
        return this.#compareUnions(before.branches, (after as typeof before).branches, path);
      case "record":
        return this.#compareRecords(before, after as AvroRecord, path);
      case "enum": {
        this.#compareNames(before, after as typeof before, path);
        const symbols = (after as typeof before).symbols;
        const gone = before.symbols.filter((symbol) => !symbols.includes(symbol));
        const added = symbols.filter((symbol) => !before.symbols.includes(symbol));
        if (gone.length > 0)
          this.#add(path, "enum", "major", `symbols removed: ${gone.join(", ")}`);
        if (added.length > 0)
          this.#add(path, "enum", "major", `symbols added: ${added.join(", ")}`);
        return;
      }
      case "fixed":
        this.#compareNames(before, after as typeof before, path);
        if (before.size !== (after as typeof before).size) {
          this.#add(path, "type", "major", "the size changed");
        }
        return;
      default:
    }
  }

  #compareRecords(before: AvroRecord, after: AvroRecord, path: string): void {
    const seen = this.#seen.get(before) ?? new Set<AvroSchema>();
    if (seen.has(after)) return;
    this.#seen.set(before, seen.add(after));
    this.#compareNames(before, after, path);
    const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
    const taken = new Set<AvroField>();
    for (const [index, field] of before.fields.entries()) {
      const same = after.fields.find(({ name }) => name === field.name);
      const renamed = same
        ? undefined
        : after.fields.find(({ aliases }) => aliases.includes(field.name));
      const next = same ?? renamed;
      if (!next) {
        this.#add(at(field.name), "removed", "major", "the field was removed");
        continue;
      }
      taken.add(next);
      if (renamed) {
        const message = `the field is called ${renamed.name} now; its old name is an alias`;
        this.#add(at(field.name), "renamed", "minor", message);
      }
      this.compare(field.type, next.type, at(next.name));
      this.#compareFields(field, next, at(next.name));
      if (after.fields.indexOf(next) !== index && before.fields.length === after.fields.length) {
        this.#add(at(next.name), "order", "patch", "the field has another place");
      }
    }
    for (const field of after.fields) {
      if (taken.has(field)) continue;
      if (field.hasDefault)
        this.#add(at(field.name), "added", "minor", "a field with a default was added");
      else this.#add(at(field.name), "added", "major", "a field without default was added");
    }
    this.#compareDocs(before.doc, after.doc, path);
  }

  #compareFields(before: AvroField, after: AvroField, path: string): void {
    if (before.hasDefault && !after.hasDefault) {
      this.#add(path, "default", "major", "the default was removed");
    } else if (JSON.stringify(before.default) !== JSON.stringify(after.default)) {
      this.#add(path, "default", "minor", "the default changed");
    }
    this.#compareDocs(before.doc, after.doc, path);
  }

  #compareDocs(before: string | undefined, after: string | undefined, path: string): void {
    if (before !== after) this.#add(path, "documentation", "patch", "the documentation changed");
  }

  #compareNames(before: AvroNamed, after: AvroNamed, path: string): void {
    if (before.fullName === after.fullName) return;
    const hasAlias = after.aliases.includes(before.fullName);
    const kind = before.name === after.name ? "namespace" : "renamed";
    const message = `${before.fullName} is called ${after.fullName} now${hasAlias ? "; its old name is an alias" : ""}`;
    this.#add(path, kind, hasAlias ? "minor" : "major", message);
  }

  #compareProps(before: AvroSchema, after: AvroSchema, path: string): void {
    for (const name of TYPE_PROPS) {
      const [was, is] = [before.props[name], after.props[name]];
      if (JSON.stringify(was) === JSON.stringify(is)) continue;
      const message = `${name} was ${JSON.stringify(was) ?? "not there"} and is ${JSON.stringify(is) ?? "not there"}`;
      this.#add(path, "type", "major", message);
    }
  }

  #compareUnions(before: readonly AvroSchema[], after: readonly AvroSchema[], path: string): void {
    for (const branch of before) {
      const same = counterpart(branch, after);
      if (same) this.compare(branch, same, path);
      else this.#add(path, "union", "major", `the union has no ${branchName(branch)} any more`);
    }
    for (const branch of after) {
      if (!counterpart(branch, before)) {
        this.#add(path, "union", "major", `the union has ${branchName(branch)} now`);
      }
    }
  }

  #add(path: string, kind: ChangeKind, changeClass: ChangeClass, message: string): void {
    this.changes.push({ path, kind, class: changeClass, message });
  }
}

/** The branch of the same type; of a named one by its name, its alias, or its name without namespace. */
function counterpart(branch: AvroSchema, others: readonly AvroSchema[]): AvroSchema | undefined {
  if (!isNamed(branch)) return others.find(({ type }) => type === branch.type);
  const named = others.filter(isNamed);
  return (
    named.find(({ fullName }) => fullName === branch.fullName) ??
    named.find(({ aliases }) => aliases.includes(branch.fullName)) ??
    named.find(
      ({ aliases, fullName }) =>
        branch.aliases.includes(fullName) || aliases.includes(branch.fullName),
    ) ??
    named.find(({ name }) => name === branch.name)
  );
}

function nameOf(schema: AvroSchema): string {
  if (schema.type === "union") return `[${schema.branches.map(branchName).join(", ")}]`;
  return branchName(schema);
}
