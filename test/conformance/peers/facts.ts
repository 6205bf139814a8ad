import type { FhirResource } from "fhir/r4";

/** One leaf of a resource: where it stands, without indices, and what it says. */
export interface Fact {
  /** `name.family`, `extension<http://…>.valueString`; the type of the resource is not part of it. */
  readonly path: string;
  /** As text; of a reference what it points to, `→Patient`. */
  readonly value: string;
}

/** Says what a reference points to; ids differ from converter to converter. */
export type NameOf = (reference: string) => string;

/** Narratives and what a server writes are none of a conversion's content. */
const SKIPPED: ReadonlySet<string> = new Set([
  "id",
  "text.div",
  "text.status",
  "meta.lastUpdated",
  "meta.versionId",
]);

/** The leaves of a resource, in no order that means anything. */
export function factsOf(resource: FhirResource, nameOf: NameOf): readonly Fact[] {
  const facts: Fact[] = [];
  const visit = (node: unknown, path: string): void => {
    if (SKIPPED.has(path)) return;
    if (Array.isArray(node)) {
      for (const item of node) visit(item, path);
    } else if (typeof node === "object" && node !== null) {
      const { url } = node as { url?: unknown };
      const isExtension = path.toLowerCase().endsWith("extension") && typeof url === "string";
      const at = isExtension ? `${path}<${url}>` : path;
      for (const [key, value] of Object.entries(node)) {
        if (isExtension && key === "url") continue;
        if (key === "reference" && typeof value === "string") {
          facts.push({ path: at, value: nameOf(value) });
        } else visit(value, at === "" ? key : `${at}.${key}`);
      }
    } else facts.push({ path, value: String(node) });
  };
  const { resourceType: _, ...content } = resource as unknown as Record<string, unknown>;
  visit(content, "");
  return facts;
}

/** The type that a reference names, by itself or by the resource of the bundle that it leads to. */
export function typeOf(reference: string, types: ReadonlyMap<string, string>): string {
  const known = types.get(reference);
  if (known !== undefined) return `→${known}`;
  return `→${/^([A-Z][A-Za-z]+)\//.exec(reference)?.[1] ?? (reference.startsWith("#") ? "contained" : "?")}`;
}
