/** A FHIR element as JSON. */
export type Element = Readonly<Record<string, unknown>>;

/** A rule of FHIR that holds for every element of one type or path. */
export interface Invariant {
  /** `per-1`, as HL7 names it. */
  readonly key: string;
  /** `root` is the resource that the element belongs to. */
  readonly holds: (element: Element, root: Element) => boolean;
}

/** Whether an element is there, with a value or with an extension that says why there is none. */
export const has = (element: Element, name: string): boolean =>
  element[name] !== undefined || element[`_${name}`] !== undefined;

/** Whether a choice is there in any of its types. */
export function hasChoice(element: Element, stem: string): boolean {
  for (const key in element) {
    const at = key.charCodeAt(0) === UNDERSCORE ? 1 : 0;
    if (!key.startsWith(stem, at)) continue;
    const next = key.charCodeAt(at + stem.length);
    if (next >= UPPER_A && next <= UPPER_Z) return true;
  }
  return false;
}
const UNDERSCORE = 95;
const UPPER_A = 65;
const UPPER_Z = 90;

/** The values of an element that may repeat; empty for none. */
export function list(element: Element, name: string): readonly Element[] {
  const value = element[name];
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as readonly Element[];
}

/** Whether a CodeableConcept has a coding. */
export function isCoded(concept: unknown, system: string, codes: readonly string[]): boolean {
  return list((concept ?? {}) as Element, "coding").some(
    (coding) => coding["system"] === system && codes.includes(String(coding["code"])),
  );
}

/** A decimal, also one that keeps its digits; undefined for none. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const { rawJSON } = (value ?? {}) as { readonly rawJSON?: string };
  return rawJSON === undefined ? undefined : Number(rawJSON);
}

/**
 * Whether a time is not after another. Times of different precision are compared as far as both go; FHIR leaves open
 * what is beyond.
 */
export function isNotAfter(first: unknown, second: unknown): boolean {
  if (typeof first !== "string" || typeof second !== "string") return true;
  if (first.length > DATE_LENGTH && second.length > DATE_LENGTH) {
    return Date.parse(first) <= Date.parse(second);
  }
  const length = Math.min(first.length, second.length, DATE_LENGTH);
  return first.slice(0, length) <= second.slice(0, length);
}
const DATE_LENGTH = 10;
