import { conjunctsOf } from "./conjuncts.ts";
import type { Conjunct } from "./conjuncts.ts";
import { SchemaDocument, isAnything, isNothing } from "./schema-document.ts";
import type { JsonSchema, SchemaObject } from "./schema-document.ts";
import { keywordReasons } from "./keyword-rules.ts";
import type { Compare, JsonSchemaReason } from "./reason.ts";
import { itemReasons, propertyReasons } from "./content-rules.ts";

export interface JsonCompatibilityOptions {
  /** LENIENT lets properties come and go whatever the content model of an object is. */
  readonly policy?: "STRICT" | "LENIENT";
}

const REASONS_MAX = 100;

/**
 * Why data that fits `original` may not fit `update`; empty when all of it does.
 *
 * Decided by the schemas' parts and not by their sets of values, so a few changes that would be harmless are refused. A pair
 * that is being compared counts as fitting and is compared once, so recursive schemas take no longer than others.
 *
 * Source: behaviour of Confluent Schema Registry for JSON Schema (level BACKWARD).
 */
export function jsonSchemaIncompatibilities(
  original: JsonSchema,
  update: JsonSchema,
  options: JsonCompatibilityOptions = {},
): readonly JsonSchemaReason[] {
  const check = new Check(
    new SchemaDocument(original),
    new SchemaDocument(update),
    options.policy ?? "STRICT",
  );
  return check.compare(original, update, "#").slice(0, REASONS_MAX);
}

class Check {
  readonly #originals: SchemaDocument;
  readonly #updates: SchemaDocument;
  readonly #policy: "STRICT" | "LENIENT";
  readonly #known = new Map<unknown, Map<unknown, readonly JsonSchemaReason[]>>();

  constructor(originals: SchemaDocument, updates: SchemaDocument, policy: "STRICT" | "LENIENT") {
    this.#originals = originals;
    this.#updates = updates;
    this.#policy = policy;
  }

  compare(
    originalPart: JsonSchema,
    updatePart: JsonSchema,
    path: string,
  ): readonly JsonSchemaReason[] {
    const original = this.#originals.resolved(originalPart);
    const update = this.#updates.resolved(updatePart);
    const results = this.#known.get(original) ?? new Map<unknown, readonly JsonSchemaReason[]>();
    if (typeof original === "object") this.#known.set(original, results);
    const known = typeof update === "object" ? results.get(update) : undefined;
    if (known) return known;
    if (typeof update === "object") results.set(update, []);
    const reasons = this.#compute(original, update, path);
    if (typeof update === "object") results.set(update, reasons);
    return reasons;
  }

  #compute(original: JsonSchema, update: JsonSchema, path: string): readonly JsonSchemaReason[] {
    if (isAnything(update) || isNothing(original)) return [];
    if (isNothing(update)) return [{ path, message: "nothing is allowed here any more" }];
    if (isAnything(original)) return [{ path, message: "anything was allowed, and is no longer" }];
    const originals = conjunctsOf(original as SchemaObject);
    const updates = conjunctsOf(update as SchemaObject);
    return this.#compareAll(originals, updates, path);
  }

  /** Both sides mean "all of these": every new part needs an old one of its own that implies it. */
  #compareAll(
    originals: readonly Conjunct[],
    updates: readonly Conjunct[],
    path: string,
  ): readonly JsonSchemaReason[] {
    const [original] = originals;
    const [update] = updates;
    if (originals.length === 1 && updates.length === 1 && original && update) {
      return this.#comparePart(original, update, path);
    }
    const table = updates.map((next) =>
      originals.map((previous) => this.#comparePart(previous, next, path)),
    );
    const unmatched = matching(table.map((row) => row.map(({ length }) => length === 0)));
    return unmatched.flatMap((index) => {
      // What says most is the comparison with the part of the same kind.
      const kind = updates[index]?.kind;
      const same = originals.findIndex((previous) => previous.kind === kind);
      const reasons = table[index]?.[Math.max(same, 0)] ?? [];
      return same >= 0 && reasons.length > 0
        ? reasons
        : [{ path, message: `a rule was added: ${kind}` }];
    });
  }

  #comparePart(original: Conjunct, update: Conjunct, path: string): readonly JsonSchemaReason[] {
    if (original.kind === "any" || original.kind === "one") {
      if (update.kind === "any" || update.kind === "one") {
        return this.#compareBranches(original, update, path);
      }
      // Whatever branch was written, the new rule must take it.
      return original.branches.flatMap((branch) => this.#against(branch, update, path));
    }
    if (update.kind === "any" || update.kind === "one") {
      const fits = update.branches.some(
        (branch) => this.#from(original, branch, path).length === 0,
      );
      return fits ? [] : [{ path, message: "no branch takes what was allowed" }];
    }
    if (original.kind === "values" && update.kind === "values") {
      const missing = original.values.filter(
        (value) => !update.values.some((other) => sameJson(value, other)),
      );
      return missing.length === 0
        ? []
        : [{ path, message: `${missing.length} of the allowed values are gone` }];
    }
    if (original.kind === "not" && update.kind === "not") {
      const reversed = new Check(this.#updates, this.#originals, this.#policy);
      return reversed.compare(update.schema, original.schema, path).length === 0
        ? []
        : [{ path: `${path}/not`, message: "more is forbidden than before" }];
    }
    if (original.kind === "plain" && update.kind === "plain") {
      return this.#comparePlain(original.schema, update.schema, path);
    }
    return [{ path, message: `the rule was ${original.kind} and is ${update.kind}` }];
  }

  #compareBranches(
    original: Extract<Conjunct, { kind: "any" | "one" }>,
    update: Extract<Conjunct, { kind: "any" | "one" }>,
    path: string,
  ): readonly JsonSchemaReason[] {
    const isSeveral = original.branches.length > 1 && update.branches.length > 1;
    if (original.kind === "any" && update.kind === "one" && isSeveral) {
      return [{ path, message: "anyOf became oneOf" }];
    }
    const table = original.branches.map((branch) =>
      update.branches.map((next) => this.compare(branch, next, path).length === 0),
    );
    return matching(table).map((index) => ({
      path,
      message: `branch ${index} of what was allowed has no counterpart`,
    }));
  }

  #against(branch: JsonSchema, update: Conjunct, path: string): readonly JsonSchemaReason[] {
    const resolved = this.#originals.resolved(branch);
    if (isNothing(resolved)) return [];
    if (isAnything(resolved)) return [{ path, message: "anything was allowed, and is no longer" }];
    return this.#compareAll(conjunctsOf(resolved as SchemaObject), [update], path);
  }

  #from(original: Conjunct, branch: JsonSchema, path: string): readonly JsonSchemaReason[] {
    const resolved = this.#updates.resolved(branch);
    if (isAnything(resolved)) return [];
    if (isNothing(resolved)) return [{ path, message: "nothing is allowed here" }];
    return this.#compareAll([original], conjunctsOf(resolved as SchemaObject), path);
  }

  #comparePlain(
    original: SchemaObject,
    update: SchemaObject,
    path: string,
  ): readonly JsonSchemaReason[] {
    const [was, is] = [original["type"], update["type"]];
    if (was !== is && !(was === "integer" && is === "number")) {
      const isBytes = original["connect.type"] === "bytes" && update["connect.type"] === "bytes";
      if (!isBytes) return [{ path, message: `the type was ${String(was)} and is ${String(is)}` }];
    }
    const compare: Compare = (a, b, at) => this.compare(a, b, at);
    return [
      ...keywordReasons(original, update, path),
      ...(is === "object" ? propertyReasons(original, update, path, compare, this.#policy) : []),
      ...(is === "array" ? itemReasons(original, update, path, compare, this.#policy) : []),
    ];
  }
}

/** Rows that get no column of their own (maximum bipartite matching by augmenting paths). */
function matching(table: readonly (readonly boolean[])[]): readonly number[] {
  const rowOf = new Map<number, number>();
  const place = (row: number, seen: Set<number>): boolean =>
    (table[row] ?? []).some((fits, column) => {
      if (!fits || seen.has(column)) return false;
      seen.add(column);
      const other = rowOf.get(column);
      if (other !== undefined && !place(other, seen)) return false;
      rowOf.set(column, row);
      return true;
    });
  return table.map((_, row) => row).filter((row) => !place(row, new Set()));
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
