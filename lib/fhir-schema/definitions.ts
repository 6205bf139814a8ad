/**
 * The official definitions of FHIR R4, reduced to what schemas are made of.
 *
 * Made by `scripts/extract-fhir-definitions.ts`; kept as schemas/fhir/r4/definitions.json.
 */
export interface FhirDefinitions {
  /** `4.0.1`. */
  readonly version: string;
  /** Resources and data types that can occur, by name; in the order of the alphabet. */
  readonly types: Readonly<Record<string, FhirType>>;
  /** Codes of required bindings, by name of the value set without version and prefix. */
  readonly codes: Readonly<Record<string, readonly string[]>>;
}

export interface FhirType {
  readonly kind: "resource" | "complex";
  readonly elements: readonly FhirElement[];
}

export interface FhirElement {
  /** Below the type, with `[x]` for a choice: `contact.name`, `value[x]`. */
  readonly path: string;
  readonly min: number;
  /** More than one may occur. */
  readonly isMany?: true;
  /** Names of types; `BackboneElement` and `Element` when the element has elements of its own. */
  readonly types?: readonly string[];
  /** Path of the element, in the same type, whose content this one shares. */
  readonly sameAs?: string;
  /** Key of `codes`, for a required binding that is known in full. */
  readonly codes?: string;
  /** Types that a reference may point at; absent for any. */
  readonly targets?: readonly string[];
}

/** An element with the ones below it. */
export interface FhirNode extends FhirElement {
  readonly name: string;
  readonly children: readonly FhirNode[];
}

/** The elements of a type as a tree. */
export function elementTree(type: FhirType): readonly FhirNode[] {
  const childrenOf = (parent: string): readonly FhirNode[] =>
    type.elements
      .filter(({ path }) => path.startsWith(parent) && !path.slice(parent.length).includes("."))
      .map((element) => ({
        ...element,
        name: element.path.slice(parent.length),
        children: childrenOf(`${element.path}.`),
      }));
  return childrenOf("");
}

/** `valueQuantity`, `valueString`, … of `value[x]`; the plain name of anything else. */
export function jsonNames(element: FhirNode): readonly (readonly [name: string, type: string])[] {
  const types = element.types ?? [""];
  if (!element.name.endsWith("[x]")) return [[element.name, types[0] ?? ""]];
  const stem = element.name.slice(0, -3);
  return types.map((type) => [`${stem}${type[0]?.toUpperCase()}${type.slice(1)}`, type] as const);
}

/** Types whose value is a single JSON value: everything that starts in lower case. */
export const isPrimitive = (type: string): boolean => /^[a-z]/.test(type);

/** Whether `_name` may stand beside an element of this name and type. */
export const hasPrimitiveElement = (name: string, type: string, holder: string): boolean =>
  isPrimitive(type) &&
  type !== "xhtml" &&
  name !== "id" &&
  !(holder === "Extension" && name === "url");

/** `Patient_Contact` for the elements below Patient.contact. */
export function backboneName(type: string, path: string): string {
  const parts = path.split(".").map((part) => `${part[0]?.toUpperCase()}${part.slice(1)}`);
  return [type, ...parts].join("_");
}
