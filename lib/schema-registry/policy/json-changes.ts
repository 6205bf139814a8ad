import { SchemaDocument, isObject, samePattern } from "#lib/json-schema";
import type { JsonSchema, SchemaObject } from "#lib/json-schema";
import type { ChangeClass, ChangeKind, SchemaChange } from "./schema-change.ts";

/** Members that change nothing about data. */
const DOCUMENTATION = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "examples",
  "definitions",
  "$defs",
]);
/** Members that are walked into, and not compared as text. */
const WALKED = new Set(["properties", "items", "required", "$ref", "default", "enum", "type"]);

/** What changed from one JSON Schema to the next, path by path, with what it means for readers. */
export function jsonChanges(before: JsonSchema, after: JsonSchema): readonly SchemaChange[] {
  const walk = new Walk(new SchemaDocument(before), new SchemaDocument(after));
  walk.compare(before, after, "");
  return walk.changes;
}

class Walk {
  readonly changes: SchemaChange[] = [];
  readonly #befores: SchemaDocument;
  readonly #afters: SchemaDocument;
  readonly #seen = new Map<JsonSchema, Set<JsonSchema>>();

  constructor(befores: SchemaDocument, afters: SchemaDocument) {
    this.#befores = befores;
    this.#afters = afters;
  }

  compare(beforePart: JsonSchema, afterPart: JsonSchema, path: string): void {
    const before = this.#befores.resolved(beforePart);
    const after = this.#afters.resolved(afterPart);
    if (typeof before === "boolean" || typeof after === "boolean") {
      if (before !== after) this.#add(path, "rule", "major", "what is allowed here changed");
      return;
    }
    const seen = this.#seen.get(before) ?? new Set<JsonSchema>();
    if (seen.has(after)) return;
    this.#seen.set(before, seen.add(after));
    if (JSON.stringify(before["type"]) !== JSON.stringify(after["type"])) {
      const text = (type: unknown): string =>
        type === undefined ? "any" : [type].flat().join(" or ");
      this.#add(path, "type", "major", `was ${text(before["type"])} and is ${text(after["type"])}`);
    }
    this.#compareEnums(before, after, path);
    this.#compareProperties(before, after, path);
    const [wasItems, isItems] = [before["items"], after["items"]];
    if (isSchema(wasItems) && isSchema(isItems)) this.compare(wasItems, isItems, `${path}[]`);
    else if (JSON.stringify(wasItems) !== JSON.stringify(isItems)) {
      this.#add(`${path}[]`, "rule", "major", "what the list holds changed");
    }
    this.#compareRules(before, after, path);
  }

  #compareEnums(before: SchemaObject, after: SchemaObject, path: string): void {
    const valuesOf = (schema: SchemaObject): readonly string[] | undefined =>
      Array.isArray(schema["enum"])
        ? schema["enum"].map((value) => JSON.stringify(value))
        : undefined;
    const [was, is] = [valuesOf(before), valuesOf(after)];
    if (!was && !is) return;
    const gone = (was ?? []).filter((value) => !is?.includes(value));
    const added = (is ?? []).filter((value) => !was?.includes(value));
    if (gone.length === 0 && added.length === 0) return;
    this.#add(path, "enum", "major", `${gone.length} values removed, ${added.length} added`);
  }

  #compareProperties(before: SchemaObject, after: SchemaObject, path: string): void {
    const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
    const [was, is] = [propertiesOf(before), propertiesOf(after)];
    const requiredOf = (schema: SchemaObject): readonly string[] =>
      Array.isArray(schema["required"]) ? (schema["required"] as string[]) : [];
    const [wasRequired, isRequired] = [requiredOf(before), requiredOf(after)];
    for (const [name, part] of Object.entries(was)) {
      // A property may be called `constructor`.
      const next = Object.hasOwn(is, name) ? is[name] : undefined;
      if (next === undefined) {
        this.#add(at(name), "removed", "major", "the property was removed");
        continue;
      }
      this.compare(part, next, at(name));
      const [needed, needs] = [wasRequired.includes(name), isRequired.includes(name)];
      if (needed !== needs) {
        const message = needs ? "the property is required now" : "the property may be missing now";
        this.#add(at(name), "required", "major", message);
      }
    }
    for (const name of Object.keys(is)) {
      if (Object.hasOwn(was, name)) continue;
      const isNeeded = isRequired.includes(name);
      this.#add(
        at(name),
        "added",
        isNeeded ? "major" : "minor",
        `${isNeeded ? "a required" : "an optional"} property was added`,
      );
    }
  }

  #compareRules(before: SchemaObject, after: SchemaObject, path: string): void {
    if (JSON.stringify(before["default"]) !== JSON.stringify(after["default"])) {
      this.#add(path, "default", "minor", "the default changed");
    }
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (WALKED.has(name)) continue;
      const isSame =
        JSON.stringify(before[name]) === JSON.stringify(after[name]) ||
        (name === "pattern" && samePattern(before[name], after[name]));
      if (isSame || name === "definitions" || name === "$defs") continue;
      if (DOCUMENTATION.has(name) || name === "connect.index") {
        this.#add(path, "documentation", "patch", `${name} changed`);
      } else this.#add(path, "rule", "major", `the rule ${name} changed`);
    }
  }

  #add(path: string, kind: ChangeKind, changeClass: ChangeClass, message: string): void {
    this.changes.push({ path, kind, class: changeClass, message });
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "boolean" || isObject(value);
}

function propertiesOf(schema: SchemaObject): Readonly<Record<string, JsonSchema>> {
  const { properties } = schema;
  return isObject(properties) ? (properties as Record<string, JsonSchema>) : {};
}
