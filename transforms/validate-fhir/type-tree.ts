import { readFileSync } from "node:fs";
import { bundleInvariants } from "./invariants/bundle.ts";
import { dataTypeInvariants } from "./invariants/data-types.ts";
import type { Invariant } from "./invariants/element.ts";
import { domainResourceInvariants, resourceInvariants } from "./invariants/resources.ts";

/** One type of element: what must hold for it, and the elements below. */
export interface TypeNode {
  readonly invariants: readonly Invariant[];
  /** By name in JSON (`valueQuantity`); primitives are left out. */
  readonly elements: ReadonlyMap<string, ElementNode>;
}

export interface ElementNode {
  /** The type of the element; undefined for any resource (`contained`, `Bundle.entry.resource`). */
  readonly node: () => TypeNode | undefined;
  /** Types that a reference may point at; undefined for any. */
  readonly targets: ReadonlySet<string> | undefined;
}

interface Definition {
  readonly kind: string;
  readonly elements: readonly {
    readonly path: string;
    readonly types?: readonly string[];
    readonly sameAs?: string;
    readonly targets?: readonly string[];
  }[];
}

const file = new URL("../../schemas/fhir/r4/definitions.json", import.meta.url);
const allInvariants: Readonly<Record<string, readonly Invariant[]>> = {
  ...dataTypeInvariants,
  ...resourceInvariants,
  ...bundleInvariants,
};
let definitions: Readonly<Record<string, Definition>> | undefined;
const nodes = new Map<string, TypeNode | undefined>();

/** The node of a resource or data type; read from HL7's definitions at the first use. */
export function typeNode(type: string): TypeNode | undefined {
  definitions ??= (
    JSON.parse(readFileSync(file, "utf8")) as { types: Readonly<Record<string, Definition>> }
  ).types;
  if (!nodes.has(type)) {
    const definition = Object.hasOwn(definitions, type) ? definitions[type] : undefined;
    nodes.set(type, definition && nodeAt(type, "", definition));
  }
  return nodes.get(type);
}

/** `path` is below the type, and "" for the type itself. */
function nodeAt(type: string, path: string, definition: Definition): TypeNode {
  const prefix = path === "" ? "" : `${path}.`;
  const elements = new Map<string, ElementNode>();
  for (const element of definition.elements) {
    const name = element.path.slice(prefix.length);
    if (!element.path.startsWith(prefix) || name.includes(".")) continue;
    const targets = element.targets && new Set(element.targets);
    for (const [jsonName, of] of jsonNames(name, element.types ?? [])) {
      // `_birthDate` holds what stands beside a primitive.
      if (/^[a-z]/.test(of))
        elements.set(`_${jsonName}`, { node: () => typeNode("Element"), targets });
      else elements.set(jsonName, { node: nodeOf(type, element, of, definition), targets });
    }
  }
  const place = path === "" ? type : `${type}.${path}`;
  const isDomainResource =
    path === "" && definition.elements.some((element) => element.path === "contained");
  return {
    invariants: [
      ...(isDomainResource ? domainResourceInvariants : []),
      ...(allInvariants[place] ?? []),
    ],
    elements,
  };
}

function nodeOf(
  type: string,
  { path, sameAs }: Definition["elements"][number],
  of: string,
  definition: Definition,
): ElementNode["node"] {
  if (of === "Resource") return () => undefined;
  const isNested = sameAs !== undefined || of === "BackboneElement" || of === "Element";
  if (!isNested) return () => typeNode(of);
  const key = `${type}.${sameAs ?? path}`;
  return () => {
    if (!nodes.has(key)) nodes.set(key, nodeAt(type, sameAs ?? path, definition));
    return nodes.get(key);
  };
}

/** `value[x]` has one name for each of its types. */
function jsonNames(name: string, types: readonly string[]): readonly (readonly [string, string])[] {
  // An element that shares the content of another names no type.
  if (!name.endsWith("[x]")) return [[name, types[0] ?? "BackboneElement"]];
  const stem = name.slice(0, -3);
  return types.map((type) => [`${stem}${type.slice(0, 1).toUpperCase()}${type.slice(1)}`, type]);
}
