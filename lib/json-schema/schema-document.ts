/** A JSON Schema, or a part of one. */
export type JsonSchema = boolean | SchemaObject;
export interface SchemaObject {
  readonly [keyword: string]: unknown;
}

const HOPS_MAX = 100;

/** A whole schema, in which `$ref` is followed: pointers (`#/definitions/A`), `#`, `$id` and `$anchor`. */
export class SchemaDocument {
  readonly #root: JsonSchema;
  #ids: Map<string, JsonSchema> | undefined;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** What a schema stands for when it is a reference; itself otherwise, and for one that leads nowhere. */
  resolved(schema: JsonSchema): JsonSchema {
    let current = schema;
    for (let hops = 0; hops < HOPS_MAX; hops += 1) {
      const reference = isObject(current) ? current["$ref"] : undefined;
      if (typeof reference !== "string") return current;
      const target = this.#target(reference);
      if (target === undefined) return current;
      current = target;
    }
    return current;
  }

  #target(reference: string): JsonSchema | undefined {
    if (reference === "#") return this.#root;
    if (reference.startsWith("#/")) return pointed(this.#root, reference.slice(2));
    this.#ids ??= collectIds(this.#root);
    const [id = "", pointer = ""] = reference.split("#");
    const holder = id === "" ? undefined : this.#ids.get(id);
    if (holder === undefined) return this.#ids.get(reference);
    return pointer === "" ? holder : pointed(holder, pointer.replace(/^\//, ""));
  }
}

function pointed(root: JsonSchema, pointer: string): JsonSchema | undefined {
  let current: unknown = root;
  for (const part of pointer.split("/")) {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return typeof current === "boolean" || isObject(current) ? current : undefined;
}

function collectIds(root: JsonSchema): Map<string, JsonSchema> {
  const ids = new Map<string, JsonSchema>();
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(walk);
    if (!isObject(part)) return;
    for (const name of ["$id", "id"]) if (typeof part[name] === "string") ids.set(part[name], part);
    if (typeof part["$anchor"] === "string") ids.set(`#${part["$anchor"]}`, part);
    Object.values(part).forEach(walk);
  };
  walk(root);
  return ids;
}

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Members that say nothing about what is allowed. */
const ANNOTATIONS = new Set([
  "$schema",
  "$id",
  "id",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
  "definitions",
  "$defs",
  "readOnly",
  "writeOnly",
  "deprecated",
  "$anchor",
  "$vocabulary",
]);

export function isAnything(schema: JsonSchema): boolean {
  if (typeof schema === "boolean") return schema;
  return Object.keys(schema).every((name) => ANNOTATIONS.has(name) || name.startsWith("connect."));
}

export function isNothing(schema: JsonSchema): boolean {
  if (typeof schema === "boolean") return !schema;
  const { not } = schema as { not?: JsonSchema };
  return not !== undefined && Object.keys(schema).length === 1 && isAnything(not);
}
