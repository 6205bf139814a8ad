import type { Compare, JsonSchemaReason } from "./reason.ts";
import { isAnything, isNothing, isObject } from "./schema-document.ts";
import type { JsonSchema, SchemaObject } from "./schema-document.ts";

type Policy = "STRICT" | "LENIENT";

/** What an object, or a list with places, lets in beside what it names. */
type ContentModel =
  | { readonly kind: "open" }
  | { readonly kind: "closed" }
  | { readonly kind: "partial"; readonly covering: (name: string) => JsonSchema | undefined };

function contentModel(schema: SchemaObject): ContentModel {
  const patterns = schema["patternProperties"];
  const rest = schema["additionalProperties"] ?? schema["unevaluatedProperties"];
  if (!isObject(patterns) && (rest === undefined || rest === true)) return { kind: "open" };
  if (!isObject(patterns) && rest === false) return { kind: "closed" };
  return {
    kind: "partial",
    covering(name) {
      for (const [pattern, part] of Object.entries(isObject(patterns) ? patterns : {})) {
        if (matches(pattern, name)) return part as JsonSchema;
      }
      if (rest === false) return false;
      return rest === undefined ? true : (rest as JsonSchema);
    },
  };
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return false;
  }
}

const membersOf = (schema: SchemaObject, keyword: string): Readonly<Record<string, JsonSchema>> => {
  const members = schema[keyword];
  return isObject(members) ? (members as Record<string, JsonSchema>) : {};
};

/** A property may be called `constructor`. */
const ownMember = (
  members: Readonly<Record<string, JsonSchema>>,
  name: string,
): JsonSchema | undefined => (Object.hasOwn(members, name) ? members[name] : undefined);

const hasDefault = (schema: JsonSchema | undefined): boolean =>
  isObject(schema) && schema["default"] !== undefined;

/** Rules on what an object holds. */
export function propertyReasons(
  original: SchemaObject,
  update: SchemaObject,
  path: string,
  compare: Compare,
  policy: Policy,
): readonly JsonSchemaReason[] {
  const [was, is] = [membersOf(original, "properties"), membersOf(update, "properties")];
  const required = new Set((update["required"] as readonly string[] | undefined) ?? []);
  const wasRequired = new Set((original["required"] as readonly string[] | undefined) ?? []);
  const [wasModel, isModel] = [contentModel(original), contentModel(update)];
  const reasons: JsonSchemaReason[] = [];
  const at = (name: string): string => `${path}/properties/${name}`;

  for (const [name, part] of Object.entries(was)) {
    const next = ownMember(is, name);
    if (next !== undefined) reasons.push(...compare(part, next, at(name)));
    else reasons.push(...removed(name, part, isModel, at(name), compare, policy));
  }
  for (const [name, part] of Object.entries(is)) {
    if (Object.hasOwn(was, name)) continue;
    const isNeeded = required.has(name) && !hasDefault(part);
    reasons.push(...added(name, part, isNeeded, wasModel, at(name), compare, policy));
  }
  for (const name of required) {
    if (wasRequired.has(name) || !Object.hasOwn(was, name) || hasDefault(ownMember(is, name)))
      continue;
    reasons.push({ path: at(name), message: "the property became required" });
  }
  reasons.push(...restReasons(original, update, path, compare, policy));
  reasons.push(...dependencyReasons(original, update, path, compare));
  return reasons;
}

function removed(
  name: string,
  part: JsonSchema,
  model: ContentModel,
  path: string,
  compare: Compare,
  policy: Policy,
): readonly JsonSchemaReason[] {
  if (model.kind === "open" || policy === "LENIENT" || isNothing(part)) return [];
  if (model.kind === "closed") {
    return [{ path, message: "the property was removed, and no others are allowed" }];
  }
  const covering = model.covering(name);
  if (covering === undefined || isNothing(covering)) {
    return [{ path, message: "the property was removed, and nothing covers it" }];
  }
  return compare(part, covering, path);
}

function added(
  name: string,
  part: JsonSchema,
  isNeeded: boolean,
  model: ContentModel,
  path: string,
  compare: Compare,
  policy: Policy,
): readonly JsonSchemaReason[] {
  const missing = isNeeded
    ? [{ path, message: "a required property was added, and data without it exists" }]
    : [];
  if (model.kind === "closed") return missing;
  if (model.kind === "open") {
    if (policy === "LENIENT") return missing;
    if (isAnything(part)) return missing;
    return [
      { path, message: "a property was added, and data may hold anything under its name" },
      ...missing,
    ];
  }
  const covering = model.covering(name);
  if (covering === undefined || isNothing(covering)) return missing;
  if (policy === "LENIENT") return missing;
  return [...compare(covering, part, path), ...missing];
}

function restReasons(
  original: SchemaObject,
  update: SchemaObject,
  path: string,
  compare: Compare,
  policy: Policy,
): readonly JsonSchemaReason[] {
  const at = `${path}/additionalProperties`;
  const was = (original["additionalProperties"] ??
    original["unevaluatedProperties"] ??
    true) as JsonSchema;
  const is = (update["additionalProperties"] ??
    update["unevaluatedProperties"] ??
    true) as JsonSchema;
  if (isAnything(is) || isNothing(was) || policy === "LENIENT") return [];
  if (isNothing(is)) return [{ path: at, message: "other properties are no longer allowed" }];
  if (isAnything(was)) return [{ path: at, message: "other properties are restricted now" }];
  return compare(was, is, at);
}

function dependencyReasons(
  original: SchemaObject,
  update: SchemaObject,
  path: string,
  compare: Compare,
): readonly JsonSchemaReason[] {
  const reasons: JsonSchemaReason[] = [];
  for (const keyword of ["dependencies", "dependentRequired", "dependentSchemas"]) {
    const [was, is] = [membersOf(original, keyword), membersOf(update, keyword)];
    for (const [name, rule] of Object.entries(is) as [string, unknown][]) {
      const at = `${path}/${keyword}/${name}`;
      const before: unknown = ownMember(was, name);
      if (before === undefined) reasons.push({ path: at, message: "a dependency was added" });
      else if (Array.isArray(rule)) {
        const known = Array.isArray(before) ? (before as string[]) : [];
        if (!(rule as string[]).every((each) => known.includes(each))) {
          reasons.push({ path: at, message: "a dependency asks for more" });
        }
      } else if (Array.isArray(before)) {
        reasons.push({ path: at, message: "a dependency changed" });
      } else reasons.push(...compare(before as JsonSchema, rule as JsonSchema, at));
    }
  }
  return reasons;
}

/** Rules on what a list holds: one schema for all items, or one for each place and one for the rest. */
export function itemReasons(
  original: SchemaObject,
  update: SchemaObject,
  path: string,
  compare: Compare,
  policy: Policy,
): readonly JsonSchemaReason[] {
  const [was, is] = [itemsOf(original), itemsOf(update)];
  const reasons: JsonSchemaReason[] = [];
  const at = `${path}/items`;
  for (let index = 0; index < Math.max(was.places.length, is.places.length); index += 1) {
    const [before, after] = [was.places[index], is.places[index]];
    const place = `${at}/${index}`;
    if (before !== undefined && after !== undefined) reasons.push(...compare(before, after, place));
    else if (before !== undefined) {
      if (isAnything(is.rest) || policy === "LENIENT" || isNothing(before)) continue;
      if (isNothing(is.rest)) {
        reasons.push({ path: place, message: "the place was removed, and no others are allowed" });
      } else reasons.push(...compare(before, is.rest, place));
    } else if (after !== undefined) {
      if (isNothing(was.rest) || policy === "LENIENT" || isAnything(after)) continue;
      if (isAnything(was.rest)) {
        reasons.push({
          path: place,
          message: "a place was added, and data may hold anything there",
        });
      } else reasons.push(...compare(was.rest, after, place));
    }
  }
  if (!isAnything(is.rest) && !isNothing(was.rest)) {
    if (isNothing(is.rest))
      reasons.push({ path: at, message: "further items are no longer allowed" });
    else if (isAnything(was.rest)) reasons.push({ path: at, message: "items are restricted now" });
    else reasons.push(...compare(was.rest, is.rest, at));
  }
  const [wasContains, isContains] = [original["contains"], update["contains"]];
  if (isContains !== undefined) {
    if (wasContains === undefined) {
      reasons.push({ path: `${path}/contains`, message: "contains was added" });
    } else {
      reasons.push(
        ...compare(wasContains as JsonSchema, isContains as JsonSchema, `${path}/contains`),
      );
    }
  }
  return reasons;
}

function itemsOf(schema: SchemaObject): {
  readonly places: readonly JsonSchema[];
  readonly rest: JsonSchema;
} {
  const prefix = schema["prefixItems"];
  const items = schema["items"];
  if (Array.isArray(prefix)) {
    return {
      places: prefix as JsonSchema[],
      rest: (items ?? schema["unevaluatedItems"] ?? true) as JsonSchema,
    };
  }
  if (Array.isArray(items)) {
    return {
      places: items as JsonSchema[],
      rest: (schema["additionalItems"] ?? true) as JsonSchema,
    };
  }
  const rest = items ?? schema["additionalItems"] ?? schema["unevaluatedItems"] ?? true;
  return { places: [], rest: rest as JsonSchema };
}
