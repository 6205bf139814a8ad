import { clean } from "#lib/fhir";
import type { FhirResource } from "fhir/r4";
import type { Draft } from "./conversion.ts";
import { absent } from "./datatypes/cx-identifier.ts";
import type { Lost } from "./field-marks.ts";
import { choicesOf, demandsOf } from "./required-by-r4.ts";
import type { Demand, Unknown } from "./required-by-r4.ts";
import { completeResource } from "./required-elements.ts";
import type { State } from "./state.ts";

type Element = Record<string, unknown>;

/**
 * Makes of every draft what R4 allows: what it demands and nobody said is `unknown` where R4 has a way to say so; where
 * it has none, the element that demands it goes, or the resource with every reference to it. Nothing is made up, and
 * what goes is returned, so that the report can say which fields made nothing.
 */
export function completeResources(state: State): readonly Lost[] {
  const { conversion } = state;
  const lost: Lost[] = [];
  let resources = [...conversion.drafts].map(({ resource }) => resource);
  while (resources.length > 0) {
    const gone = new Set<string>();
    for (const resource of resources) {
      for (const element of incompleteElements(clean(resource), state)) {
        lost.push({ resource, element });
        if (element !== "") continue;
        gone.add(`${resource.resourceType}/${resource.id}`);
        conversion.drop(resource as Draft);
      }
    }
    resources = [];
    if (gone.size === 0) break;
    // What referred to it may be incomplete now.
    for (const { resource } of conversion.drafts) {
      const elements = removeReferences(resource, gone, "");
      if (elements.length === 0) continue;
      for (const element of elements) lost.push({ resource, element });
      resources.push(resource);
    }
  }
  return lost;
}

/** Takes from a resource the elements that lack what R4 demands; "" is among them when the resource itself does. */
function incompleteElements(resource: FhirResource, state: State): string[] {
  const elements = secondChoices(resource as unknown as Element, resource.resourceType);
  let isCompleted = false;
  for (const { path, demands } of demandsOf(resource.resourceType)) {
    // The resource itself comes last.
    if (path.length === 0) {
      completeResource(resource, state);
      isCompleted = true;
    }
    if (!keepAt(resource as unknown as Element, path, 0, demands)) elements.push(path.join("."));
  }
  if (!isCompleted) completeResource(resource, state);
  return elements;
}

/** Takes away what stands beside the better one of two types of one element; returns the names. */
function secondChoices(resource: Element, type: string): string[] {
  const dropped: string[] = [];
  for (const stem of choicesOf(type)) {
    // `_effectiveDateTime` holds extensions of `effectiveDateTime`.
    const found = Object.keys(resource).filter((name) => isChoice(name, stem));
    if (found.length < 2) continue;
    const names = [...new Set(found.map((name) => name.replace("_", "")))];
    // A resource says more than a code, and a period more than a time.
    const kept = names.find((name) => /(?:Reference|Period)$/.test(name)) ?? names.at(-1);
    for (const name of names) {
      if (name === kept) continue;
      delete resource[name];
      delete resource[`_${name}`];
      dropped.push(name);
    }
  }
  return dropped;
}

function isChoice(name: string, stem: string): boolean {
  const at = name.startsWith("_") ? 1 : 0;
  const next = name.charCodeAt(at + stem.length);
  return name.startsWith(stem, at) && next >= 0x41 && next <= 0x5a;
}

/** Returns whether everything at the path was complete; what is not is removed, but for the root. */
function keepAt(
  holder: Element,
  path: readonly string[],
  depth: number,
  demands: readonly Demand[],
): boolean {
  const name = path[depth];
  if (name === undefined) return isComplete(holder, demands);
  const value = holder[name];
  if (value === undefined) return true;
  if (!Array.isArray(value)) {
    if (keepAt(value as Element, path, depth + 1, demands)) return true;
    if (depth === path.length - 1) delete holder[name];
    return false;
  }
  const kept = (value as Element[]).filter((item) => keepAt(item, path, depth + 1, demands));
  if (kept.length === value.length) return true;
  if (depth < path.length - 1) return false;
  if (kept.length === 0) delete holder[name];
  else holder[name] = kept;
  return false;
}

function isComplete(element: Element, demands: readonly Demand[]): boolean {
  for (const { names, unknown } of demands) {
    if (names.some((name) => has(element, name))) continue;
    const [name = ""] = names;
    if (unknown === undefined) return false;
    fill(element, name, unknown);
  }
  return true;
}

function has(element: Element, name: string): boolean {
  if (!name.endsWith("[x]")) {
    return element[name] !== undefined || element[`_${name}`] !== undefined;
  }
  const stem = name.slice(0, -3);
  return Object.keys(element).some((key) => isChoice(key, stem));
}

function fill(element: Element, name: string, unknown: Unknown): void {
  if (unknown === "absent") element[`_${name}`] = absent();
  else element[name] = unknown === "concept" ? { text: "unknown" } : [{ text: "unknown" }];
}

/** Takes away every reference to a resource that is gone; returns where from. */
function removeReferences(node: unknown, gone: ReadonlySet<string>, place: string): string[] {
  const places: string[] = [];
  if (typeof node !== "object" || node === null) return places;
  const isGone = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    gone.has(String((value as { reference?: unknown }).reference));
  for (const [key, value] of Object.entries(node)) {
    const at = place === "" ? key : `${place}.${key}`;
    if (Array.isArray(value)) {
      const kept = (value as unknown[]).filter((item) => !isGone(item));
      if (kept.length < value.length) {
        places.push(at);
        (node as Element)[key] = kept;
      }
      for (const item of kept) places.push(...removeReferences(item, gone, at));
    } else if (isGone(value)) {
      places.push(at);
      delete (node as Element)[key];
    } else places.push(...removeReferences(value, gone, at));
  }
  return places;
}
