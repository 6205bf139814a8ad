import type { FhirDefinitions, FhirElement, FhirType } from "./definitions.ts";

interface StructureDefinition {
  readonly resourceType: string;
  readonly name: string;
  readonly type: string;
  readonly kind: string;
  readonly abstract: boolean;
  readonly derivation?: string;
  readonly snapshot?: { readonly element: readonly ElementDefinition[] };
}

interface ElementDefinition {
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly contentReference?: string;
  readonly type?: readonly {
    readonly code: string;
    readonly targetProfile?: readonly string[];
    readonly extension?: readonly { readonly url: string; readonly valueUrl?: string }[];
  }[];
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
}

interface ValueSet {
  readonly url: string;
  readonly compose?: {
    readonly include: readonly {
      readonly system?: string;
      readonly concept?: readonly { readonly code: string }[];
      readonly filter?: unknown;
      readonly valueSet?: readonly string[];
    }[];
    readonly exclude?: unknown;
  };
}

interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[];
}

interface CodeSystem {
  readonly url: string;
  readonly content: string;
  readonly concept?: readonly Concept[];
}

/**
 * Reduces the official package to FhirDefinitions: all concrete resources and the data types that they use.
 *
 * Source: FHIR R4 StructureDefinition snapshots, ValueSet and CodeSystem resources.
 */
export function extractDefinitions(
  resources: readonly { readonly resourceType: string }[],
): FhirDefinitions {
  const of = <T>(type: string): readonly T[] =>
    resources.filter(({ resourceType }) => resourceType === type) as unknown as readonly T[];
  const definitions = of<StructureDefinition>("StructureDefinition").filter(
    ({ derivation, kind, abstract, type }) =>
      type === "Element" ||
      (derivation === "specialization" &&
        (kind === "resource" || kind === "complex-type") &&
        !abstract),
  );
  const valueSets = new Map(of<ValueSet>("ValueSet").map((set) => [set.url, set]));
  const systems = new Map(of<CodeSystem>("CodeSystem").map((system) => [system.url, system]));
  const codes: Record<string, readonly string[]> = {};

  /** Key of the codes of a required binding; undefined when they are not all listed. */
  const codesOf = (binding: ElementDefinition["binding"]): string | undefined => {
    if (binding?.strength !== "required" || !binding.valueSet) return undefined;
    const url = binding.valueSet.split("|")[0] ?? "";
    const key = url.slice(url.lastIndexOf("/") + 1);
    codes[key] ??= expand(valueSets.get(url), systems, valueSets) ?? [];
    return codes[key].length > 0 ? key : undefined;
  };

  const types: Record<string, FhirType> = {};
  for (const definition of definitions.toSorted((a, b) => (a.type < b.type ? -1 : 1))) {
    const elements = (definition.snapshot?.element ?? [])
      .slice(1)
      .map((element) => elementOf(element, definition.type, codesOf));
    types[definition.type] = {
      kind: definition.kind === "resource" ? "resource" : "complex",
      elements,
    };
  }
  const sorted = Object.entries(codes)
    .filter(([, list]) => list.length > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { version: "4.0.1", types, codes: Object.fromEntries(sorted) };
}

function elementOf(
  element: ElementDefinition,
  type: string,
  codesOf: (binding: ElementDefinition["binding"]) => string | undefined,
): FhirElement {
  const path = element.path.slice(type.length + 1);
  const types = element.type?.map(typeName);
  const targets = (element.type ?? [])
    .flatMap(({ targetProfile }) => targetProfile ?? [])
    .map((url) => url.slice(url.lastIndexOf("/") + 1));
  const key = types?.includes("code") ? codesOf(element.binding) : undefined;
  return {
    path,
    min: element.min,
    ...(element.max === "*" || Number(element.max) > 1 ? { isMany: true as const } : {}),
    ...(types ? { types: path === "id" ? ["id"] : types } : {}),
    ...(element.contentReference
      ? { sameAs: element.contentReference.slice(element.contentReference.indexOf(".") + 1) }
      : {}),
    ...(key ? { codes: key } : {}),
    ...(targets.length > 0 && !targets.includes("Resource")
      ? { targets: [...new Set(targets)] }
      : {}),
  };
}

/** A FHIRPath system type names the FHIR type in an extension. */
function typeName({
  code,
  extension,
}: {
  code: string;
  extension?: readonly { url: string; valueUrl?: string }[];
}): string {
  if (!code.startsWith("http://hl7.org/fhirpath/System.")) return code;
  const named = extension?.find(({ url }) => url.endsWith("structuredefinition-fhir-type"));
  return named?.valueUrl ?? "string";
}

/** All codes of a value set, sorted as defined; undefined when they are not listed in the package. */
function expand(
  set: ValueSet | undefined,
  systems: ReadonlyMap<string, CodeSystem>,
  valueSets: ReadonlyMap<string, ValueSet>,
): readonly string[] | undefined {
  if (!set?.compose || set.compose.exclude !== undefined) return undefined;
  const found: string[] = [];
  for (const { system, concept, filter, valueSet } of set.compose.include) {
    if (filter !== undefined) return undefined;
    if (concept) {
      found.push(...concept.map(({ code }) => code));
    } else if (system) {
      const known = systems.get(system);
      if (known?.content !== "complete" || !known.concept) return undefined;
      found.push(...flatten(known.concept));
    } else {
      for (const url of valueSet ?? []) {
        const inner = expand(valueSets.get(url.split("|")[0] ?? ""), systems, valueSets);
        if (!inner) return undefined;
        found.push(...inner);
      }
    }
  }
  return [...new Set(found)];
}

function flatten(concepts: readonly Concept[]): readonly string[] {
  return concepts.flatMap(({ code, concept }) => [code, ...flatten(concept ?? [])]);
}
